import { Change, diff } from '@codemirror/merge';

/** A range of a text and what stands there instead. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** The one change between two texts, without what they begin and end with in common; null: they are equal. */
export function minimalChange(before: string, after: string): TextChange | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  if (isHighSurrogate(before, start - 1)) start--;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end))
    end++;
  if (end > 0 && isHighSurrogate(before, before.length - end - 1)) end--;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

function isHighSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00;
}

/** Lines with their ends; the last one may have none. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Lines of one side that stand where lines of the other stood; indexes from 0, ends excluded. */
export interface LineChange {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** What may stand for one line each: code units that are not halves of a pair. */
const mostDistinct = 0xd800;
/** Beyond this many differing lines in a stretch the comparison gets coarser, so that it stays quick. */
const scanLimit = 4000;

/** How lines differ. Each distinct line is one character of a text, and the texts are compared. */
export function diffLines(a: readonly string[], b: readonly string[]): LineChange[] {
  const units = new Map<string, number>();
  const encoded = [a, b].map((lines) => {
    const codes = lines.map((line) => {
      const known = units.get(line);
      if (known !== undefined) return known;
      units.set(line, units.size);
      return units.size - 1;
    });
    return codes;
  });
  const [left = [], right = []] = encoded;
  if (units.size >= mostDistinct) return wholeMiddle(left, right);
  return diff(asText(left), asText(right), { scanLimit }).map(({ fromA, toA, fromB, toB }) => ({
    fromA,
    toA,
    fromB,
    toB,
  }));
}

function asText(codes: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < codes.length; i += 8192) parts.push(String.fromCharCode(...codes.slice(i, i + 8192)));
  return parts.join('');
}

function wholeMiddle(a: readonly number[], b: readonly number[]): LineChange[] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (start === a.length && start === b.length) return [];
  return [{ fromA: start, toA: a.length - end, fromB: start, toB: b.length - end }];
}

/** Line by line, what has to change in a text to make it another one. */
export function changesBetween(before: string, after: string): TextChange[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const starts = startsOf(a);
  return diffLines(a, b).map(({ fromA, toA, fromB, toB }) => ({
    from: starts[fromA] ?? before.length,
    to: starts[toA] ?? before.length,
    insert: b.slice(fromB, toB).join(''),
  }));
}

/**
 * The comparison drawn beside each other: lines first, then within lines that stand for each other. Characters alone would
 * find the rest of a removed line in the one after it.
 */
export function diffByLines(before: string, after: string): readonly Change[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const [startsA, startsB] = [startsOf(a), startsOf(b)];
  return diffLines(a, b).flatMap(({ fromA, toA, fromB, toB }) => {
    const [beginA, endA] = [startsA[fromA] ?? 0, startsA[toA] ?? before.length];
    const [beginB, endB] = [startsB[fromB] ?? 0, startsB[toB] ?? after.length];
    if (beginA === endA || beginB === endB) return [new Change(beginA, endA, beginB, endB)];
    return diff(before.slice(beginA, endA), after.slice(beginB, endB), { scanLimit: 500, timeout: 500 }).map(
      (change) => new Change(beginA + change.fromA, beginA + change.toA, beginB + change.fromB, beginB + change.toB),
    );
  });
}

function startsOf(lines: readonly string[]): number[] {
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length);
  return starts;
}
