import { clock } from '../figures.ts';
import { type Line, oneLine, type Piece } from '../line.ts';
import type { LoggedLine } from '../monitored.ts';

const colours: Readonly<Record<string, Omit<Piece, 'text'>>> = {
  debug: { dim: true },
  warn: { color: 'yellow' },
  error: { color: 'red' },
};

export const matchesLog = ({ message, taskName, level }: LoggedLine, filter: string): boolean =>
  `${level} ${taskName} ${message}`.toLowerCase().includes(filter.toLowerCase());

export const logLine = ({ time, level, taskName, message }: LoggedLine): Line => [
  { text: `${clock(time)} `, dim: true },
  { text: `${level.padEnd(5)} `, ...colours[level] },
  { text: `${oneLine(taskName)} `, color: 'cyan' },
  { text: oneLine(message), ...colours[level] },
];
