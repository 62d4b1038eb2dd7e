import { isWhitespace } from './whitespace.ts';

/** A line that OpenSpec counts as a task, taken apart. Offsets are of UTF-16 units in the line. */
export interface TaskLine {
  /** Where the bullet begins. */
  readonly markFrom: number;
  /** `-`, `*`, `+`, `1.` or `1)`. */
  readonly mark: string;
  /** The `[`, and the `]`. */
  readonly boxFrom: number;
  readonly boxTo: number;
  readonly done: boolean;
  /** Whether `(` or `[` right behind the box would make a link of it. */
  readonly mayBeLink: boolean;
  /** What is to be done, with its number. Empty: both are where it would begin. */
  readonly textFrom: number;
  readonly textTo: number;
}

/**
 * Takes a line apart as OpenSpec does: a bullet (`-`, `*`, `+`, up to nine digits with `.` or `)`), a box with one sign at most,
 * and only `x` or `X` means done. Spaces between are free, and indentation is. `[text](…)` and `[a][b]` are links. null: it is
 * no task. A line may begin with a byte order mark and end in a carriage return.
 */
export function scanTaskLine(line: string): TaskLine | null {
  const markFrom = skipWhitespace(line, 0);
  const markTo = bulletEnd(line, markFrom);
  const boxFrom = skipWhitespace(line, markTo);
  if (markTo === markFrom || line.charAt(boxFrom) !== '[') return null;

  let at = skipWhitespace(line, boxFrom + 1);
  const sign = line.charAt(at);
  if (sign === '') return null;
  if (sign !== ']') at = skipWhitespace(line, at + 1);
  if (line.charAt(at) !== ']') return null;
  const boxTo = at;
  const mayBeLink = sign !== ']' || boxTo === boxFrom + 1;
  if (mayBeLink && /[([]/.test(line.charAt(boxTo + 1))) return null;

  const textFrom = skipWhitespace(line, boxTo + 1);
  let textTo = textFrom;
  while (textTo < line.length && !isTerminator(line.charCodeAt(textTo))) textTo++;
  while (textTo > textFrom && isWhitespace(line.charCodeAt(textTo - 1))) textTo--;
  const done = sign === 'x' || sign === 'X';
  return { markFrom, mark: line.slice(markFrom, markTo), boxFrom, boxTo, done, mayBeLink, textFrom, textTo };
}

function skipWhitespace(line: string, from: number): number {
  let at = from;
  while (at < line.length && isWhitespace(line.charCodeAt(at))) at++;
  return at;
}

function bulletEnd(line: string, from: number): number {
  if (/[-*+]/.test(line.charAt(from))) return from + 1;
  let to = from;
  while (to < from + 9 && /[0-9]/.test(line.charAt(to))) to++;
  return to > from && /[.)]/.test(line.charAt(to)) ? to + 1 : from;
}

const isTerminator = (unit: number): boolean => unit === 10 || unit === 13 || unit === 0x2028 || unit === 0x2029;

export interface TaskNumber {
  /** As written, such as `1.2.3a`. */
  readonly number: string;
  /** What stands around it: `**1.1**`, `1.`, `1)`. */
  readonly before: string;
  readonly behind: string;
  /** Units that it takes up with what stands around it, without the blank behind. */
  readonly length: number;
}

/** The number that a text begins with; null: none. A lone integer is one only with `.`, `)` or `:` behind it. */
export function numberOf(text: string): TaskNumber | null {
  const match = /^(\*\*|__)?(\d+(?:\.\d+)*(?:\.?[A-Za-z])?)([.):]?)(\*\*|__)?(?=\s|$)/.exec(text.slice(0, 100));
  if (!match) return null;
  const [whole, before = '', number = '', sign = '', after = ''] = match;
  if (before !== after || (sign === '' && !number.includes('.'))) return null;
  return { number, before, behind: sign + after, length: whole.length };
}
