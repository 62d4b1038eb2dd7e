import { sameEntry, sameTree, type Tree, unreadable } from '@ratchet/sync-core/tree';
import { type CycleContext, type Force, pullOnce, recoverPushes, scopeDigest } from './cycle.ts';
import { documentToken } from './document-token.ts';
import type { Candidate } from './look.ts';
import type { Plan } from './plan.ts';
import { EndpointError } from './problem.ts';
import type { DocumentWrite, FileWrite, Person, Published, RemoteFile } from './remote.ts';

export interface PushOptions<P> {
  /** Only these documents. */
  readonly only?: ReadonlySet<string>;
  readonly force?: Force;
  /** Push documents too whose problems keep them from being used. */
  readonly broken?: boolean;
  readonly author: Person;
  readonly message: (documents: readonly PushedDocument<P>[]) => string;
  /** Documents in one commit, at most. */
  readonly batchSize: number;
  readonly now: () => Date;
  /** Waits before the next try; the number of tries so far is given. */
  readonly pause: (tries: number) => Promise<void>;
}

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

export interface PushReport {
  readonly outcomes: readonly PushOutcome[];
  readonly head: string | null;
  readonly problems: Plan<unknown>['problems'];
}

/** Tries against a remote that moves under us. */
const tries = 5;

/**
 * Reconciles, writes the local side, then carries what the remote lacks to it. A remote that moved meanwhile is looked at
 * again. Documents in conflict are left out and reported.
 */
export async function push<P>(context: CycleContext<P>, options: PushOptions<P>): Promise<PushReport> {
  await recoverPushes(context);
  const done = new Map<string, PushOutcome>();
  for (let attempt = 1; ; attempt++) {
    const { plan, report } = await pullOnce(context, attempt === 1 ? options.force : undefined, {
      ...(options.only ? { only: options.only } : {}),
      guardRemote: true,
    });
    const stale = new Set(report.stale);
    const scope = scopeDigest(context);
    const whole = !options.only && stale.size === 0;
    const seen = await context.replica.seen();
    if (whole) await context.replica.setSeen({ head: plan.look.head, scope, problems: plan.problems });
    const inStep = whole || (seen.head !== null && seen.head === plan.look.head && seen.scope === scope);

    const { ready, refused } = await targets(plan, report.revisions, stale, options);
    for (const outcome of refused) done.set(outcome.path, outcome);
    const left = await carry(context, options, plan, ready, done);
    if (left.head !== plan.look.head && inStep)
      await context.replica.setSeen({ head: left.head, scope, problems: whole ? plan.problems : seen.problems });

    const again = left.moved || [...stale].some((path) => !options.only || options.only.has(path));
    if (!again || attempt === tries) {
      const why = {
        code: 'PUSH_REJECTED',
        message: `The repository kept changing during ${tries} tries. Push again.`,
      } as const;
      if (left.moved) for (const t of ready) if (!done.has(t.path)) done.set(t.path, outcomeOf(t, null, why));
      const edited = { code: 'EDITED_MEANWHILE', message: 'It was edited while it was pushed. Push again.' } as const;
      for (const path of stale)
        done.set(path, { path, id: plan.candidates.get(path)?.index?.local?.id ?? null, commit: null, error: edited });
      return { outcomes: [...done.values()], head: left.head, problems: plan.problems };
    }
    await options.pause(attempt);
  }
}

interface Target<P> extends PushedDocument<P> {
  readonly candidate: Candidate<P>;
  /** What the remote is to hold; null: nothing. */
  readonly tree: Tree | null;
}

