import { displayWidth, fill, fit } from './display-width.ts';

/** Where a command writes, and how. */
export interface Output {
  readonly json: boolean;
  line(text: string): void;
  /** What a command answers where it shows that in a form of its own. */
  answer(value: unknown): void;
  /** A table for people; the value itself for programs. */
  rows(value: unknown, rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): void;
  /** Members of one thing for people; the thing itself for programs. */
  fields(value: unknown, fields: Readonly<Record<string, unknown>>): void;
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
}

interface Terminal {
  readonly stdout: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly answered?: ((value: unknown) => void) | undefined;
}

/** Columns of a cell where nobody says how wide the page is. */
const widestPiped = 60;
const gap = 2;
const narrowest = 6;

/**
 * Colours only on a terminal that wants them (NO_COLOR, https://no-color.org, and FORCE_COLOR decide first). A table on a
 * terminal is as wide as that: the widest columns give way.
 */
export function output({ stdout, env, answered }: Terminal, json: boolean): Output {
  const colour = wantsColour(stdout, env);
  const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string) => void stdout.write(`${text}\n`);
  const value = (thing: unknown) => line(JSON.stringify(thing ?? null, null, 2));
  const dim = paint(2);
  return {
    json,
    line,
    answer: (thing) => answered?.(thing),
    rows(thing, rows, columns) {
      answered?.(thing);
      if (json) return value(thing);
      if (rows.length === 0) return line(dim('Nothing.'));
      const cells = rows.map((row) => columns.map((name) => show(row[name])));
      const wanted = columns.map((name, i) =>
        Math.max(displayWidth(name), ...cells.map((row) => displayWidth(row[i] as string))),
      );
      const widths = stdout.isTTY
        ? within(stdout.columns ?? 80, wanted, columns)
        : wanted.map((w) => Math.min(widestPiped, w));
      const last = columns.length - 1;
      const format = (row: readonly string[]) =>
        row
          .map((cell, i) => (i === last ? fit(cell, widths[i] as number) : fill(cell, widths[i] as number)))
          .join(' '.repeat(gap));
      line(dim(format(columns.map((name) => name.toUpperCase()))));
      for (const row of cells) line(format(row));
    },
    fields(thing, fields) {
      answered?.(thing);
      if (json) return value(thing);
      const width = Math.max(...Object.keys(fields).map((name) => displayWidth(name)));
      for (const [name, field] of Object.entries(fields)) line(`${dim(fill(name, width))}  ${show(field)}`);
    },
    good: paint(32),
    bad: paint(31),
    dim,
  };
}

export function wantsColour(stdout: Terminal['stdout'], env: Terminal['env']): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '')
    return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stdout.isTTY === true && env.TERM !== 'dumb';
}

/** Widths that fit side by side: what is wider than its share gives way; ids stay whole, so that they can be copied. */
function within(page: number, wanted: readonly number[], columns: readonly string[]): number[] {
  const whole = (i: number) => /(^i|I)d$/.test(columns[i] as string);
  const yielding = wanted.map((width, i) => ({ width, i })).filter(({ i }) => !whole(i));
  const kept = wanted.reduce((sum, width, i) => (whole(i) ? sum + width : sum), gap * (wanted.length - 1));
  let left = page - kept;
  const widths = [...wanted];
  yielding.sort((a, b) => a.width - b.width);
  yielding.forEach(({ width, i }, done) => {
    const given = Math.min(width, Math.max(Math.floor(left / (yielding.length - done)), narrowest));
    widths[i] = given;
    left -= given;
  });
  return widths;
}

/** In one line, without what would move the cursor or paint. */
function show(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return plain(value);
  return Array.isArray(value) && value.every((one) => typeof one !== 'object')
    ? plain(value.join(', '))
    : JSON.stringify(value);
}

const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  text.replace(/\r?\n/g, ' ⏎ ').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
