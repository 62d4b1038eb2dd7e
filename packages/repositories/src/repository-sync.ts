import type { Actor } from '@ratchet/contract/dispatcher';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import type { ConnectionTest, RunTrigger } from '@ratchet/contract/entities/repository';
import type { PushResult, SyncPlan, SyncProblem, SyncResult } from '@ratchet/contract/entities/sync';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { newId } from '@ratchet/store/id';
import { openConflictsOf } from '@ratchet/store/queries/conflicts';
import type { TaskRow } from '@ratchet/store/queries/documents';
import {
  dueRepositories,
  enabledRepositories,
  type RepositoryRow,
  recordSyncState,
  repositoryById,
  repositoryProblems,
  taskCounts,
} from '@ratchet/store/queries/repositories';
import { closeAbandonedRuns, finishRun, type SyncRunRow, startRun } from '@ratchet/store/queries/sync-runs';
import { countPending, markPush } from '@ratchet/store/queries/tasks';
import { type CycleContext, type Force, planCycle, pull, type SyncReport } from '@ratchet/sync/cycle';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { EndpointError } from '@ratchet/sync/problem';
import { type PushReport, push } from '@ratchet/sync/push';
import type * as z from 'zod';
import { commitMessage } from './commit-message.ts';
import { actorName, type RepositoriesContext } from './context.ts';
import { cycleOf } from './cycle-of.ts';
import { databaseReplica } from './database-replica.ts';
import { translateError } from './endpoint-errors.ts';
import { planView } from './plan-view.ts';
import { holdRepository, leaseName } from './repository-lease.ts';
import { showConflicts } from './show-conflicts.ts';

type Trigger = z.output<typeof RunTrigger>;

