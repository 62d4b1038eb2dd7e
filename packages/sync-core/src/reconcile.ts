import { decideFiles } from './file-decisions.ts';
import { pathsOf } from './path-order.ts';
import type { DocumentChange, DocumentConflict, DocumentMerge, Reconciliation } from './reconciliation.ts';
import { type Bases, type Side, type Snapshot, sameTree, type Tree, unreadable } from './tree.ts';

type Document = Tree | null;

const same = (a: Document, b: Document): boolean => (a && b ? sameTree(a, b) : a === b);

/**
 * Decides, per document, what makes both sides agree. Pure: it writes nothing, reads no contents and knows no clock. The
 * answer is sorted by path, does not depend on the order of its input, and is mirrored when the sides are swapped. A
 * document that is unreadable on a side appears nowhere in it.
 */
export function reconcile(base: Bases, local: Snapshot, remote: Snapshot): Reconciliation {
  const baseChanges: DocumentChange[] = [];
  const localChanges: DocumentChange[] = [];
  const remoteChanges: DocumentChange[] = [];
  const merges: DocumentMerge[] = [];
  const conflicts: DocumentConflict[] = [];

  for (const path of pathsOf(base, local, remote)) {
    const b: Document = base.get(path) ?? null;
    const l: Side = local.get(path) ?? null;
    const r: Side = remote.get(path) ?? null;
    if (l === unreadable || r === unreadable) continue;

    // First, before any look at the base: a run that died after its write and before its base finds both sides equal.
    if (same(l, r)) {
      if (!same(b, l)) baseChanges.push({ path, tree: l });
    } else if (same(l, b)) localChanges.push({ path, tree: r });
    else if (same(r, b)) remoteChanges.push({ path, tree: l });
    else if (b && l && r) merges.push(decideFiles(path, b, l, r));
    else {
      const type = !l ? 'local_deleted' : !r ? 'remote_deleted' : 'no_base';
      conflicts.push({ path, type, base: b, local: l, remote: r });
    }
  }
  return { baseChanges, localChanges, remoteChanges, merges, conflicts };
}
