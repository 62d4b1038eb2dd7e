import type { Execution } from '@ratchet/contract/entities/execution';
import { clock, duration } from '../figures.ts';
import { type Column, type Line, oneLine, type Piece, plain, table } from '../line.ts';
import { hasEnded } from '../monitored.ts';

const colours: Readonly<Record<Execution['status'], Omit<Piece, 'text'>>> = {
  pending: { dim: true },
  running: { color: 'cyan' },
  completed: { color: 'green' },
  failed: { color: 'red' },
  timed_out: { color: 'red' },
  cancelled: { color: 'yellow' },
};

const note = ({ status, error, progress, progressMessage }: Execution): string => {
  if (error) return `${error.class}: ${error.message}`;
  if (status !== 'running') return '';
  return [progress === null ? '' : `${Math.round(progress * 100)} %`, progressMessage ?? ''].filter(Boolean).join(' ');
};
const took = (one: Execution, now: number): string => {
  if (hasEnded(one)) return duration(one.durationMs);
  return one.startedAt === null ? '-' : duration(Math.max(0, now - Date.parse(one.startedAt)));
};

const columnsAt = (now: number): Column<Execution>[] => [
  { title: 'QUEUED', width: 8, of: ({ queuedAt }) => clock(queuedAt), paint: () => ({ dim: true }) },
  { title: 'STATUS', width: 9, of: ({ status }) => status, paint: ({ status }) => colours[status] },
  { title: 'TASK', width: 0, of: ({ taskName }) => taskName },
  { title: 'TOOK', width: 9, of: (one) => took(one, now), right: true },
  { title: 'TRY', width: 3, of: ({ attempt }) => String(attempt), right: true, from: 70 },
  { title: 'NOTE', width: 34, of: note, from: 90 },
  { title: 'ID', width: 36, of: ({ id }) => id, paint: () => ({ dim: true }), from: 140 },
];

export const matchesExecution = (one: Execution, filter: string): boolean =>
  filter === '' ||
  [one.taskName, one.status, one.id, one.triggeredBy, note(one)].some((text) =>
    text.toLowerCase().includes(filter.toLowerCase()),
  );

/** A heading and a line for each execution. */
export const executionLines = (rows: readonly Execution[], width: number, now: number): Line[] =>
  table(rows, columnsAt(now), width);

/** Everything about one. */
export function executionDetail(one: Execution, now: number): Line[] {
  const row = (name: string, text: string, paint: Omit<Piece, 'text'> = {}): Line => [
    { text: name.padEnd(11), dim: true },
    { text: oneLine(text), ...paint },
  ];
  return [
    row('id', one.id),
    row('task', `${one.taskName} ${one.taskVersion}, revision ${one.taskRevision}`),
    row('status', one.status, colours[one.status]),
    row('by', `${one.triggeredBy}, attempt ${one.attempt}`),
    row('queued', one.queuedAt),
    row('started', one.startedAt ?? '-'),
    row('finished', one.finishedAt ?? '-'),
    row('took', took(one, now)),
    row('input', JSON.stringify(one.input)),
    row('output', JSON.stringify(one.output)),
    ...(one.error ? [row('error', `${one.error.class}: ${one.error.message}`, { color: 'red' })] : []),
    ...(one.error?.stack?.split('\n') ?? []).map((text) => plain(`  ${oneLine(text)}`, { dim: true })),
  ];
}
