/*
 * Markdown line by line, as OpenSpec's own readers see it: what is a fence, a heading, a blank line. Everything here takes
 * time in proportion to the text, whatever it holds: files come from anyone.
 */

/** Lines of a text, without its byte order mark, and with every line ending taken for one. */
export const linesOf = (text: string): string[] => withoutMark(text).replace(/\r\n?/g, '\n').split('\n');

export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

export const isBlank = (line: string): boolean => line.trim() === '';

/** Line breaks that JavaScript knows besides those that end lines here. */
export const hasTerminator = (text: string): boolean => /[\n\r\u2028\u2029]/.test(text);

export interface Fences {
  /** 1 for every line of a fenced block, its first and last included. */
  readonly mask: Uint8Array;
  /** Line of a fence's beginning → line of its end; without one for a fence that is never closed. */
  readonly ends: ReadonlyMap<number, number>;
}

/** Fenced code. A fence that is never closed reaches to the end. */
export function fencesOf(lines: readonly string[]): Fences {
  const mask = new Uint8Array(lines.length);
  const ends = new Map<number, number>();
  let open: { at: number; character: string; length: number } | null = null;
  for (const [at, line] of lines.entries()) {
    const run = fenceRun(line);
    if (!open) {
      if (!run) continue;
      open = { at, character: run.character, length: run.length };
    } else if (run?.alone && run.character === open.character && run.length >= open.length) {
      ends.set(open.at, at);
      open = null;
    }
    mask[at] = 1;
  }
  return { mask, ends };
}

function fenceRun(line: string): { character: string; length: number; alone: boolean } | null {
  if (line.length < 3) return null;
  const text = line.trimStart();
  const character = text.charAt(0);
  if (character !== '`' && character !== '~') return null;
  let length = 1;
  while (text.charAt(length) === character) length++;
  return length < 3 ? null : { character, length, alone: isBlank(text.slice(length)) };
}

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  /** Without what closes it, `## Title ##`. */
  readonly title: string;
}

/** A heading with `#`, indented by three spaces at most. */
export function headingOf(line: string): Heading | null {
  let from = 0;
  while (from < 3 && line.charAt(from) === ' ') from++;
  let to = from;
  while (line.charAt(to) === '#') to++;
  const level = to - from;
  if (level < 1 || level > 6 || !/^(?:\s|$)/.test(line.charAt(to))) return null;
  return { level, title: withoutClosing(line.slice(to).trim()) };
}

/** A title without the run of `#` that may close it. `C#` stays as it is: only a run after a blank closes. */
export function withoutClosing(title: string): string {
  let to = title.length;
  while (to > 0 && isBlankCharacter(title.charAt(to - 1))) to--;
  let from = to;
  while (from > 0 && title.charAt(from - 1) === '#') from--;
  const closes = from < to && from > 0 && isBlankCharacter(title.charAt(from - 1));
  return closes ? title.slice(0, from).trim() : title.trim();
}

const isBlankCharacter = (character: string): boolean => character === ' ' || character === '\t';

/** The column at which a line's content begins, a tab reaching to the next multiple of four. */
export function indentOf(line: string): number {
  let column = 0;
  for (let at = line.startsWith('\uFEFF') ? 1 : 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === ' ') column++;
    else if (character === '\t') column += 4 - (column % 4);
    else break;
  }
  return column;
}

/** Whether a line begins an item of a list. */
export const isListItem = (line: string): boolean =>
  /^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(line.trimStart().slice(0, 12));
