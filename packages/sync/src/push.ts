import type { LocalReport } from './apply-locally.ts';
import {
  type CycleContext,
  type Force,
  planCycle,
  pullOnce,
  recoverPushes,
  remember,
  scopeDigest,
  seenAs,
} from './cycle.ts';
import { documentToken } from './document-token.ts';
import type { Plan } from './plan.ts';
import { EndpointError } from './problem.ts';
import {
  documentWrite,
  outcomeOf,
  type PushedDocument,
  type PushOutcome,
  rootOf,
  type Target,
  type TargetOptions,
  targets,
} from './push-targets.ts';
import type { Person, Published, RemoteFile } from './remote.ts';

export interface PushOptions<P> extends TargetOptions {
  readonly force?: Force;
  /** false: a document that both sides changed is refused, not merged. */
  readonly merge?: boolean;
  readonly author: Person;
  readonly message: (documents: readonly PushedDocument<P>[]) => string;
  /** Documents in one commit, at most. */
  readonly batchSize: number;
  readonly now: () => Date;
  /** Waits before the next try; the number of tries so far is given. */
  readonly pause: (tries: number) => Promise<void>;
}

export interface PushReport {
  readonly outcomes: readonly PushOutcome[];
  readonly head: string | null;
  readonly problems: Plan<unknown>['problems'];
  /** What was written on the near side before anything went out. */
  readonly local: LocalReport;
  /** Why the remote does not take pushes to this branch; null: it took them, or the reason was another. */
  readonly rejection: Rejection | null;
}

type Rejection = Extract<Published, { status: 'rejected' }>['reason'];

/** Tries against a remote that moves under us. */
const tries = 5;

/**
 * Reconciles, writes the local side, then carries what the remote lacks to it. A remote that moved meanwhile is looked at
 * again. Documents in conflict are left out and reported.
 */
export async function push<P>(context: CycleContext<P>, options: PushOptions<P>): Promise<PushReport> {
  await recoverPushes(context);
  const done = new Map<string, PushOutcome>();
  const asked = options.revisions ? new Map(options.revisions) : null;
  const only = options.merge === false ? await withoutMerges(context, options.only, done) : options.only;
  let local: LocalReport | null = null;
  for (let attempt = 1; ; attempt++) {
    const { plan, report } = await pullOnce(context, attempt === 1 ? options.force : undefined, {
      ...(only ? { only } : {}),
      guardRemote: true,
    });
    local ??= report;
    const stale = new Set(report.stale);
    const scope = scopeDigest(context);
    const whole = !only && stale.size === 0;
    const seen = await context.replica.seen();
    // With some documents only, their bases may be of another state than the one that was taken over whole, and that one
    // may come back.
    if (whole) {
      await context.replica.setSeen(seenAs(plan.look.mark, scope, plan.problems));
      remember(context, plan);
    } else if (seen.head !== null && seen.head !== plan.look.mark)
      await context.replica.setSeen({ head: null, scope: seen.scope, problems: seen.problems });
    const inStep = whole || (seen.head !== null && seen.head === plan.look.mark && seen.scope === scope);

    const wanted = { ...options, ...(only ? { only } : {}), ...(asked ? { revisions: asked } : {}) };
    const { ready, refused } = await targets(plan, report.revisions, stale, wanted);
    // A merge of ours is no edit that somebody made since.
    for (const [path, revision] of report.revisions) if (asked?.has(path)) asked.set(path, revision);
    for (const outcome of refused) done.set(outcome.path, outcome);
    const left = await carry(context, options, plan, ready, done);
    // A headless remote that may have been written to has no known mark any more.
    if ((left.head !== plan.look.head || (left.sent && context.remote.headless)) && inStep)
      await context.replica.setSeen(seenAs(left.head, scope, whole ? plan.problems : seen.problems));

    const again = left.moved || [...stale].some((path) => !only || only.has(path));
    if (!again || attempt === tries) {
      const why = {
        code: 'PUSH_REJECTED',
        message: `The repository kept changing during ${tries} tries. Push again.`,
      } as const;
      if (left.moved) for (const t of ready) if (!done.has(t.path)) done.set(t.path, outcomeOf(t, null, why));
      const edited = { code: 'EDITED_MEANWHILE', message: 'It was edited while it was pushed. Push again.' } as const;
      for (const path of stale)
        done.set(path, { path, id: plan.candidates.get(path)?.index?.local?.id ?? null, commit: null, error: edited });
      return {
        outcomes: [...done.values()],
        head: left.head,
        problems: plan.problems,
        local,
        rejection: left.rejection ?? null,
      };
    }
    await options.pause(attempt);
  }
}

