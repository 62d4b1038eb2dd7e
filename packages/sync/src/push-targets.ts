import { sameEntry, sameTree, type Tree, unreadable } from '@ratchet/sync-core/tree';
import type { Candidate } from './look.ts';
import type { Plan } from './plan.ts';
import type { DocumentWrite, FileWrite } from './remote.ts';
import { besideStanding, takenPlace } from './standing-files.ts';

/** A document on its way to the remote. */
export interface PushedDocument<P> {
  readonly path: string;
  readonly id: string | null;
  readonly revision: number | null;
  readonly change: 'added' | 'modified' | 'deleted';
  /** null: it is deleted. */
  readonly fields: P | null;
}

export type PushErrorCode =
  | 'SYNC_CONFLICT'
  | 'PUSH_REJECTED'
  | 'TASK_INVALID'
  | 'REPOSITORY_UNREACHABLE'
  | 'EDITED_MEANWHILE'
  | 'UNREADABLE';

export interface PushOutcome {
  readonly path: string;
  readonly id: string | null;
  readonly commit: string | null;
  readonly error: { readonly code: PushErrorCode; readonly message: string } | null;
}

export interface TargetOptions {
  /** Only these documents. */
  readonly only?: ReadonlySet<string>;
  /** The revision each document was asked to go out with; one that was edited since stays. */
  readonly revisions?: ReadonlyMap<string, number>;
  /** Documents too whose problems keep them from being used. */
  readonly broken?: boolean;
}

export interface Target<P> extends PushedDocument<P> {
  readonly candidate: Candidate<P>;
  /** What the remote is to hold; null: nothing. */
  readonly tree: Tree | null;
}

/** What of a plan goes out, and what is refused and why. */
export async function targets<P>(
  plan: Plan<P>,
  revisions: ReadonlyMap<string, number>,
  stale: ReadonlySet<string>,
  options: TargetOptions,
): Promise<{ ready: Target<P>[]; refused: PushOutcome[] }> {
  const wanted: { path: string; tree: Tree | null }[] = [...plan.settlement.remoteChanges];
  for (const { path, remote, result } of plan.settlement.merged)
    if (!(remote && result ? sameTree(remote, result) : remote === result)) wanted.push({ path, tree: result });
  const ready: Target<P>[] = [];
  const refused: PushOutcome[] = [];
  await plan.look.stash.load(
    wanted.flatMap(({ tree }) => (tree ? [...tree.values()].map((entry) => entry.digest) : [])),
  );
  for (const { path, tree } of wanted) {
    const candidate = plan.candidates.get(path);
    if (!candidate || stale.has(path)) continue;
    const fields = tree ? await plan.fieldsOf(path, tree) : null;
    const target: Target<P> = {
      path,
      id: candidate.index?.local?.id ?? null,
      revision: revisions.get(path) ?? candidate.index?.local?.revision ?? null,
      change: !tree ? 'deleted' : candidate.remote === null ? 'added' : 'modified',
      fields,
      candidate,
      tree,
    };
    const asked = options.revisions?.get(path);
    const revisionNow = candidate.index?.local?.revision;
    if (asked !== undefined && revisionNow !== undefined && revisionNow !== asked) {
      refused.push(outcomeOf(target, null, editedSince));
      continue;
    }
    const broken = fields !== null && !options.broken && plan.kind.broken(fields);
    // What no plan saw is not written over.
    const taken = takenPlace(plan.look.standing, rootOf(plan, path, tree, candidate), tree);
    if (broken) refused.push(outcomeOf(target, null, invalid(plan.kind.problemsOf(fields))));
    else if (taken !== null) refused.push(outcomeOf(target, null, inTheWay(taken)));
    else ready.push(target);
  }
  for (const { path } of plan.settlement.conflicts)
    refused.push({ path, id: plan.candidates.get(path)?.index?.local?.id ?? null, commit: null, error: inConflict });
  for (const [path, candidate] of plan.candidates)
    if (candidate.remote === unreadable && candidate.index?.local && options.only?.has(path))
      refused.push({ path, id: candidate.index.local.id, commit: null, error: cannotRead });
  return { ready, refused };
}

const inConflict = {
  code: 'SYNC_CONFLICT',
  message: 'Both sides changed it and the changes do not merge. Resolve the conflict, then push.',
} as const;
const editedSince = {
  code: 'EDITED_MEANWHILE',
  message: 'It was edited after this push was asked for. Ask for a push of what it is now.',
} as const;
const cannotRead = {
  code: 'UNREADABLE',
  message: 'Its files in the repository cannot be read now, so nothing is written there.',
} as const;
const inTheWay = (place: string) => ({
  code: 'PUSH_REJECTED' as const,
  message: `${place} stands in the repository already and does not belong to this document there. Mend what keeps it from being loaded, or move it away, then push again.`,
});
const invalid = (problems: readonly { path: string; message: string }[]) => ({
  code: 'TASK_INVALID' as const,
  message: `It has problems that keep it from running: ${problems.map((p) => `${p.path}: ${p.message}`).join('; ')} Mend them, or push with force.`,
});

export const outcomeOf = <P>(target: Target<P>, commit: string | null, error: PushOutcome['error']): PushOutcome => ({
  path: target.path,
  id: target.id,
  commit,
  error,
});

/** The files that bring the remote to what a target is to be there, but for those that stand there already. */
export async function documentWrite<P>(plan: Plan<P>, { path, tree, candidate }: Target<P>): Promise<DocumentWrite> {
  const before = candidate.remote instanceof Map ? (candidate.remote as Tree) : new Map();
  const after: Tree = tree ?? new Map();
  const root = rootOf(plan, path, tree, candidate);
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => !sameEntry(before.get(name), after.get(name))).sort();
  const contents = await plan.look.stash.get(changed.flatMap((name) => after.get(name)?.digest ?? []));
  const files = changed.map((name): FileWrite => {
    const entry = after.get(name);
    return {
      path: root + name,
      before: before.get(name) ?? null,
      after: entry ? { bytes: contents.get(entry.digest) as Uint8Array, mode: entry.mode } : null,
    };
  });
  return besideStanding({ path, files }, plan.look.standing);
}

/** The folder of a document's files within the endpoint. */
export function rootOf<P>(plan: Plan<P>, path: string, tree: Tree | null, candidate: Candidate<P>): string {
  const shape = tree ?? (candidate.remote instanceof Map ? (candidate.remote as Tree) : new Map());
  return plan.kind.rootOf(path, shape.keys());
}
