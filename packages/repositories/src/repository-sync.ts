import { fullRights, mayAtRepository, type Rights } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { ConnectionTest } from '@ratchet/contract/entities/repository';
import type { PushResult, SyncPlan, SyncProblem, SyncResult } from '@ratchet/contract/entities/sync';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { openConflictsOf } from '@ratchet/store/queries/conflicts';
import type { TaskRow } from '@ratchet/store/queries/documents';
import { countPending, markPush, markPushesAt, modifiedTasks } from '@ratchet/store/queries/pending-pushes';
import {
  enabledRepositories,
  type RepositoryRow,
  repositoryProblems,
  taskCounts,
  taskRepositoryById,
} from '@ratchet/store/queries/repositories';
import { closeAbandonedRuns } from '@ratchet/store/queries/sync-runs';
import { type CycleContext, type Force, planCycle, pull, type SyncReport } from '@ratchet/sync/cycle';
import { cycleMemories } from '@ratchet/sync/cycle-memory';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { EndpointError } from '@ratchet/sync/problem';
import { push } from '@ratchet/sync/push';
import type { PushedDocument, PushOutcome } from '@ratchet/sync/push-targets';
import type * as z from 'zod';
import { commitMessage } from './commit-message.ts';
import { actorName, type RepositoriesContext } from './context.ts';
import { cycleOf } from './cycle-of.ts';
import { databaseReplica } from './database-replica.ts';
import { translateError } from './endpoint-errors.ts';
import { planView } from './plan-view.ts';
import { proposals } from './proposals.ts';
import { requestPush } from './push-desk.ts';
import { holdRepository, leaseName } from './repository-lease.ts';
import { onRecord } from './run-record.ts';
import { showConflicts } from './show-conflicts.ts';
import type { PushOptions, SyncOptions } from './sync-options.ts';
import { pushEnd, pushResults, resultFor, runEnd, syncResult } from './sync-results.ts';
import { taskDocuments } from './task-documents.ts';

export type RepositorySync = ReturnType<typeof repositorySync>;

