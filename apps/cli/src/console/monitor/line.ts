import { displayWidth, fill, fit } from '../../display-width.ts';

/** A piece of a line, as it is painted. */
export interface Piece {
  readonly text: string;
  readonly color?: 'green' | 'red' | 'yellow' | 'cyan' | 'magenta';
  readonly dim?: boolean;
  readonly bold?: boolean;
  readonly inverse?: boolean;
}
/** One row of a screen. */
export type Line = readonly Piece[];

export const plain = (text: string, paint: Omit<Piece, 'text'> = {}): Line => [{ text, ...paint }];
export const empty: Line = [];
export const textOf = (line: Line): string => line.map(({ text }) => text).join('');

/** A line in so many columns at most. */
export function fitted(line: Line, columns: number): Line {
  let left = columns;
  return line.flatMap((piece) => {
    if (left <= 0) return [];
    const text = fit(piece.text, left);
    left -= displayWidth(text);
    return [{ ...piece, text }];
  });
}

/** Without what would move the cursor: it comes from tasks, and is untrusted. */
export const oneLine = (text: string): string =>
  text
    .replace(/\r?\n/g, ' ⏎ ')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');

export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
  /** Columns that it takes; the one with 0 takes what is left. */
  readonly width: number;
  readonly paint?: (row: T) => Omit<Piece, 'text'>;
  /** Left out on a terminal narrower than this. */
  readonly from?: number;
  readonly right?: boolean;
}

/** A heading and a line for each row. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): Line[] {
  const shown = columns.filter(({ from = 0 }) => width >= from);
  const fixed = shown.reduce((sum, column) => sum + column.width + 1, -1);
  const rest = Math.max(6, width - fixed);
  const cell = (column: Column<T>, text: string): string => {
    const columns = column.width === 0 ? rest : column.width;
    return column.right ? fit(text, columns).padStart(columns) : fill(text, columns);
  };
  const gap: Piece = { text: ' ' };
  const spaced = (pieces: readonly Piece[]): Line => pieces.flatMap((piece, at) => (at === 0 ? [piece] : [gap, piece]));
  return [
    spaced(shown.map((column) => ({ text: cell(column, column.title), dim: true }))),
    ...rows.map((row) =>
      spaced(shown.map((column) => ({ text: cell(column, oneLine(column.of(row))), ...column.paint?.(row) }))),
    ),
  ];
}

const blocks = '▁▂▃▄▅▆▇█';

/** Figures as a row of bars, the highest one full. */
export function bars(values: readonly number[], columns: number): string {
  const shown = values.slice(-columns);
  const most = Math.max(1, ...shown);
  return shown.map((value) => (value <= 0 ? ' ' : blocks[Math.min(7, Math.ceil((value / most) * 8) - 1)])).join('');
}

/** How much of a whole, as a bar. */
export function share(part: number, whole: number, columns: number): string {
  const filled = whole > 0 ? Math.min(columns, Math.round((part / whole) * columns)) : 0;
  return '█'.repeat(filled) + '░'.repeat(columns - filled);
}
