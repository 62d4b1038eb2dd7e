import { detectMoves, type Move } from '@ratchet/sync-core/moves';
import type { Tree, unreadable } from '@ratchet/sync-core/tree';
import type { Candidate } from './look.ts';

export type { Move } from '@ratchet/sync-core/moves';

/**
 * Candidates under the paths they have after the remote's moves: a document that the remote moved keeps its local side,
 * its base and its row, and is compared at its new place.
 */
export function renamed<P>(
  candidates: ReadonlyMap<string, Candidate<P>>,
  identityOf: (fields: P) => string | null,
): { candidates: ReadonlyMap<string, Candidate<P>>; moves: readonly Move[] } {
  const bases = new Map<string, Tree>();
  const baseIdentities = new Map<string, string>();
  const remote = new Map<string, Tree | typeof unreadable>();
  const remoteIdentities = new Map<string, string>();
  for (const [path, candidate] of candidates) {
    if (candidate.base) bases.set(path, candidate.base);
    if (candidate.base && candidate.localIdentity) baseIdentities.set(path, candidate.localIdentity);
    if (candidate.remote !== null) remote.set(path, candidate.remote);
    const identity = candidate.fields === null ? null : identityOf(candidate.fields);
    if (identity !== null) remoteIdentities.set(path, identity);
  }
  // A place that holds a local document of its own is not free to be moved to.
  const moves = detectMoves(bases, baseIdentities, remote, remoteIdentities).filter(
    ({ from, to }) => !candidates.get(to)?.local && candidates.get(from)?.index?.inConflict !== true,
  );
  if (moves.length === 0) return { candidates, moves };
  const result = new Map(candidates);
  for (const { from, to } of moves) {
    const [old, found] = [candidates.get(from), candidates.get(to)];
    if (!old || !found) continue;
    result.delete(from);
    result.set(to, { ...found, index: old.index, base: old.base, local: old.local, localIdentity: old.localIdentity });
  }
  return { candidates: result, moves };
}
