import { createHash } from 'node:crypto';
import type { Guard } from '@ratchet/sync-core/guards';
import type { ConflictPolicy } from '@ratchet/sync-core/reconciliation';
import { applyLocally, type LocalReport } from './apply-locally.ts';
import { type CycleMemory, wholeEvery } from './cycle-memory.ts';
import type { Kind, Scope } from './kind.ts';
import { look } from './look.ts';
import { makePlan, type Plan } from './plan.ts';
import type { SyncProblem } from './problem.ts';
import { type Earlier, markOf, type Remote } from './remote.ts';
import type { Replica, Seen } from './replica.ts';

/** Everything one cycle works on. One cycle at a time per repository: the caller holds its lease. */
export interface CycleContext<P> {
  readonly remote: Remote;
  readonly replica: Replica<P>;
  readonly kind: Kind<P>;
  readonly scope: Scope;
  /** What, besides the patterns, decides which documents there are: uri, branch, sub-path. */
  readonly place: string;
  readonly policy: ConflictPolicy;
  /** The side that holds wherever the two differ, whatever the bases say. */
  readonly wins?: 'local' | 'remote';
  /** What is remembered from cycle to cycle; without it every one looks at everything. */
  readonly memory?: CycleMemory;
  /** Something says that the remote changed at these places only (full paths on this machine). */
  readonly places?: readonly string[] | undefined;
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
  const inStep = !force && seen.head !== null && seen.scope === scope && seen.openConflicts === 0;
  const known = context.memory?.known ?? null;
  // Only what the store itself says was taken over whole need not be looked at again.
  const sinceKnown =
    inStep &&
    known?.scope === scope &&
    markOf(known.listing) === seen.head &&
    performance.now() < known.wholeAt + wholeEvery;
  const places = sinceKnown ? context.places : undefined;
  if (inStep) {
    const mark = await context.remote.probe(context.signal, earlierOf(context, places));
    if (mark === seen.head) {
      await rememberListing(context, places);
      return { ...emptyReport, ...headOf(context, mark), unchanged: true, problems: seen.problems };
    }
  }
  let total: SyncReport | null = null;
  let last: Plan<P>;
  for (let round = 0; ; round++) {
    const options = round === 0 ? { sinceKnown, places } : {};
    const { plan, report } = await pullOnce(context, round === 0 ? force : undefined, options);
    total = joined(total, plan, report);
    last = plan;
    if (report.stale.length === 0 || round + 1 === rounds) break;
  }
  if (total.stale.length === 0) {
    await context.replica.setSeen(seenAs(last.look.mark, scope, total.problems));
    remember(context, last);
  }
  return total;
}

const headOf = <P>({ remote }: CycleContext<P>, mark: string | null) => ({ head: remote.headless ? null : mark });

/** What an endpoint may go by: what it listed itself, at this place. */
function earlierOf<P>(context: CycleContext<P>, places?: readonly string[]): Earlier | undefined {
  const known = context.memory?.known;
  return known?.scope === scopeDigest(context) ? { listing: known.listing, places } : undefined;
}

/** After a probe that found nothing new: where it listed everything to tell, the next one goes by that. */
async function rememberListing<P>(context: CycleContext<P>, places?: readonly string[]): Promise<void> {
  const { memory, remote, signal } = context;
  if (!memory || !remote.headless) return;
  const listing = await remote.list(signal, earlierOf(context, places));
  const scope = scopeDigest(context);
  const known = memory.known?.scope === scope ? memory.known : { scope, documents: new Map(), wholeAt: -Infinity };
  memory.known = { ...known, listing };
}

/** After everything of a plan's look was taken over. */
export function remember<P>(context: CycleContext<P>, { look, settlement }: Plan<P>): void {
  if (!context.memory) return;
  let { documents } = look.known;
  if (settlement.conflicts.length > 0) {
    const open = new Set(settlement.conflicts.map(({ path }) => path));
    documents = new Map([...documents].map(([path, one]) => [path, open.has(path) ? { ...one, isOpen: true } : one]));
  }
  context.memory.known = { ...look.known, documents, scope: scopeDigest(context) };
}

/** One look, plan and local write. Throws GuardTripped before anything is written. */
export async function pullOnce<P>(
  context: CycleContext<P>,
  force?: Force,
  options: LookOptions & { guardRemote?: boolean } = {},
): Promise<{ plan: Plan<P>; report: LocalReport }> {
  const plan = await planCycle(context, options);
  checkGuards(plan, force, options.guardRemote ?? false);
  const report = await applyLocally(plan, context.replica, (done, total) => context.onProgress?.('write', done, total));
  return { plan, report };
}

export interface LookOptions {
  /** Only these documents. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Only the remote's changes since what is remembered, which the store says was taken over whole. */
  readonly sinceKnown?: boolean;
  /** The remote changed at these places only. */
  readonly places?: readonly string[] | undefined;
}

/** What a sync and a push would do now. Writes nothing. */
export async function planCycle<P>(context: CycleContext<P>, options: LookOptions = {}): Promise<Plan<P>> {
  const { remote, replica, kind, scope, signal } = context;
  const { only, sinceKnown = false, places } = options;
  const seen = await replica.seen();
  const seenNow = await look({
    remote,
    replica,
    kind,
    scope,
    earlier: earlierOf(context, places),
    known: earlierOf(context) ? (context.memory?.known ?? null) : null,
    sinceKnown,
    ...(signal ? { signal } : {}),
    onProgress: (done, total) => context.onProgress?.('look', done, total),
  });
  const scopeChanged = seen.scope !== null && seen.scope !== scopeDigest(context);
  return makePlan(seenNow, kind, {
    policy: context.policy,
    scopeChanged,
    ...(context.wins ? { wins: context.wins } : {}),
    ...(only ? { only } : {}),
  });
}

function checkGuards<P>(plan: Plan<P>, force: Force | undefined, remoteToo: boolean): void {
  if (force && force.planId !== plan.id) throw new PlanStale(plan as Plan<unknown>);
  const tripped = plan.localGuard ?? (remoteToo ? plan.remoteGuard : null);
  if (tripped && !force) throw new GuardTripped(tripped, plan as Plan<unknown>);
}

/**
 * Settles pushes whose end was never heard of: what arrived becomes the base, what arrived in part is finished where that can
 * be, and what did not is dropped, for the next plan.
 */
export async function recoverPushes<P>({ remote, replica, signal }: CycleContext<P>): Promise<void> {
  for (const { id, token } of await replica.openIntents()) {
    const whole = (await remote.finish?.(token, (digests) => replica.read(digests))) ?? new Set();
    if ((await remote.outcome(token, signal)) === 'published') await replica.confirmIntent(id, new Map(), null);
    else if (whole.size > 0) await replica.confirmIntent(id, new Map(), null, whole);
    else await replica.abandonIntent(id);
  }
}

/** Problems that the same head need not have the next time: a file could not be read, or changed while it was. */
const passing = new Set(['unreadable', 'changed_while_reading']);

/** What a run that took over all it could saw. With a problem that may pass it has no mark, so that the next run looks. */
export const seenAs = (mark: string | null, scope: string, problems: readonly SyncProblem[]): Seen => ({
  head: problems.some(({ code }) => passing.has(code)) ? null : mark,
  scope,
  problems,
});

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
