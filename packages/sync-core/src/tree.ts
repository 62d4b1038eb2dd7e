/** SHA-256 of a file's bytes, hexadecimal. */
export type Digest = string;

/** Git's file modes: plain, executable, symbolic link (its bytes are the target), submodule (its bytes are the commit id). */
export type Mode = '100644' | '100755' | '120000' | '160000';

export interface Entry {
  readonly digest: Digest;
  readonly mode: Mode;
}

/** A document's files: path within the document, with `/`, → what is there. */
export type Tree = ReadonlyMap<string, Entry>;

/** A side that could not be read this time. It is not absent: nothing may be concluded from it. */
export const unreadable = Symbol('unreadable');
export type Unreadable = typeof unreadable;

/** Documents of one side by path. A path that is not in the map is absent there. */
export type Snapshot = ReadonlyMap<string, Tree | Unreadable>;
/** What both sides last agreed on, by path. */
export type Bases = ReadonlyMap<string, Tree>;

export const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.digest === b.digest && a.mode === b.mode);

export function sameTree(a: Tree, b: Tree): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [path, entry] of a) if (!sameEntry(entry, b.get(path))) return false;
  return true;
}

/** One document as one side holds it: null is absent. */
export type Side = Tree | Unreadable | null;