export interface SyncOptions {
  readonly trigger: Trigger;
  readonly actor: Actor;
  readonly planId?: string | undefined;
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface PushRequest extends SyncOptions {
  readonly message?: string | undefined;
  /** Only this task. */
  readonly task?: TaskRow;
  /** Push tasks that have problems too. */
  readonly broken?: boolean;
}

export type RepositorySync = ReturnType<typeof repositorySync>;

/** Sync, plan and push of whole repositories: one at a time each, every run on record. */
export function repositorySync(context: RepositoriesContext) {
  const { database, now } = context;

  const load = async (id: string): Promise<RepositoryRow> => {
    const row = await repositoryById(database.db, id);
    if (!row) throw notFound('repository', id);
    return row;
  };

  /** Opens the far side, holds the lease, and answers errors as codes. */
  async function inCycle<T>(
    repository: RepositoryRow,
    options: Pick<SyncOptions, 'actor' | 'signal'>,
    work: (cycle: CycleContext<TaskFields>, fence: number) => Promise<T>,
  ): Promise<T> {
    const remote = await context.openRemote(repository).catch((error) => {
      throw translateError(error, (plan) => planView(plan, repository.id));
    });
    try {
      return await holdRepository(context, repository.id, async (held) => {
        const signal = options.signal ? AbortSignal.any([held.signal, options.signal]) : held.signal;
        const lease = { name: leaseName(repository.id), fence: held.fence };
        const replica = databaseReplica({
          database,
          repositoryId: repository.id,
          lease,
          actor: actorName(options.actor),
          now,
        });
        return work(cycleOf(context, repository, remote, replica, signal), held.fence);
      });
    } catch (error) {
      throw translateError(error, (plan) => planView(plan, repository.id));
    } finally {
      await remote.close();
    }
  }

  /** Runs `work` with a record of it, whatever its end. */
  async function onRecord<T>(
    repository: RepositoryRow,
    direction: 'pull' | 'push',
    options: SyncOptions,
    work: (runId: string) => Promise<{ result: T; end: Partial<SyncRunRow> }>,
  ): Promise<T> {
    const runId = newId();
    const started = performance.now();
    await startRun(database.db, {
      id: runId,
      repositoryId: repository.id,
      trigger: options.trigger,
      direction,
      startedBy: actorName(options.actor),
      nodeId: context.nodeId,
    });
    try {
      const { result, end } = await work(runId);
      await finishRun(database.db, runId, { status: 'success', ...end, durationMs: performance.now() - started });
      await recordSyncState(database.db, repository.id, {
        syncStatus: 'success',
        syncError: null,
        consecutiveFailures: 0,
        synced: true,
        nextSyncInSeconds: repository.syncIntervalMinutes * 60,
      });
      return result;
    } catch (error) {
      const known = error instanceof RatchetError ? error : null;
      const message = known?.message ?? 'The run failed inside the server; its log says why.';
      const guarded = known?.code === 'GUARD_TRIPPED' || known?.code === 'PLAN_STALE';
      await finishRun(database.db, runId, {
        status: guarded ? 'guarded' : 'error',
        error: message,
        durationMs: performance.now() - started,
      });
      if (known?.code !== 'REPOSITORY_BUSY')
        await recordSyncState(database.db, repository.id, {
          syncStatus: 'error',
          syncError: message,
          consecutiveFailures: repository.consecutiveFailures + 1,
          nextSyncInSeconds: backoffSeconds(repository),
        });
      throw error;
    }
  }

  async function sync(id: string, options: SyncOptions): Promise<SyncResult> {
    const repository = await load(id);
    const started = performance.now();
    return onRecord(repository, 'pull', options, (runId) =>
      inCycle(repository, options, async (cycle) => {
        const report = await pull(cycle, forceOf(options));
        if (!report.unchanged) await closeAbandonedRuns(database.db, id, runId);
        const conflicts = report.unchanged
          ? []
          : await showConflicts(database.db, await openConflictsOf(database.db, id));
        const problems = await problemsOf(id, report);
        const result = syncResult(
          report,
          runId,
          id,
          conflicts,
          problems,
          await countPending(database.db, id),
          performance.now() - started,
        );
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

  async function pushUp(id: string, options: PushRequest): Promise<PushResult[]> {
    const repository = await load(id);
    if (!repository.isWritable)
      throw new RatchetError(
        'REPOSITORY_READ_ONLY',
        `Repository ${repository.name} is read-only: make it writable to push to it.`,
      );
    const { task } = options;
    return onRecord(repository, 'push', options, () =>
      inCycle(repository, options, async (cycle) => {
        const policy = repository.pushPolicy;
        const report = await push(cycle, {
          ...(task ? { only: new Set([task.repositoryPath ?? '']) } : {}),
          ...(forceOf(options) ? { force: forceOf(options) as Force } : {}),
          broken: options.broken ?? false,
          author: authorOf(options.actor),
          message: (documents) => commitMessage(documents, options.message, policy.commitTemplate),
          batchSize: policy.batchChanges ? policy.maxBatchSize : 1,
          now,
          pause: (tries) => new Promise((resolve) => setTimeout(resolve, 2 ** tries * 25 * (0.5 + Math.random()))),
        });
        const results = pushResults(report, id);
        await markOutcomes(report);
        return { result: results, end: pushEnd(report) };
      }),
    );
  }

  async function markOutcomes(report: PushReport): Promise<void> {
    for (const { id, error } of report.outcomes)
      if (id && error)
        await markPush(database.db, id, error.code === 'SYNC_CONFLICT' ? 'conflict' : 'failed', error.message);
  }

  return {
    sync,
    push: pushUp,

    /** One task's changes; a task in step already is a success without a commit. */
    async pushTask(task: TaskRow, options: Omit<PushRequest, 'task'>): Promise<PushResult> {
      const { repositoryId, repositoryPath } = task;
      if (!repositoryId || repositoryPath === null)
        throw new RatchetError('STATE_CONFLICT', `Task ${task.name} has no repository to push to.`);
      const results = await pushUp(repositoryId, { ...options, task });
      return (
        results.find((result) => result.repositoryPath === repositoryPath) ?? {
          taskId: task.id,
          repositoryId,
          repositoryPath,
          success: true,
          commitHash: task.repositoryCommit,
          pullRequestUrl: null,
          error: null,
        }
      );
    },

    async plan(id: string, options: Pick<SyncOptions, 'actor' | 'signal'>): Promise<SyncPlan> {
      const repository = await load(id);
      return inCycle(repository, options, async (cycle) => planView((await planCycle(cycle)) as never, id));
    },

    async syncAll(options: SyncOptions) {
      const results: SyncResult[] = [];
      const failures: { repositoryId: string; code: string; message: string }[] = [];
      for (const repository of await enabledRepositories(database.db)) {
        try {
          results.push(await sync(repository.id, options));
        } catch (error) {
          if (!(error instanceof RatchetError)) throw error;
          failures.push({ repositoryId: repository.id, code: error.code, message: error.message });
        }
      }
      return { results, failures };
    },

    /** Syncs every repository whose interval has passed; answers how many. */
    async syncDue(actor: Actor): Promise<number> {
      const due = await dueRepositories(database.db);
      for (const { id, name } of due)
        await sync(id, { trigger: 'periodic', actor }).catch((error) =>
          context.log('warn', 'A periodic sync failed.', { repository: name, error: String(error?.message ?? error) }),
        );
      return due.length;
    },

    async test(id: string): Promise<z.output<typeof ConnectionTest>> {
      const repository = await load(id);
      const started = performance.now();
      const report = await tried(repository);
      const latencyMs = performance.now() - started;
      const taskCount = report.readable ? await counted(id) : null;
      const { message, ...details } = report;
      return {
        success: report.readable && (report.writable || !repository.isWritable),
        message,
        details: { ...details, taskCount, latencyMs },
      };
    },
  };

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

function forceOf({ force, planId }: SyncOptions): Force | undefined {
  if (!force) return undefined;
  if (!planId)
    throw new RatchetError('VALIDATION_FAILED', 'To let a plan through, send its planId with force.', [
      { path: 'planId', message: 'is needed with force' },
    ]);
  return { planId };
}

const authorOf = (actor: Actor) => ({ name: actorName(actor), email: actor.email ?? `${actor.id}@ratchet.invalid` });

/** Doubles with every failure in a row, at most five minutes, with jitter. */
const backoffSeconds = ({ consecutiveFailures, syncIntervalMinutes }: RepositoryRow): number =>
  Math.min(300, Math.max(5, Math.min(syncIntervalMinutes * 60, 2 ** Math.min(consecutiveFailures + 2, 10)))) *
  (0.8 + Math.random() * 0.4);

function syncResult(
  report: SyncReport,
  runId: string,
  repositoryId: string,
  conflicts: Conflict[],
  problems: SyncProblem[],
  pendingPush: number,
  durationMs: number,
): SyncResult {
  const counts = {
    tasksAdded: report.added.length,
    tasksUpdated: report.updated.length,
    tasksDeleted: report.deleted.length,
    tasksMerged: report.merged.length,
    tasksDetached: report.detached.length,
  };
  const said = [
    ...Object.entries(counts).flatMap(([key, n]) => (n > 0 ? [`${n} ${key.slice(5).toLowerCase()}`] : [])),
    ...(conflicts.length > 0 ? [`${conflicts.length} in conflict`] : []),
    ...(problems.length > 0 ? [`${problems.length} problems`] : []),
    ...(pendingPush > 0 ? [`${pendingPush} to push`] : []),
  ];
  const message = said.length > 0 ? `${said.join(', ')}.` : 'Nothing changed.';
  return { runId, repositoryId, ...counts, pendingPush, conflicts, problems, head: report.head, durationMs, message };
}

const runEnd = (result: SyncResult): Partial<SyncRunRow> => ({
  status: result.conflicts.length > 0 ? 'conflict' : 'success',
  tasksAdded: result.tasksAdded,
  tasksUpdated: result.tasksUpdated,
  tasksDeleted: result.tasksDeleted,
  tasksMerged: result.tasksMerged,
  conflicts: result.conflicts.length,
  problems: result.problems.map(({ path, code, message }) => ({ path, code, message })),
  head: result.head,
});

const pushResults = (report: PushReport, repositoryId: string): PushResult[] =>
  report.outcomes.map(({ path, id, commit, error }) => ({
    taskId: id,
    repositoryId,
    repositoryPath: path,
    success: error === null,
    commitHash: commit,
    pullRequestUrl: null,
    error,
  }));

function pushEnd(report: PushReport): Partial<SyncRunRow> {
  const failed = report.outcomes.filter((outcome) => outcome.error);
  const conflicts = failed.filter((outcome) => outcome.error?.code === 'SYNC_CONFLICT').length;
  return {
    status: conflicts > 0 ? 'conflict' : failed.length > 0 ? 'error' : 'success',
    tasksUpdated: report.outcomes.length - failed.length,
    conflicts,
    problems: failed.map(({ path, error }) => ({ path, code: error?.code ?? '', message: error?.message ?? '' })),
    head: report.head,
  };
}
