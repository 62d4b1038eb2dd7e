import { diffLines, type LineChange, linesOf } from './text-diff.ts';
import { barePlain, mergedShape, mixesLineEnds, plainShape, shapeOf, type TextShape } from './text-shape.ts';

/** One place where both sides changed. A side that is null has no such file. */
export interface MergeHunk {
  readonly id: string;
  /** null: the file is new on both sides. */
  readonly base: string | null;
  readonly local: string | null;
  readonly remote: string | null;
}

/** Text that is settled, or a hunk that needs a choice. */
export type MergePart = string | MergeHunk;

/** A file to merge: its parts in order, as lines ended by LF (or by their own ends where the sides mix them). */
export interface MergeDocument {
  readonly parts: readonly MergePart[];
  readonly shape: TextShape;
}

/** The texts of a conflict's file. */
export interface MergeSides {
  readonly base: string | null;
  readonly local: string | null;
  readonly remote: string | null;
}

/** A hunk as the server gives it; only those of lines say where the suggestion is open. */
export interface GivenHunk {
  readonly id: string;
  readonly kind: 'lines' | 'value';
  readonly line?: number | undefined;
  readonly base?: unknown;
  readonly local?: unknown;
  readonly remote?: unknown;
}

/** The server's name for the one hunk of a file whose presence is in conflict. */
export const wholeFileId = 'file';

/**
 * The parts of a file. They come from the suggested merge where it holds markers for the hunks given, so that choices carry
 * the server's names; else from a comparison of the three texts.
 */
export function mergeDocument(
  sides: MergeSides,
  suggested?: string | null,
  hunks?: readonly GivenHunk[] | null,
): MergeDocument {
  const { base, local, remote } = sides;
  if (local === null || remote === null) {
    const shape = shapeOf(local ?? remote ?? '');
    const [b, l, r] = [base, local, remote].map((text) => (text === null ? null : barePlain(text, !shape.crlf)));
    if (local === remote) return { parts: [''], shape };
    const hunk: MergeHunk = { id: wholeFileId, base: b ?? null, local: l ?? null, remote: r ?? null };
    return { parts: [hunk], shape: { ...shape, finalNewline: true } };
  }
  const mixed = [base ?? '', local, remote].some(mixesLineEnds);
  if (typeof suggested === 'string' && hunks) {
    const parts = partsOfSuggestion(withFinalNewline(barePlain(suggested, mixed)), hunks, base !== null);
    if (parts) return { parts, shape: mixed ? { ...shapeOf(suggested), crlf: false } : shapeOf(suggested) };
  }
  const merged = mergedShape(base === null ? plainShape : shapeOf(base), shapeOf(local), shapeOf(remote));
  const [b, l, r] = [base, local, remote].map((text) =>
    text === null ? null : withFinalNewline(barePlain(text, mixed)),
  );
  return {
    parts: mergeTexts(b ?? null, l ?? '', r ?? ''),
    shape: mixed ? { ...merged, crlf: false } : merged,
  };
}

const withFinalNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** null: the suggestion and the hunks do not belong together. */
function partsOfSuggestion(suggested: string, hunks: readonly GivenHunk[], hasBase: boolean): MergePart[] | null {
  const lines = linesOf(suggested);
  const parts: MergePart[] = [];
  let at = 0;
  for (const { id, kind, line, base, local, remote } of hunks) {
    if (kind !== 'lines' || line === undefined || line - 1 < at) return null;
    if (typeof local !== 'string' || typeof remote !== 'string') return null;
    const was = typeof base === 'string' ? base : '';
    const end = line - 1 + linesOf(local).length + linesOf(was).length + linesOf(remote).length + 4;
    if (!lines[line - 1]?.startsWith('<<<<<<<') || !lines[end - 1]?.startsWith('>>>>>>>')) return null;
    if (line - 1 > at) parts.push(lines.slice(at, line - 1).join(''));
    parts.push({ id, base: hasBase ? was : null, local, remote });
    at = end;
  }
  if (at < lines.length) parts.push(lines.slice(at).join(''));
  return atLeastOne(parts);
}

const atLeastOne = (parts: MergePart[]): MergePart[] => (parts.length > 0 ? parts : ['']);

/** Three-way merge of lines; without a base every difference is a hunk. */
export function mergeTexts(base: string | null, local: string, remote: string): MergePart[] {
  const [l, r] = [linesOf(local), linesOf(remote)];
  const builder = partsBuilder();
  if (base === null) {
    let at = 0;
    for (const change of diffLines(l, r)) {
      builder.settle(l.slice(at, change.fromA));
      builder.open(l.slice(change.fromA, change.toA), r.slice(change.fromB, change.toB), null);
      at = change.toA;
    }
    builder.settle(l.slice(at));
    return builder.done();
  }
  const b = linesOf(base);
  const groups = grouped(diffLines(b, l), diffLines(b, r));
  let at = 0;
  for (const { from, to, local: mine, remote: theirs } of groups) {
    builder.settle(b.slice(at, from));
    const was = b.slice(from, to);
    const left = mine ? l.slice(mine.from, mine.to) : was;
    const right = theirs ? r.slice(theirs.from, theirs.to) : was;
    if (!mine) builder.settle(right);
    else if (!theirs || left.join('') === right.join('')) builder.settle(left);
    else builder.open(left, right, was.join(''));
    at = to;
  }
  builder.settle(b.slice(at));
  return builder.done();
}

interface Range {
  readonly from: number;
  readonly to: number;
}
interface Group extends Range {
  /** Lines of that side that stand for the range of the base; null: that side did not change it. */
  readonly local: Range | null;
  readonly remote: Range | null;
}

/** Changes of both sides that overlap or touch, together. */
function grouped(local: readonly LineChange[], remote: readonly LineChange[]): Group[] {
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < local.length || j < remote.length) {
    const from = Math.min(local[i]?.fromA ?? Infinity, remote[j]?.fromA ?? Infinity);
    let to = from;
    const [firstLocal, firstRemote] = [i, j];
    for (let grew = true; grew; ) {
      grew = false;
      for (let next = local[i]; next && next.fromA <= to; next = local[i]) {
        to = Math.max(to, next.toA);
        i++;
        grew = true;
      }
      for (let next = remote[j]; next && next.fromA <= to; next = remote[j]) {
        to = Math.max(to, next.toA);
        j++;
        grew = true;
      }
    }
    groups.push({
      from,
      to,
      local: spanned(local, firstLocal, i, from, to),
      remote: spanned(remote, firstRemote, j, from, to),
    });
  }
  return groups;
}

function spanned(changes: readonly LineChange[], first: number, end: number, from: number, to: number): Range | null {
  const [start, last] = [changes[first], changes[end - 1]];
  if (end === first || !start || !last) return null;
  return { from: start.fromB - (start.fromA - from), to: last.toB + (to - last.toA) };
}

function partsBuilder() {
  const parts: MergePart[] = [];
  let settled = '';
  let count = 0;
  const flush = () => {
    if (settled !== '') parts.push(settled);
    settled = '';
  };
  return {
    settle(lines: readonly string[]): void {
      settled += lines.join('');
    },
    open(local: readonly string[], remote: readonly string[], base: string | null): void {
      flush();
      count++;
      parts.push({ id: `h${count}`, base, local: local.join(''), remote: remote.join('') });
    },
    done(): MergePart[] {
      flush();
      return atLeastOne(parts);
    },
  };
}
