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

/** Colours only on a terminal that wants them. */
export function output({ stdout, env, answered }: Terminal, json: boolean): Output {
  const colour = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string) => void stdout.write(`${text}\n`);
  const value = (thing: unknown) => line(JSON.stringify(thing, null, 2));
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
      const widths = columns.map((name, i) =>
        Math.min(60, Math.max(name.length, ...cells.map((row) => (row[i] as string).length))),
      );
      const format = (row: readonly string[]) =>
        row
          .map((cell, i) => cut(cell, widths[i] as number).padEnd(i === row.length - 1 ? 0 : (widths[i] as number)))
          .join('  ');
      line(dim(format(columns.map((name) => name.toUpperCase()))));
      for (const row of cells) line(format(row));
    },
    fields(thing, fields) {
      answered?.(thing);
      if (json) return value(thing);
      const width = Math.max(...Object.keys(fields).map((name) => name.length));
      for (const [name, field] of Object.entries(fields)) line(`${dim(name.padEnd(width))}  ${show(field)}`);
    },
    good: paint(32),
    bad: paint(31),
    dim,
  };
}

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

function show(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((one) => typeof one !== 'object')
    ? value.join(', ')
    : JSON.stringify(value);
}
