import { decode, encode, isCrlf, lineAt } from './text.ts';

/** One exact piece of a file to change. */
export interface TextEdit {
  /** null: the file with the code. */
  readonly path: string | null;
  readonly find: string;
  readonly replace: string;
  /** Every place; else there must be one. */
  readonly all: boolean;
}

/** Why an edit cannot be made. `at`: its place among the edits. */
export interface RefusedEdit {
  readonly at: number;
  readonly path: string;
  /** The member of the edit that is wrong. */
  readonly member: 'path' | 'find' | 'replace';
  readonly message: string;
  /** How often the text stands there. */
  readonly found: number;
  /** The line that looks most like the first one that was to be found. */
  readonly nearest: { readonly line: number; readonly text: string } | null;
}

/** Bytes that a file may come to, at most. */
const largest = 14_000_000;

/**
 * Replaces exact pieces of a task's files, each edit in what the ones before left. Everything else keeps its bytes, a byte
 * order mark too; where all lines end in CRLF, line feeds in an edit mean those. All of it, or nothing: then every edit that cannot be made is answered.
 */
export function replaceText(
  files: ReadonlyMap<string, Uint8Array>,
  entry: string,
  edits: readonly TextEdit[],
): { readonly files: ReadonlyMap<string, Uint8Array> } | { readonly refused: readonly RefusedEdit[] } {
  const texts = new Map<string, { text: string; marked: boolean }>();
  const refused: RefusedEdit[] = [];
  for (const [at, { find, replace, all, ...edit }] of edits.entries()) {
    const path = edit.path ?? entry;
    const refuse = (
      member: RefusedEdit['member'],
      message: string,
      found = 0,
      nearest: RefusedEdit['nearest'] = null,
    ) => refused.push({ at, path, member, message, found, nearest });
    const bytes = files.get(path);
    if (!bytes) {
      refuse('path', `There is no file ${path}; there are ${named([...files.keys()])}.`);
      continue;
    }
    const file = texts.get(path) ?? decode(bytes);
    if (!file) {
      refuse('path', `${path} is not UTF-8 text: write the file as a whole.`);
      continue;
    }
    const [wanted, put] =
      isCrlf(file.text) && !`${find}${replace}`.includes('\r') ? [asCrlf(find), asCrlf(replace)] : [find, replace];
    const found = countOf(file.text, wanted, !all);
    if (found === 0) {
      const nearest = nearestLine(file.text, find);
      refuse(
        'find',
        nearest
          ? `The text stands nowhere in ${path}. The nearest line is ${nearest.line}: ${JSON.stringify(nearest.text)}`
          : `The text stands nowhere in ${path}.`,
        0,
        nearest,
      );
    } else if (found > 1 && !all) {
      const first = lineAt(file.text, file.text.indexOf(wanted));
      refuse(
        'find',
        `The text stands ${found} times in ${path}, first in line ${first}: find more of what is around it, or send all.`,
        found,
        { line: first, text: lineText(file.text, first) },
      );
    } else if (!replace.isWellFormed() || replace.includes('\0'))
      refuse('replace', 'replace holds a NUL character or half a Unicode character; take it out.', found);
    else if (file.text.length + found * (put.length - wanted.length) > largest)
      refuse('replace', `${path} would be longer than ${largest} characters.`, found);
    else texts.set(path, { ...file, text: file.text.split(wanted).join(put) });
  }
  if (refused.length > 0) return { refused };
  return { files: new Map([...texts].map(([path, { text, marked }]) => [path, encode(text, marked)])) };
}

const asCrlf = (text: string): string => text.replaceAll('\n', '\r\n');

/** How often a text stands in another; places that overlap count where `each` place must be known. */
function countOf(text: string, wanted: string, each: boolean): number {
  let count = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + (each ? 1 : wanted.length))) count += 1;
  return count;
}

const named = (names: readonly string[]): string =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');

const mostLines = 20_000;
const mostOfLine = 200;
/** A line that has less in common is none that was meant. */
const leastAlike = 0.4;

/** The line that has most in common with the first line to be found that is not blank. */
function nearestLine(text: string, find: string): RefusedEdit['nearest'] {
  const wanted = find.split('\n').find((line) => line.trim() !== '');
  if (wanted === undefined) return null;
  const pairs = pairsOf(wanted);
  let best: { line: number; alike: number } | null = null;
  const lines = text.split('\n', mostLines);
  for (const [n, line] of lines.entries()) {
    const alike = likeness(pairs, pairsOf(line));
    if (alike >= leastAlike && alike > (best?.alike ?? 0)) best = { line: n + 1, alike };
  }
  return best && { line: best.line, text: lineText(text, best.line) };
}

const lineText = (text: string, line: number): string => {
  const found = (text.split('\n', line).at(-1) ?? '').replace(/\r$/, '');
  return found.length > mostOfLine ? `${found.slice(0, mostOfLine)}…` : found;
};

/** Pairs of neighbouring characters with how often each stands there, white space as one and none at the ends. */
function pairsOf(line: string): ReadonlyMap<string, number> {
  const text = line
    .slice(0, 2 * mostOfLine)
    .trim()
    .replace(/\s+/g, ' ')
    .slice(0, mostOfLine)
    .toLowerCase();
  const pairs = new Map<string, number>();
  for (let n = 0; n < text.length; n++) {
    const pair = text.slice(n, n + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** 0 to 1: what two lines have in common of both (Dice). */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const size = (pairs: ReadonlyMap<string, number>) => [...pairs.values()].reduce((sum, n) => sum + n, 0);
  let common = 0;
  for (const [pair, count] of a) common += Math.min(count, b.get(pair) ?? 0);
  const total = size(a) + size(b);
  return total === 0 ? 0 : (2 * common) / total;
}
