import { fencesOf, linesOf } from './markdown.ts';
import { bulletName, endsSection, renameEnd, requirementName, sectionTitle, strayHeading } from './requirement-line.ts';

/** A requirement with all that stands below its heading. */
export interface Requirement {
  readonly name: string;
  /** With its heading, without blank lines at the end. */
  readonly lines: readonly string[];
  /** Of its heading, from 1. */
  readonly line: number;
}

export interface NamedLine {
  readonly name: string;
  readonly line: number;
}

export interface Renaming {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** What a change says about the requirements of one capability. Repeated sections count together. */
export interface DeltaSpec {
  readonly added: readonly Requirement[];
  readonly modified: readonly Requirement[];
  readonly removed: readonly NamedLine[];
  readonly renamed: readonly Renaming[];
  /** Sections that are there, be they empty, in this order: added, modified, removed, renamed. */
  readonly sections: readonly DeltaOperation[];
  /** FROM without TO, or TO without FROM. */
  readonly unpaired: readonly (NamedLine & { readonly side: 'FROM' | 'TO' })[];
  /** Requirements outside of these sections, which count for nothing; `section` is the one they are in, null: none. */
  readonly orphans: readonly (NamedLine & { readonly section: string | null })[];
  /** Headings of the third level in a section of added or modified ones that are no requirements. */
  readonly strays: readonly (NamedLine & { readonly section: string })[];
}

export type DeltaOperation = 'added' | 'modified' | 'removed' | 'renamed';
const operations: readonly DeltaOperation[] = ['added', 'modified', 'removed', 'renamed'];

/** The heading of a section: `ADDED Requirements`, in any case. */
const titleOf = (operation: DeltaOperation): string => `${operation} requirements`;

/** A requirement, or a renaming, that has begun and not ended. */
interface Reading {
  open: { readonly named: NamedLine; readonly into: 'added' | 'modified' } | null;
  pending: NamedLine | null;
}

/** Reads a spec.md of a change as OpenSpec does. Headings in fenced code are none. */
export function parseDeltaSpec(text: string): DeltaSpec {
  const lines = linesOf(text);
  const { mask } = fencesOf(lines);
  const reading = {
    added: [] as Requirement[],
    modified: [] as Requirement[],
    removed: [] as NamedLine[],
    renamed: [] as Renaming[],
    unpaired: [] as (NamedLine & { side: 'FROM' | 'TO' })[],
    orphans: [] as (NamedLine & { section: string | null })[],
    strays: [] as (NamedLine & { section: string })[],
  };
  const found = new Map<DeltaOperation, string>();
  let title: string | null = null;
  let operation: DeltaOperation | null = null;
  const state: Reading = { open: null, pending: null };
  const close = (to: number) => {
    const { open } = state;
    if (open) reading[open.into].push({ ...open.named, lines: trimmedEnd(lines.slice(open.named.line - 1, to)) });
    state.open = null;
  };
  const endSection = () => {
    if (state.pending) reading.unpaired.push({ ...state.pending, side: 'FROM' });
    state.pending = null;
  };

  for (const [at, line] of lines.entries()) {
    if (mask[at] === 1) continue;
    const section = sectionTitle(line);
    if (section !== null) {
      close(at);
      endSection();
      title = section;
      operation = operations.find((one) => titleOf(one) === section.toLowerCase()) ?? null;
      if (operation && !found.has(operation)) found.set(operation, section);
      continue;
    }
    const name = requirementName(line);
    if (!operation) {
      if (name !== null) reading.orphans.push({ name, line: at + 1, section: title });
    } else if (operation === 'added' || operation === 'modified') {
      if (endsSection(line)) close(at);
      if (name !== null) {
        close(at);
        state.open = { named: { name, line: at + 1 }, into: operation };
      }
      const stray = strayHeading(line);
      if (stray !== null) reading.strays.push({ name: stray, line: at + 1, section: found.get(operation) ?? '' });
    } else if (operation === 'removed') {
      const removed = name ?? bulletName(line);
      if (removed !== null) reading.removed.push({ name: removed, line: at + 1 });
    } else {
      const end = renameEnd(line);
      if (end?.side === 'FROM') {
        endSection();
        state.pending = { name: end.name, line: at + 1 };
      } else if (end && state.pending) {
        reading.renamed.push({ from: state.pending.name, to: end.name, line: state.pending.line });
        state.pending = null;
      } else if (end) reading.unpaired.push({ name: end.name, line: at + 1, side: 'TO' });
    }
  }
  close(lines.length);
  endSection();
  return { ...reading, sections: operations.filter((one) => found.has(one)) };
}

/** Lines without the blanks at the end of the last ones. */
export function trimmedEnd(lines: readonly string[]): string[] {
  let to = lines.length;
  while (to > 0 && (lines[to - 1] ?? '').trim() === '') to--;
  return lines.slice(0, to).map((line, at) => (at === to - 1 ? line.trimEnd() : line));
}
