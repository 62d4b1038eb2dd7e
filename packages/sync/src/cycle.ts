import { createHash } from 'node:crypto';
import type { Guard } from '@ratchet/sync-core/guards';
import type { ConflictPolicy } from '@ratchet/sync-core/reconciliation';
import { applyLocally, type LocalReport } from './apply-locally.ts';
import type { Kind, Scope } from './kind.ts';
import { look } from './look.ts';
import { makePlan, type Plan } from './plan.ts';
import type { SyncProblem } from './problem.ts';
import type { Remote } from './remote.ts';
import type { Replica } from './replica.ts';

/** Everything one cycle works on. One cycle at a time per repository: the caller holds its lease. */
export interface CycleContext<P> {
  readonly remote: Remote;
  readonly replica: Replica<P>;
  readonly kind: Kind<P>;
  readonly scope: Scope;
  /** What, besides the patterns, decides which documents there are: uri, branch, sub-path. */
  readonly place: string;
  readonly policy: ConflictPolicy;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: 'look' | 'write', done: number, total: number) => void;
}

/** Lets one plan through that a guard stopped. */
export interface Force {
  readonly planId: string;
}

/** A guard stopped the run before anything was written. */
export class GuardTripped extends Error {
  readonly guard: Guard;
  readonly plan: Plan<unknown>;
  constructor(guard: Guard, plan: Plan<unknown>) {
    super(guard.message);
    this.name = 'GuardTripped';
    this.guard = guard;
    this.plan = plan;
  }
}

/** The plan that was to be forced does not hold any more. */
export class PlanStale extends Error {
  readonly plan: Plan<unknown>;
  constructor(plan: Plan<unknown>) {
    super('What was planned does not hold any more: something changed since. Look at the new plan.');
    this.name = 'PlanStale';
    this.plan = plan;
  }
}

export interface SyncReport extends LocalReport {
  readonly head: string | null;
  /** Nothing was read: the remote's head is the one last taken over. */
  readonly unchanged: boolean;
  readonly conflicts: readonly string[];
  readonly problems: readonly SyncProblem[];
}

/** Rounds in which documents that were edited meanwhile are looked at again. */
const rounds = 3;

/** Takes over what changed remotely. Writes the local side only. */
export async function pull<P>(context: CycleContext<P>, force?: Force): Promise<SyncReport> {
  await recoverPushes(context);
  const seen = await context.replica.seen();
  const scope = scopeDigest(context);
  if (!force && seen.head !== null && seen.scope === scope && seen.openConflicts === 0) {
    const head = await context.remote.probe(context.signal);
    if (head === seen.head) return { ...emptyReport, head, unchanged: true, problems: seen.problems };
  }
  let total: SyncReport | null = null;
  for (let round = 0; ; round++) {
    const { plan, report } = await pullOnce(context, round === 0 ? force : undefined);
    total = joined(total, plan, report);
    if (report.stale.length === 0 || round + 1 === rounds) break;
  }
  if (total.stale.length === 0) await context.replica.setSeen({ head: total.head, scope, problems: total.problems });
  return total;
}

/** One look, plan and local write. Throws GuardTripped before anything is written. */
export async function pullOnce<P>(
  context: CycleContext<P>,
  force?: Force,
  options: { only?: ReadonlySet<string>; guardRemote?: boolean } = {},
): Promise<{ plan: Plan<P>; report: LocalReport }> {
  const plan = await planCycle(context, options.only);
  checkGuards(plan, force, options.guardRemote ?? false);
  const report = await applyLocally(plan, context.replica, (done, total) => context.onProgress?.('write', done, total));
  return { plan, report };
}

/** What a sync and a push would do now. Writes nothing. */
export async function planCycle<P>(context: CycleContext<P>, only?: ReadonlySet<string>): Promise<Plan<P>> {
  const { remote, replica, kind, scope, signal } = context;
  const seen = await replica.seen();
  const seenNow = await look({
    remote,
    replica,
    kind,
    scope,
    ...(signal ? { signal } : {}),
    onProgress: (done, total) => context.onProgress?.('look', done, total),
  });
  const scopeChanged = seen.scope !== null && seen.scope !== scopeDigest(context);
  return makePlan(seenNow, kind, { policy: context.policy, scopeChanged, ...(only ? { only } : {}) });
}

function checkGuards<P>(plan: Plan<P>, force: Force | undefined, remoteToo: boolean): void {
  if (force && force.planId !== plan.id) throw new PlanStale(plan as Plan<unknown>);
  const tripped = plan.localGuard ?? (remoteToo ? plan.remoteGuard : null);
  if (tripped && !force) throw new GuardTripped(tripped, plan as Plan<unknown>);
}

/** Settles pushes whose end was never heard of: what arrived becomes the base, what did not is dropped. */
export async function recoverPushes<P>({ remote, replica, signal }: CycleContext<P>): Promise<void> {
  for (const intent of await replica.openIntents()) {
    if ((await remote.outcome(intent.token, signal)) === 'published')
      await replica.confirmIntent(intent.id, new Map(), null);
    else await replica.abandonIntent(intent.id);
  }
}

export function scopeDigest<P>({ place, scope }: CycleContext<P>): string {
  return createHash('sha256')
    .update(JSON.stringify([place, scope.watch, scope.ignore]))
    .digest('hex')
    .slice(0, 32);
}

const emptyReport: SyncReport = {
  head: null,
  unchanged: false,
  added: [],
  updated: [],
  deleted: [],
  merged: [],
  detached: [],
  stale: [],
  revisions: new Map(),
  conflicts: [],
  problems: [],
};

function joined<P>(before: SyncReport | null, plan: Plan<P>, report: LocalReport): SyncReport {
  const all = (key: 'added' | 'updated' | 'deleted' | 'merged' | 'detached') => [
    ...(before?.[key] ?? []),
    ...report[key],
  ];
  return {
    head: plan.look.head,
    unchanged: false,
    added: all('added'),
    updated: all('updated'),
    deleted: all('deleted'),
    merged: all('merged'),
    detached: all('detached'),
    stale: report.stale,
    revisions: new Map([...(before?.revisions ?? []), ...report.revisions]),
    conflicts: plan.settlement.conflicts.map((c) => c.path).filter((path) => !report.stale.includes(path)),
    problems: plan.problems,
  };
}
