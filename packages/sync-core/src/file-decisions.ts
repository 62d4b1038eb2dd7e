import type { DocumentMerge, FileClash, FileMerge } from './reconciliation.ts';
import { byPath, pathsOf } from './path-order.ts';
import { type Entry, type Mode, sameEntry, type Tree } from './tree.ts';

type Decision =
  | { readonly is: 'gone' }
  | { readonly is: 'decided'; readonly entry: Entry }
  | { readonly is: 'merge' }
  | { readonly is: 'clash' };

const gone: Decision = { is: 'gone' };
const clash: Decision = { is: 'clash' };
const taken = (entry: Entry | undefined): Decision => (entry ? { is: 'decided', entry } : gone);

/** Decides, file by file, a document that both sides changed. Swapping the sides swaps the answer. */
export function decideFiles(path: string, base: Tree, local: Tree, remote: Tree): DocumentMerge {
  const decisions = new Map<string, Decision>();
  for (const file of pathsOf(base, local, remote))
    decisions.set(file, decide(base.get(file), local.get(file), remote.get(file)));
  for (const file of underFiles(decisions)) decisions.set(file, clash);

  const decided = new Map<string, Entry>();
  const merges: FileMerge[] = [];
  const clashes: FileClash[] = [];
  for (const [file, decision] of [...decisions].sort(byPath)) {
    const [b, l, r] = [base.get(file) ?? null, local.get(file) ?? null, remote.get(file) ?? null];
    if (decision.is === 'decided') decided.set(file, decision.entry);
    else if (decision.is === 'clash') clashes.push({ path: file, base: b, local: l, remote: r });
    else if (decision.is === 'merge' && b && l && r) merges.push({ path: file, base: b, local: l, remote: r });
  }
  return { path, base, local, remote, decided, merges, clashes };
}

function decide(base: Entry | undefined, local: Entry | undefined, remote: Entry | undefined): Decision {
  if (sameEntry(local, remote)) return taken(local);
  if (sameEntry(local, base)) return taken(remote);
  if (sameEntry(remote, base)) return taken(local);
  if (!base || !local || !remote) return clash;
  if (!isRegular(base) || !isRegular(local) || !isRegular(remote)) return clash;
  const mode = mergedMode(base.mode, local.mode, remote.mode);
  if (local.digest === remote.digest || remote.digest === base.digest) return taken({ digest: local.digest, mode });
  if (local.digest === base.digest) return taken({ digest: remote.digest, mode });
  return { is: 'merge' };
}

const isRegular = (entry: Entry): boolean => entry.mode === '100644' || entry.mode === '100755';

/** The executable bit, merged three-way. It has two values, so two sides that changed it agree. */
export const mergedMode = (base: Mode, local: Mode, remote: Mode): Mode => (local === base ? remote : local);

/**
 * Paths that cannot stand side by side: a file and something below it. Each side's tree alone is sound, so the two come
 * from different sides, and presence alone decides neither.
 */
function underFiles(decisions: ReadonlyMap<string, Decision>): Set<string> {
  const stands = (file: string): boolean => (decisions.get(file) ?? gone).is !== 'gone';
  const found = new Set<string>();
  for (const file of decisions.keys()) {
    if (!stands(file)) continue;
    for (let slash = file.indexOf('/'); slash > 0; slash = file.indexOf('/', slash + 1)) {
      const folder = file.slice(0, slash);
      if (stands(folder)) found.add(folder).add(file);
    }
  }
  return found;
}
