export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LogEntry {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly data?: unknown;
  /** Grows within the log. */
  readonly sequence: number;
}

const ansi =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told by control characters
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[PX^_][^\u001B]*\u001B\\|[ -/]*[0-~])|\u009B[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: tabs and line ends stay
const controls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** A text without what only a terminal understands: colours, movements, links, bells. */
export const stripAnsi = (text: string): string => {
  const plain = text.includes('\u001B') || text.includes('\u009B') ? text.replace(ansi, '') : text;
  return plain
    .replaceAll('\r\n', '\n')
    .replace(/^[^\n]*\r(?=[^\n])/gm, '')
    .replace(controls, '');
};

export const dataText = (data: unknown): string => {
  if (data === undefined) return '';
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
};

/** `12:34:56.789`, in the person's own time zone. */
export function clockText(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const two = (part: number, length = 2) => String(part).padStart(length, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
}

/** A line as it is copied and kept in a file: the time is as it came, not of somebody's zone. */
export const lineText = ({ time, level, message, data }: LogEntry): string => {
  const more = dataText(data);
  return `${time} ${level.toUpperCase().padEnd(5)} ${stripAnsi(message)}${more === '' ? '' : ` ${more}`}`;
};

export interface LogFilter {
  /** The levels that are shown; empty shows all. */
  readonly levels: readonly LogLevel[];
  readonly text: string;
}

/** The lines that a filter lets through. The text is looked for in the message and its data, without case. */
export function filterLines<L extends LogEntry>(lines: readonly L[], { levels, text }: LogFilter): readonly L[] {
  const wanted = text.trim().toLowerCase();
  if (levels.length === 0 && wanted === '') return lines;
  return lines.filter(
    (line) =>
      (levels.length === 0 || levels.includes(line.level)) &&
      (wanted === '' ||
        stripAnsi(line.message).toLowerCase().includes(wanted) ||
        dataText(line.data).toLowerCase().includes(wanted)),
  );
}

/** What is said aloud of a log: `1,204 lines, 2 errors, 1 warning`; with a filter `3 of 1,204 lines are shown, 2 errors`. */
export function summaryText(lines: readonly LogEntry[], of: number = lines.length): string {
  let errors = 0;
  let warnings = 0;
  for (const { level } of lines)
    if (level === 'error') errors++;
    else if (level === 'warn') warnings++;
  const filtered = `${lines.length.toLocaleString('en')} of ${counted(of, 'line')} ${of === 1 ? 'is' : 'are'} shown`;
  const said = [of === lines.length ? counted(of, 'line') : filtered];
  if (errors > 0) said.push(counted(errors, 'error'));
  if (warnings > 0) said.push(counted(warnings, 'warning'));
  return said.join(', ');
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
