import type {
  ConflictPolicy,
  DocumentConflict,
  DocumentMerge,
  FileMergeOutcome,
  MergedDocument,
  Reconciliation,
  Settlement,
} from './reconciliation.ts';
import type { Entry, Tree } from './tree.ts';

/** Outcomes of one document's file merges, by path within the document. */
type Outcomes = ReadonlyMap<string, FileMergeOutcome>;

const none: Outcomes = new Map();

/**
 * Turns a reconciliation and what merging its files gave into changes and conflicts. A merge is clean when nothing
 * clashes, every outcome is clean and something is left of the document. An unclean outcome for any file, one that needed
 * no merge included, keeps its document open: that is how a caller refuses a merge that gave nonsense.
 *
 * Throws when a file that needs a merge has no outcome.
 */
export function settle(
  reconciliation: Reconciliation,
  outcomes: ReadonlyMap<string, Outcomes>,
  policy: ConflictPolicy,
): Settlement {
  const { baseChanges, localChanges, remoteChanges } = reconciliation;
  const merged: MergedDocument[] = [];
  const conflicts: DocumentConflict[] = [];

  const open = (conflict: DocumentConflict, fallback: () => Tree | null): void => {
    const { path, remote } = conflict;
    if (policy === 'manual') conflicts.push(conflict);
    else merged.push({ path, remote, result: decided(conflict, policy, fallback), decidedBy: 'policy' });
  };
  for (const merge of reconciliation.merges) {
    const { path, base, local, remote } = merge;
    const files = outcomes.get(path) ?? none;
    const result = treeOf(merge, files, (outcome) => outcome.entry);
    const clean = merge.clashes.length === 0 && [...files.values()].every((outcome) => outcome.clean);
    if (clean && result.size > 0) merged.push({ path, remote, result, decidedBy: 'merge' });
    else open({ path, type: 'both_modified', base, local, remote }, () => fallbackOf(merge, files));
  }
  for (const conflict of reconciliation.conflicts)
    open(conflict, () => (conflict.type === 'remote_deleted' ? conflict.local : conflict.remote));

  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  return { baseChanges, localChanges, remoteChanges, merged: merged.sort(byPath), conflicts: conflicts.sort(byPath) };
}

function decided(
  { local, remote }: DocumentConflict,
  policy: Exclude<ConflictPolicy, 'manual'>,
  fallback: () => Tree | null,
): Tree | null {
  if (policy === 'take_local') return local;
  if (policy === 'take_remote') return remote;
  return fallback();
}

/** The merge with the remote side of everything that stays open; the remote document where that leaves nothing. */
function fallbackOf(merge: DocumentMerge, files: Outcomes): Tree {
  const result = treeOf(merge, files, ({ clean, entry, fallback }, remote) => (clean ? entry : (fallback ?? remote)));
  for (const { path, remote } of merge.clashes) if (remote) result.set(path, remote);
  return result.size > 0 ? result : merge.remote;
}

function treeOf(
  { path, decided, merges }: DocumentMerge,
  files: Outcomes,
  pick: (outcome: FileMergeOutcome, remote: Entry) => Entry,
): Map<string, Entry> {
  const tree = new Map(decided);
  for (const file of merges) {
    const outcome = files.get(file.path);
    if (!outcome) throw new Error(`Merge ${file.path} of ${path} before settling it.`);
    tree.set(file.path, pick(outcome, file.remote));
  }
  return tree;
}
