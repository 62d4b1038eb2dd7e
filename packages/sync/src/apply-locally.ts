import { sameTree, type Tree } from '@ratchet/sync-core/tree';
import type { Candidate } from './look.ts';
import type { Plan } from './plan.ts';
import type { ConflictDraft, DocumentUpdate, Replica } from './replica.ts';

/** Documents written in one transaction. */
const batchSize = 500;

export interface LocalReport {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly merged: readonly string[];
  readonly detached: readonly string[];
  /** Edited between look and write: untouched, for the next look. */
  readonly stale: readonly string[];
  readonly revisions: ReadonlyMap<string, number>;
}

/** Writes the local side of a plan: documents, bases and conflicts. The remote is not touched. */
export async function applyLocally<P>(
  plan: Plan<P>,
  replica: Replica<P>,
  onProgress?: (done: number, total: number) => void,
): Promise<LocalReport> {
  const updates = await localUpdates(plan);
  const stale = new Set<string>();
  const revisions = new Map<string, number>();
  for (let from = 0; from < updates.length; from += batchSize) {
    const batch = updates.slice(from, from + batchSize);
    await plan.look.stash.keep(batch.flatMap((update) => [...digestsOf(update)]));
    const report = await replica.apply(batch, plan.look.head);
    for (const path of report.stale) stale.add(path);
    for (const [path, revision] of report.revisions) revisions.set(path, revision);
    onProgress?.(Math.min(from + batchSize, updates.length), updates.length);
  }
  const written = updates.filter((u) => !stale.has(u.path));
  const merged = new Set(plan.settlement.merged.map((m) => m.path));
  const pick = (keep: (u: DocumentUpdate<P>) => boolean) => written.filter(keep).map((u) => u.path);
  return {
    added: pick((u) => Boolean(u.local) && u.expected === null),
    updated: pick((u) => Boolean(u.local) && u.expected !== null && !merged.has(u.path)),
    deleted: pick((u) => u.local === null && u.expected !== null),
    merged: pick((u) => merged.has(u.path)),
    detached: pick((u) => u.detach === true),
    stale: [...stale],
    revisions,
  };
}

async function localUpdates<P>(plan: Plan<P>): Promise<DocumentUpdate<P>[]> {
  const { settlement, candidates } = plan;
  const movedFrom = new Map(plan.moves.map((move) => [move.to, move.from]));
  const updates = new Map<string, DocumentUpdate<P>>();

  const update = (path: string, description: string, rest: Partial<DocumentUpdate<P>>) => {
    const candidate = candidateOf(plan, path);
    const from = movedFrom.get(path);
    updates.set(path, {
      path,
      ...(from === undefined ? {} : { movedFrom: from }),
      expected: candidate.index?.local?.revision ?? null,
      expectedId: candidate.index?.local?.id ?? null,
      ...(candidate.index?.inConflict ? { conflict: null } : {}),
      description,
      ...rest,
    });
  };
  const document = async (path: string, tree: Tree) => {
    const candidate = candidateOf(plan, path);
    const fields = tree === candidate.remote && candidate.fields ? candidate.fields : await plan.fieldsOf(path, tree);
    return { tree, fields };
  };

  for (const { path, tree } of settlement.localChanges)
    update(path, tree ? 'Pulled' : 'Deleted in the repository', {
      local: tree ? await document(path, tree) : null,
      base: tree ? baseOf(plan, path, tree) : null,
    });
  for (const { path, tree } of settlement.baseChanges)
    update(path, 'In step', { base: tree ? baseOf(plan, path, tree) : null });
  for (const { path, remote, result, decidedBy } of settlement.merged) {
    const candidate = candidateOf(plan, path);
    const localMoves = !(result && candidate.local ? sameTree(result, candidate.local) : result === candidate.local);
    update(path, decidedBy === 'merge' ? 'Merged' : 'Decided by policy', {
      ...(localMoves ? { local: result ? await document(path, result) : null } : {}),
      base: remote ? baseOf(plan, path, remote) : null,
      ...(plan.decided.has(path) ? { decided: { ...draft(candidate), resolution: 'policy' } } : {}),
    });
  }
  if (plan.wins === 'local')
    for (const { path } of settlement.remoteChanges) {
      const candidate = candidateOf(plan, path);
      const { base, local, remote } = candidate;
      const known = !(remote instanceof Map) || (base !== null && sameTree(base, remote as Tree));
      if (known) continue;
      // What gives way is nowhere else: it stays in history.
      const tree = remote as Tree;
      if (!local)
        update(path, 'Decided for the database', { decided: { ...draft(candidate), resolution: 'take_local' } });
      else
        update(path, 'Decided for the database', {
          superseded: await document(path, tree),
          local: { tree: local, fields: await plan.fieldsOf(path, local) },
        });
    }
  for (const { path, type } of settlement.conflicts)
    update(path, 'In conflict', { conflict: { ...draft(candidateOf(plan, path)), type } });
  for (const path of plan.detached) update(path, 'Left the scope of the repository', { base: null, detach: true });

  for (const [path, candidate] of candidates) {
    if (updates.has(path)) continue;
    const { base, remote, token, index } = candidate;
    const refreshed = base && token && token !== index?.base?.token && remote instanceof Map && sameTree(base, remote);
    if (refreshed && !movedFrom.has(path)) update(path, 'In step', { base: { tree: base, token } });
    else if (movedFrom.has(path) && base && token)
      update(path, `Moved from ${movedFrom.get(path)}`, { base: { tree: base, token } });
    else if (index?.inConflict && plan.settled(path)) update(path, 'In step', {});
  }
  // A document's fields may tell of its place.
  for (const [path, one] of updates) {
    const { local } = candidateOf(plan, path);
    if (one.movedFrom !== undefined && one.local === undefined && local)
      updates.set(path, { ...one, moved: await plan.fieldsOf(path, local) });
  }
  return [...updates.values()];
}

function candidateOf<P>(plan: Plan<P>, path: string): Candidate<P> {
  const candidate = plan.candidates.get(path);
  if (!candidate) throw new Error(`${path} is in the plan and was never seen.`);
  return candidate;
}

const baseOf = <P>(plan: Plan<P>, path: string, tree: Tree) => ({ tree, token: candidateOf(plan, path).token ?? '' });

function draft<P>(candidate: Candidate<P>): ConflictDraft {
  const { base, local, remote } = candidate;
  const remoteTree = remote instanceof Map ? (remote as Tree) : null;
  return {
    type: !base ? 'no_base' : !local ? 'local_deleted' : !remoteTree ? 'remote_deleted' : 'both_modified',
    base,
    local,
    remote: remoteTree,
    localRevision: candidate.index?.local?.revision ?? null,
    remoteToken: candidate.token,
  };
}

function* digestsOf<P>(update: DocumentUpdate<P>): Generator<string> {
  const trees = [
    update.local?.tree,
    update.base?.tree,
    update.conflict?.remote,
    update.decided?.remote,
    update.superseded?.tree,
  ];
  for (const tree of trees) if (tree) for (const entry of tree.values()) yield entry.digest;
}
