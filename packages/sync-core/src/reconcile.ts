import type {
  ConflictPolicy,
  DocumentChange,
  DocumentConflict,
  DocumentMerge,
  FileClash,
  FileMerge,
  Reconciliation,
} from './reconciliation.ts';
import {
  type Bases,
  type Entry,
  type Mode,
  type Snapshot,
  sameEntry,
  sameTree,
  type Tree,
  unreadable,
} from './tree.ts';

/**
 * Compares two sides with what they last agreed on and says, per document, what is to happen. No contents are needed:
 * equal digests are equal files. "Local equals remote" is tested before the base is looked at, because recovery after a
 * crash rests on it: a write that arrived and was not recorded is then recorded, not written again.
 * Invariant: with the sides swapped the answer is the mirrored one. `policy` only matters to `settle`.
 */
export function reconcile(base: Bases, local: Snapshot, remote: Snapshot, _policy: ConflictPolicy): Reconciliation {
  const paths = new Set([...base.keys(), ...local.keys(), ...remote.keys()]);
  const plan = {
    baseChanges: [] as DocumentChange[],
    localChanges: [] as DocumentChange[],
    remoteChanges: [] as DocumentChange[],
    merges: [] as DocumentMerge[],
    conflicts: [] as DocumentConflict[],
  };
  for (const path of [...paths].sort()) {
    const b = base.get(path) ?? null;
    const l = local.get(path) ?? null;
    const r = remote.get(path) ?? null;
    if (l === unreadable || r === unreadable) continue;
    if (same(l, r)) {
      if (!same(b, l)) plan.baseChanges.push({ path, tree: l });
    } else if (same(b, r)) plan.remoteChanges.push({ path, tree: l });
    else if (same(b, l)) plan.localChanges.push({ path, tree: r });
    else if (!b) plan.conflicts.push({ path, type: 'no_base', base: b, local: l, remote: r });
    else if (!l) plan.conflicts.push({ path, type: 'local_deleted', base: b, local: l, remote: r });
    else if (!r) plan.conflicts.push({ path, type: 'remote_deleted', base: b, local: l, remote: r });
    else plan.merges.push(mergeDocument(path, b, l, r));
  }
  return plan;
}

const same = (a: Tree | null, b: Tree | null): boolean => (a && b ? sameTree(a, b) : a === b);

/** The same table, file by file, for a document that both sides changed. */
function mergeDocument(path: string, base: Tree, local: Tree, remote: Tree): DocumentMerge {
  const decided = new Map<string, Entry>();
  const merges: FileMerge[] = [];
  const clashes: FileClash[] = [];
  for (const name of [...new Set([...base.keys(), ...local.keys(), ...remote.keys()])].sort()) {
    const [b, l, r] = [base.get(name), local.get(name), remote.get(name)];
    const take = (entry: Entry | undefined) => {
      if (entry) decided.set(name, entry);
    };
    if (sameEntry(l, r)) take(l);
    else if (sameEntry(b, r)) take(l);
    else if (sameEntry(b, l)) take(r);
    else if (b && l && r && mergeable(b, l, r)) {
      if (l.digest === r.digest || l.digest === b.digest || r.digest === b.digest) take(contentAndMode(b, l, r));
      else merges.push({ path: name, base: b, local: l, remote: r });
    } else clashes.push({ path: name, base: b ?? null, local: l ?? null, remote: r ?? null });
  }
  const blocked = new Set(clashes.map((clash) => clash.path));
  for (const [file, below] of collisions([...decided.keys(), ...merges.map((m) => m.path), ...blocked])) {
    for (const name of [file, below]) {
      if (blocked.has(name)) continue;
      blocked.add(name);
      decided.delete(name);
      clashes.push({
        path: name,
        base: base.get(name) ?? null,
        local: local.get(name) ?? null,
        remote: remote.get(name) ?? null,
      });
    }
  }
  return {
    path,
    base,
    local,
    remote,
    decided,
    merges: merges.filter((merge) => !blocked.has(merge.path)),
    clashes: clashes.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

const plain = (mode: Mode): boolean => mode === '100644' || mode === '100755';
const mergeable = (...entries: Entry[]): boolean => entries.every((entry) => plain(entry.mode));

/** One side changed the content, the other the mode: both hold. */
const contentAndMode = (b: Entry, l: Entry, r: Entry): Entry => ({
  digest: l.digest === b.digest ? r.digest : l.digest,
  mode: l.mode === b.mode ? r.mode : l.mode,
});

/** Pairs of a path that is a file and a path below it. */
function collisions(paths: readonly string[]): [string, string][] {
  const files = new Set(paths);
  return paths.flatMap((path) => {
    const parts = path.split('/');
    return parts.slice(0, -1).flatMap((_, i): [string, string][] => {
      const above = parts.slice(0, i + 1).join('/');
      return files.has(above) ? [[above, path]] : [];
    });
  });
}