async function targets<P>(
  plan: Plan<P>,
  revisions: ReadonlyMap<string, number>,
  stale: ReadonlySet<string>,
  options: PushOptions<P>,
): Promise<{ ready: Target<P>[]; refused: PushOutcome[] }> {
  const wanted: { path: string; tree: Tree | null }[] = [...plan.settlement.remoteChanges];
  for (const { path, remote, result } of plan.settlement.merged)
    if (!(remote && result ? sameTree(remote, result) : remote === result)) wanted.push({ path, tree: result });
  const ready: Target<P>[] = [];
  const refused: PushOutcome[] = [];
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
    const broken = fields !== null && !options.broken && plan.kind.broken(fields);
    if (broken) refused.push(outcomeOf(target, null, invalid(plan.kind.problemsOf(fields))));
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
const cannotRead = {
  code: 'UNREADABLE',
  message: 'Its files in the repository cannot be read now, so nothing is written there.',
} as const;
const invalid = (problems: readonly { path: string; message: string }[]) => ({
  code: 'TASK_INVALID' as const,
  message: `It has problems that keep it from running: ${problems.map((p) => `${p.path}: ${p.message}`).join('; ')} Mend them, or push with force.`,
});

/** Carries targets batch by batch; what is on its way is written down first. */
async function carry<P>(
  context: CycleContext<P>,
  options: PushOptions<P>,
  plan: Plan<P>,
  ready: readonly Target<P>[],
  done: Map<string, PushOutcome>,
): Promise<{ head: string | null; moved: boolean }> {
  const { remote, replica, signal } = context;
  let head = plan.look.head;
  for (let from = 0; from < ready.length; from += options.batchSize) {
    const batch = ready.slice(from, from + options.batchSize);
    const prepared = await remote.prepare(
      {
        parent: head,
        documents: await Promise.all(batch.map((target) => documentWrite(plan, target))),
        message: options.message(batch),
        author: options.author,
        date: options.now(),
      },
      signal,
    );
    const documents = batch.map(({ path, revision, tree }) => ({ path, revision, tree }));
    if (!prepared) {
      const intent = await replica.recordIntent({ token: head ?? '', baseHead: head, documents });
      await replica.confirmIntent(intent, new Map(), head);
      for (const target of batch) done.set(target.path, outcomeOf(target, head, null));
      continue;
    }
    const intent = await replica.recordIntent({ token: prepared.token, baseHead: head, documents });
    let published: Published;
    try {
      published = await remote.publish(prepared, signal);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      const arrived = await arrivedAfterAll(context, intent, prepared.token, error);
      if (!arrived) {
        for (const target of ready.slice(from))
          done.set(target.path, outcomeOf(target, null, unreachableBecause(error)));
        return { head, moved: false };
      }
      published = { status: 'published', head: prepared.head, files: [], failed: [] };
    }
    if (published.status === 'moved') {
      await replica.abandonIntent(intent);
      return { head, moved: true };
    }
    if (published.status === 'rejected') {
      await replica.abandonIntent(intent);
      const error = { code: 'PUSH_REJECTED' as const, message: published.message };
      for (const target of ready.slice(from)) done.set(target.path, outcomeOf(target, null, error));
      return { head, moved: false };
    }
    const failed = new Map(published.failed.map((problem) => [problem.path, problem]));
    const arrived = batch.filter((target) => !failed.has(target.path));
    const tokens = new Map(arrived.flatMap((t) => tokenAfter(plan, t, published.files)));
    await replica.confirmIntent(intent, tokens, published.head, new Set(arrived.map((t) => t.path)));
    for (const target of batch) {
      const problem = failed.get(target.path);
      const error = problem ? { code: 'PUSH_REJECTED' as const, message: problem.message } : null;
      done.set(target.path, outcomeOf(target, problem ? null : published.head, error));
    }
    head = published.head;
    if (failed.size > 0 && [...failed.values()].some((p) => p.code === 'moved')) return { head, moved: true };
  }
  return { head, moved: false };
}

/** The connection ended in the middle: the endpoint itself says whether the push arrived. While it cannot, the intent stays. */
async function arrivedAfterAll<P>(
  context: CycleContext<P>,
  intent: string,
  token: string,
  why: EndpointError,
): Promise<boolean> {
  if (!why.transient) {
    await context.replica.abandonIntent(intent);
    return false;
  }
  try {
    if ((await context.remote.outcome(token, context.signal)) === 'published') return true;
    await context.replica.abandonIntent(intent);
    return false;
  } catch (error) {
    if (error instanceof EndpointError) return false;
    throw error;
  }
}

const unreachableBecause = (error: EndpointError) => ({
  code: 'REPOSITORY_UNREACHABLE' as const,
  message: error.message,
});

const outcomeOf = <P>(target: Target<P>, commit: string | null, error: PushOutcome['error']): PushOutcome => ({
  path: target.path,
  id: target.id,
  commit,
  error,
});

async function documentWrite<P>(plan: Plan<P>, { path, tree, candidate }: Target<P>): Promise<DocumentWrite> {
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
  return { path, files };
}

function rootOf<P>(plan: Plan<P>, path: string, tree: Tree | null, candidate: Candidate<P>): string {
  const shape = tree ?? (candidate.remote instanceof Map ? (candidate.remote as Tree) : new Map());
  return plan.kind.rootOf(path, shape.keys());
}

/** The document's token as the remote now lists it; none where the endpoint did not say, which costs one more read. */
function tokenAfter<P>(plan: Plan<P>, target: Target<P>, written: readonly RemoteFile[]): [string, string][] {
  if (!target.tree) return [];
  const root = rootOf(plan, target.path, target.tree, target.candidate);
  const files = new Map(target.candidate.files.map((file) => [file.path, file]));
  for (const file of written) if (file.path.startsWith(root)) files.set(file.path, file);
  const listed = [...target.tree.keys()].map((name) => files.get(root + name));
  return listed.every((file) => file !== undefined) ? [[target.path, documentToken(root, listed)]] : [];
}
