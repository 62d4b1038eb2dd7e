import { type CycleContext, type Force, pullOnce, recoverPushes } from './cycle.ts';
import type { Plan } from './plan.ts';
import { EndpointError } from './problem.ts';
import {
  documentWrite,
  outcomeOf,
  type PushedDocument,
  type PushOutcome,
  type Target,
  type TargetOptions,
  targets,
} from './push-targets.ts';
import type { Person, Prepared, WriteRequest } from './remote.ts';
import type { IntendedDocument } from './replica.ts';

export interface ProposeOptions<P> extends TargetOptions {
  readonly force?: Force;
  /** The branch of ours. */
  readonly branch: string;
  /** Where it may stand: at commits that we sent, or nowhere. Anything else was put there by someone. */
  readonly known: readonly (string | null)[];
  readonly author: Person;
  readonly message: (documents: readonly PushedDocument<P>[]) => string;
  /** Documents in one commit, at most. */
  readonly batchSize: number;
  readonly now: () => Date;
  /** Writes down what is about to be sent; called once, before it leaves. */
  readonly record: (commit: string, documents: readonly ProposedTarget<P>[]) => Promise<void>;
}

/** A document as our branch holds it. */
export interface ProposedTarget<P> extends IntendedDocument, PushedDocument<P> {}

export interface ProposeReport<P> {
  readonly outcomes: readonly PushOutcome[];
  /** Where our branch stands now; null: there was nothing to send. */
  readonly commit: string | null;
  readonly documents: readonly ProposedTarget<P>[];
  readonly problems: Plan<unknown>['problems'];
}

/**
 * Reconciles, writes the local side, then sends what the remote lacks to a branch of our own, on top of the followed one.
 * No base moves: until the branch is merged, the remote does not hold it. Documents in conflict are left out.
 */
export async function propose<P>(context: CycleContext<P>, options: ProposeOptions<P>): Promise<ProposeReport<P>> {
  const { branches } = context.remote;
  if (!branches) throw new EndpointError('misconfigured', 'Only git repositories have branches.', false);
  await recoverPushes(context);
  const { plan, report } = await pullOnce(context, options.force, {
    ...(options.only ? { only: options.only } : {}),
    guardRemote: true,
  });
  const { ready, refused } = await targets(plan, report.revisions, new Set(report.stale), options);
  const documents = ready.map(({ candidate: _, ...document }) => document);
  const answer = (commit: string | null, error: PushOutcome['error']): ProposeReport<P> => ({
    outcomes: [...refused, ...ready.map((target) => outcomeOf(target, error ? null : commit, error))],
    commit,
    documents,
    problems: plan.problems,
  });
  const rejected = (message: string) => answer(null, { code: 'PUSH_REJECTED', message });
  if (ready.length === 0) return answer(null, null);
  if (plan.look.head === null)
    return rejected('The repository is empty: push to its branch first, so that there is one to merge into.');

  const standing = await branches.head(options.branch, context.signal);
  if (!options.known.includes(standing))
    return rejected(
      `Someone else changed the branch ${options.branch}. Merge or close its pull request, then push again.`,
    );
  const prepared = await prepareAll(context, options, plan, ready);
  if (!prepared) return answer(null, null);
  await options.record(prepared.token, documents);
  const published = await branches.publish(prepared, options.branch, standing, context.signal);
  if (published.status === 'rejected') return rejected(published.message);
  if (published.status === 'moved')
    return rejected(`The branch ${options.branch} changed while it was pushed. Push again.`);
  return answer(prepared.token, null);
}

/** A commit per batch, each on top of the one before. */
async function prepareAll<P>(
  { remote, signal }: CycleContext<P>,
  options: ProposeOptions<P>,
  plan: Plan<P>,
  ready: readonly Target<P>[],
) {
  let last: Prepared | null = null;
  for (let from = 0; from < ready.length; from += options.batchSize) {
    const batch = ready.slice(from, from + options.batchSize);
    const request: WriteRequest = {
      parent: last?.head ?? plan.look.head,
      documents: await Promise.all(batch.map((target) => documentWrite(plan, target))),
      message: options.message(batch),
      author: options.author,
      date: options.now(),
    };
    last = (await remote.prepare(request, signal)) ?? last;
  }
  return last;
}