/** Every document that a push may carry without merging; the others are refused, and nothing of them is written. */
async function withoutMerges<P>(
  context: CycleContext<P>,
  only: ReadonlySet<string> | undefined,
  done: Map<string, PushOutcome>,
): Promise<ReadonlySet<string>> {
  const { settlement, candidates } = await planCycle(context, { only });
  const merged = new Set(settlement.merged.map(({ path }) => path));
  const error = {
    code: 'SYNC_CONFLICT',
    message: 'The repository changed it too, and its settings say that a push does not merge. Sync first, then push.',
  } as const;
  for (const path of merged)
    done.set(path, { path, id: candidates.get(path)?.index?.local?.id ?? null, commit: null, error });
  return new Set([...(only ?? candidates.keys())].filter((path) => !merged.has(path)));
}

/** Carries targets batch by batch; what is on its way is written down first. */
async function carry<P>(
  context: CycleContext<P>,
  options: PushOptions<P>,
  plan: Plan<P>,
  ready: readonly Target<P>[],
  done: Map<string, PushOutcome>,
): Promise<{ head: string | null; moved: boolean; sent: boolean; rejection?: Rejection }> {
  const { remote, replica, signal } = context;
  let head = plan.look.head;
  let sent = false;
  for (let from = 0; from < ready.length; from += options.batchSize) {
    let batch = ready.slice(from, from + options.batchSize);
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
    // What the endpoint cannot hold does not go out, so that the intent must not name it.
    const refused = new Map(prepared?.refused?.map(({ path, message }) => [path, message]));
    for (const target of batch) {
      const message = refused.get(target.path);
      if (message !== undefined) done.set(target.path, outcomeOf(target, null, { code: 'PUSH_REJECTED', message }));
    }
    batch = batch.filter(({ path }) => !refused.has(path));
    if (batch.length === 0) continue;
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
      sent = true;
      published = await remote.publish(prepared, signal);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      const arrived = await arrivedAfterAll(context, intent, prepared.token, error);
      if (!arrived) {
        for (const target of ready.slice(from))
          done.set(target.path, outcomeOf(target, null, unreachableBecause(error)));
        return { head, moved: false, sent };
      }
      published = { status: 'published', head: prepared.head, files: [], failed: [] };
    }
    if (published.status === 'moved') {
      await replica.abandonIntent(intent);
      return { head, moved: true, sent };
    }
    if (published.status === 'rejected') {
      await replica.abandonIntent(intent);
      const error = { code: 'PUSH_REJECTED' as const, message: published.message };
      for (const target of ready.slice(from)) done.set(target.path, outcomeOf(target, null, error));
      return { head, moved: false, sent, rejection: published.reason };
    }
    const failed = new Map(published.failed.map((problem) => [problem.path, problem]));
    const arrived = batch.filter((target) => !failed.has(target.path));
    const written = new Map(published.files.map((file) => [file.path, file]));
    // Where the answer was lost, nothing is known of what lists now.
    const tokens = new Map(written.size > 0 ? arrived.flatMap((t) => tokenAfter(plan, t, written)) : []);
    await replica.confirmIntent(intent, tokens, published.head, new Set(arrived.map((t) => t.path)));
    for (const target of batch) {
      const problem = failed.get(target.path);
      const error = problem ? { code: 'PUSH_REJECTED' as const, message: problem.message } : null;
      done.set(target.path, outcomeOf(target, problem ? null : published.head, error));
    }
    head = published.head;
    if (failed.size > 0 && [...failed.values()].some((p) => p.code === 'moved')) return { head, moved: true, sent };
  }
  return { head, moved: false, sent };
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

/** The document's token as the remote now lists it; none where the endpoint did not say, which costs one more read. */
function tokenAfter<P>(plan: Plan<P>, target: Target<P>, written: ReadonlyMap<string, RemoteFile>): [string, string][] {
  if (!target.tree) return [];
  const root = rootOf(plan, target.path, target.tree, target.candidate);
  const before = new Map(target.candidate.files.map((file) => [file.path, file]));
  const listed = [...target.tree.keys()].map((name) => written.get(root + name) ?? before.get(root + name));
  return listed.every((file) => file !== undefined) ? [[target.path, documentToken(root, listed)]] : [];
}