/** Sync, plan and push of whole repositories: one at a time each, every run on record. */
export function repositorySync(context: RepositoriesContext) {
  const { database, now } = context;
  const waiting = proposals(context);
  const memories = cycleMemories();

  const load = async (id: string): Promise<RepositoryRow> => {
    const row = await taskRepositoryById(database.db, id);
    if (!row) throw notFound('repository', id);
    return row;
  };

  /** Opens the far side, holds the lease, and answers errors as codes. */
  async function inCycle<T>(
    repository: RepositoryRow,
    options: Pick<SyncOptions, 'actor' | 'signal' | 'onProgress' | 'places'> & { runId?: string },
    work: (cycle: CycleContext<TaskFields>) => Promise<T>,
  ): Promise<T> {
    const remote = await context.openRemote(repository).catch((error) => {
      throw translateError(error, (plan) => planView(plan, repository.id));
    });
    try {
      return await holdRepository(context, repository.id, async (held) => {
        const signal = options.signal ? AbortSignal.any([held.signal, options.signal]) : held.signal;
        const lease = { name: leaseName(repository.id), fence: held.fence };
        const replica = databaseReplica(
          {
            database,
            repositoryId: repository.id,
            lease,
            actor: actorName(options.actor),
            now,
            ...(options.runId ? { runId: options.runId } : {}),
          },
          taskDocuments,
        );
        const { onProgress, places } = options;
        const cycle = cycleOf(context.kind, repository, remote, replica, signal);
        const memory = memories.of(repository.id);
        return work({ ...cycle, memory, places, ...(onProgress ? { onProgress } : {}) });
      });
    } catch (error) {
      // What was hinted at may not have been looked at: the next look is at everything.
      memories.forget(repository.id);
      throw translateError(error, (plan) => planView(plan, repository.id));
    } finally {
      await remote.close();
    }
  }

  async function sync(id: string, options: SyncOptions): Promise<SyncResult> {
    const repository = await load(id);
    const started = performance.now();
    return onRecord(context, repository, 'pull', options, (runId) =>
      inCycle(repository, { ...options, runId }, async (cycle) => {
        await waiting.follow(cycle, repository);
        const report = await pull(cycle, forceOf(options));
        if (!report.unchanged) await closeAbandonedRuns(database.db, id, runId);
        const open = report.unchanged ? Promise.resolve([]) : openConflictsOf(database.db, id);
        const [conflicts, problems, pending] = await Promise.all([
          open.then((rows) => showConflicts(database.db, rows)),
          problemsOf(id, report),
          countPending(database.db, id),
        ]);
        const result = syncResult(report, runId, id, conflicts, problems, pending, performance.now() - started);
        return { result, end: runEnd(result) };
      }),
    );
  }

  async function problemsOf(id: string, report: SyncReport): Promise<SyncProblem[]> {
    const stale = report.stale.map((path) => ({
      path,
      code: 'edited_meanwhile',
      message: 'It was edited while the sync ran; the next sync takes it over.',
      severity: 'warning' as const,
    }));
    return [...report.problems, ...(await repositoryProblems(database.db, id)), ...stale] as SyncProblem[];
  }

  async function pushUp(id: string, options: PushOptions): Promise<PushResult[]> {
    const repository = await load(id);
    if (!repository.isWritable)
      throw new RatchetError(
        'REPOSITORY_READ_ONLY',
        `Repository ${repository.name} is read-only: make it writable to push to it.`,
      );
    const { tasks, actor, message } = options;
    if (repository.pushPolicy.requireApproval && !options.revisions)
      return requestPush(database.db, repository, { actor, message, taskIds: tasks?.map(({ id }) => id) });
    try {
      return await onRecord(context, repository, 'push', options, (runId) =>
        inCycle(repository, { ...options, runId }, (cycle) => carry(cycle, repository, options)),
      );
    } catch (error) {
      if (error instanceof RatchetError && error.code === 'REPOSITORY_UNREACHABLE')
        await queue(repository, options, error.message);
      throw error;
    }
  }

  async function carry(cycle: CycleContext<TaskFields>, repository: RepositoryRow, options: PushOptions) {
    const { tasks, revisions } = options;
    const policy = repository.pushPolicy;
    const asked = revisions ? new Set(revisions.keys()) : tasks ? pathsOf(tasks) : null;
    const shared = {
      ...(asked ? { only: asked } : {}),
      ...(revisions ? { revisions } : {}),
      broken: options.broken ?? false,
      author: authorOf(options.actor),
      message: (documents: readonly PushedDocument<TaskFields>[]) =>
        commitMessage(documents, options.message, policy.commitTemplate),
      batchSize: policy.batchChanges ? policy.maxBatchSize : 1,
      now,
    };
    const force = forceOf(options);
    const proposal = { ...shared, by: actorName(options.actor) };
    if (policy.branchStrategy === 'feature_branch') {
      const { outcomes, url } = await waiting.push(cycle, repository, { ...proposal, ...(force ? { force } : {}) });
      return conclude(repository, outcomes, null, url);
    }
    await waiting.follow(cycle, repository);
    const report = await push(cycle, {
      ...shared,
      ...(force ? { force } : {}),
      merge: policy.conflictStrategy !== 'fail',
      pause: (tries) => new Promise((resolve) => setTimeout(resolve, 2 ** tries * 25 * (0.5 + Math.random()))),
    });
    const declined = report.rejection === 'hook_declined' || report.rejection === 'protected_branch';
    if (!declined || policy.conflictStrategy !== 'create_pr')
      return conclude(repository, report.outcomes, report.head, null);
    const rejected = report.outcomes.filter(({ error }) => error?.code === 'PUSH_REJECTED').map(({ path }) => path);
    const { outcomes, url } = await waiting.push(cycle, repository, { ...proposal, only: new Set(rejected) });
    const others = report.outcomes.filter(({ path }) => !rejected.includes(path));
    return conclude(repository, [...others, ...outcomes], report.head, url);
  }

  /** Marks what did not go out, and answers. */
  async function conclude(
    repository: RepositoryRow,
    outcomes: readonly PushOutcome[],
    head: string | null,
    url: string | null,
  ) {
    for (const { id, path, error } of outcomes) {
      if (!id || !error) continue;
      if (error.code === 'REPOSITORY_UNREACHABLE')
        await markPushesAt(database.db, repository.id, [path], 'pending', error.message);
      else await markPush(database.db, id, error.code === 'SYNC_CONFLICT' ? 'conflict' : 'failed', error.message);
    }
    return { result: pushResults(outcomes, repository.id, url), end: pushEnd(outcomes, head) };
  }

  /** What was to be pushed goes out by itself when the repository can be reached again. */
  async function queue(repository: RepositoryRow, { tasks, revisions }: PushOptions, why: string): Promise<void> {
    const { rows } = await modifiedTasks(database.db, { repositoryId: repository.id });
    const paths = rows
      .filter((row) => !tasks || pathsOf(tasks).has(row.repositoryPath))
      .filter((row) => revisions?.has(row.repositoryPath) ?? true)
      .map((row) => row.repositoryPath);
    await markPushesAt(database.db, repository.id, paths, 'pending', `Goes out when the repository is back: ${why}`);
  }

  return {
    sync,
    push: pushUp,

    /** One task's changes; a task in step already is a success without a commit. */
    async pushTask(task: TaskRow, options: Omit<PushOptions, 'tasks'>): Promise<PushResult> {
      const { repositoryId, repositoryPath } = task;
      if (!repositoryId || repositoryPath === null)
        throw new RatchetError('STATE_CONFLICT', `Task ${task.name} has no repository to push to.`);
      return resultFor(task, repositoryId, await pushUp(repositoryId, { ...options, tasks: [task] }));
    },

    /** The changes of tasks of one repository, together; one answer for each, by id. */
    async pushTasks(
      repositoryId: string,
      tasks: readonly TaskRow[],
      options: Omit<PushOptions, 'tasks'>,
    ): Promise<ReadonlyMap<string, PushResult>> {
      const results = await pushUp(repositoryId, { ...options, tasks });
      return new Map(tasks.map((task) => [task.id, resultFor(task, repositoryId, results)]));
    },

    async plan(id: string, options: Pick<SyncOptions, 'actor' | 'signal'>): Promise<SyncPlan> {
      const repository = await load(id);
      return inCycle(repository, options, async (cycle) => planView((await planCycle(cycle)) as never, id));
    },

    async syncAll(options: SyncOptions, rights: Rights = fullRights) {
      const allowed = (await enabledRepositories(database.db)).filter(({ id }) => mayAtRepository(rights, 'sync', id));
      return onEach(allowed, ({ id }) => sync(id, options));
    },

    /** Pushes every writable repository that has something to push. */
    async pushAll(options: PushOptions, rights: Rights = fullRights) {
      const pending = new Set((await modifiedTasks(database.db, {})).rows.map((row) => row.repositoryId));
      const writable = (await enabledRepositories(database.db)).filter(
        (row) => row.isWritable && pending.has(row.id) && mayAtRepository(rights, 'push', row.id),
      );
      const { results, failures } = await onEach(writable, ({ id }) => pushUp(id, options));
      const all = results.flat();
      const pushed = all.filter((result) => result.success).length;
      return { pushed, failed: all.length - pushed, results: all, failures };
    },

    async test(id: string): Promise<z.output<typeof ConnectionTest>> {
      const repository = await load(id);
      const started = performance.now();
      const report = await tried(repository);
      const latencyMs = performance.now() - started;
      const taskCount = report.readable ? await counted(id) : null;
      const { message, ...details } = report;
      const forge = report.readable ? await forgeReport(repository) : null;
      return {
        success: report.readable && (report.writable || !repository.isWritable) && forge?.ok !== false,
        message: forge ? `${message} ${forge.message}` : message,
        details: { ...details, taskCount, latencyMs },
      };
    },
  };

  /** Where pushes go through pull requests: whether they can. */
  async function forgeReport(repository: RepositoryRow): Promise<{ ok: boolean; message: string } | null> {
    const { branchStrategy, conflictStrategy } = repository.pushPolicy;
    if (branchStrategy !== 'feature_branch' && conflictStrategy !== 'create_pr') return null;
    try {
      const forge = await context.openForge(repository);
      return forge
        ? await forge.test()
        : { ok: true, message: 'No forge is known for its address: pushes go to a branch, without a pull request.' };
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  async function counted(id: string): Promise<number> {
    return (await taskCounts(database.db, [id])).get(id) ?? 0;
  }

  async function tried(repository: RepositoryRow) {
    try {
      const remote = await context.openRemote(repository);
      try {
        return await remote.test();
      } finally {
        await remote.close();
      }
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      const reachable = error.code === 'unauthenticated' || error.code === 'denied';
      return {
        reachable,
        authenticated: false,
        readable: false,
        writable: false,
        branch: repository.branch,
        head: null,
        message: error.message,
      };
    }
  }
}

/** Does something with several repositories, a few at a time; one that fails hinders no other. */
async function onEach<T>(rows: readonly RepositoryRow[], work: (row: RepositoryRow) => Promise<T>) {
  const results: T[] = [];
  const failures: { repositoryId: string; code: string; message: string }[] = [];
  const left = [...rows];
  const next = async (): Promise<void> => {
    for (let row = left.shift(); row; row = left.shift()) {
      try {
        results.push(await work(row));
      } catch (error) {
        if (!(error instanceof RatchetError)) throw error;
        failures.push({ repositoryId: row.id, code: error.code, message: error.message });
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, next));
  return { results, failures };
}

function forceOf({ force, planId }: SyncOptions): Force | undefined {
  if (!force) return undefined;
  if (!planId)
    throw new RatchetError('VALIDATION_FAILED', 'To let a plan through, send its planId with force.', [
      { path: 'planId', message: 'is needed with force' },
    ]);
  return { planId };
}

const authorOf = (actor: Actor) => ({ name: actorName(actor), email: actor.email ?? `${actor.id}@ratchet.invalid` });

const pathsOf = (tasks: readonly TaskRow[]): ReadonlySet<string> =>
  new Set(tasks.map(({ repositoryPath }) => repositoryPath ?? ''));
