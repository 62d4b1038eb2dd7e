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

type Outcomes = ReadonlyMap<string, FileMergeOutcome>;

/**
 * Turns a reconciliation and what merging its files gave into what is to be written. A document whose every file merged
 * cleanly is merged; any other is a conflict, unless the policy decides it. An unclean outcome of a file that needed no
 * merge keeps its document open too, and so does a merge that leaves no file: nobody asked for the document to go.
 */
export function settle(
  reconciliation: Reconciliation,
  outcomes: ReadonlyMap<string, Outcomes>,
  policy: ConflictPolicy,
): Settlement {
  const merged: MergedDocument[] = [];
  const conflicts: DocumentConflict[] = [];
  for (const document of reconciliation.merges) {
    const results = outcomes.get(document.path) ?? new Map();
    const clean = cleanResult(document, results);
    if (clean) merged.push({ path: document.path, remote: document.remote, result: clean, decidedBy: 'merge' });
    else if (policy === 'manual') conflicts.push({ ...sides(document), type: 'both_modified' });
    else {
      const result = decide(policy, document, () => fallback(document, results));
      merged.push({ path: document.path, remote: document.remote, result, decidedBy: 'policy' });
    }
  }
  for (const conflict of reconciliation.conflicts) {
    if (policy === 'manual') conflicts.push(conflict);
    else {
      // Of an edit and a deletion `merge` keeps the edit; of two without a base it takes the remote one.
      const result = decide(policy, conflict, () => conflict.remote ?? conflict.local);
      merged.push({ path: conflict.path, remote: conflict.remote, result, decidedBy: 'policy' });
    }
  }
  const { baseChanges, localChanges, remoteChanges } = reconciliation;
  return {
    baseChanges,
    localChanges,
    remoteChanges,
    merged: merged.sort(byDocument),
    conflicts: conflicts.sort(byDocument),
  };
}

const byDocument = (a: { path: string }, b: { path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
const sides = ({ path, base, local, remote }: DocumentMerge) => ({ path, base, local, remote });

function decide(
  policy: Exclude<ConflictPolicy, 'manual'>,
  { local, remote }: { local: Tree | null; remote: Tree | null },
  merge: () => Tree | null,
): Tree | null {
  return policy === 'take_local' ? local : policy === 'take_remote' ? remote : merge();
}

/** The merged tree; null when a file stays open. */
function cleanResult(document: DocumentMerge, outcomes: Outcomes): Tree | null {
  if (document.clashes.length > 0 || [...outcomes.values()].some((outcome) => !outcome.clean)) return null;
  const result = new Map<string, Entry>(document.decided);
  for (const { path } of document.merges) {
    const outcome = outcomes.get(path);
    if (!outcome?.clean) return null;
    result.set(path, outcome.entry);
  }
  return result.size > 0 ? result : null;
}

/** Every open hunk and every clash from the remote side. */
function fallback(document: DocumentMerge, outcomes: Outcomes): Tree {
  const result = new Map<string, Entry>(document.decided);
  for (const { path, remote } of document.merges) {
    const outcome = outcomes.get(path);
    result.set(path, outcome?.clean ? outcome.entry : (outcome?.fallback ?? remote));
  }
  for (const { path, remote } of document.clashes) if (remote) result.set(path, remote);
  return result.size > 0 ? result : document.remote;
}
