import { RatchetError } from '@ratchet/contract/errors';
import { newId } from '@ratchet/store/id';
import { type RepositoryRow, recordSyncState } from '@ratchet/store/queries/repositories';
import { finishRun, type SyncRunRow, startRun } from '@ratchet/store/queries/sync-runs';
import { actorName, type RepositoriesContext } from './context.ts';
import type { SyncOptions } from './sync-options.ts';

/** Runs `work` with a record of it, whatever its end, and sets when the repository is looked at next. */
export async function onRecord<T>(
  context: RepositoriesContext,
  repository: RepositoryRow,
  direction: 'pull' | 'push',
  options: SyncOptions,
  work: (runId: string) => Promise<{ result: T; end: Partial<SyncRunRow> }>,
): Promise<T> {
  const { db } = context.database;
  const runId = newId();
  const started = performance.now();
  await startRun(db, {
    id: runId,
    repositoryId: repository.id,
    trigger: options.trigger,
    direction,
    startedBy: actorName(options.actor),
    nodeId: context.nodeId,
  });
  const finish = async (end: Partial<SyncRunRow> & Pick<SyncRunRow, 'status'>) => {
    const durationMs = performance.now() - started;
    await finishRun(db, runId, { ...end, durationMs });
    context.ended?.({
      repositoryId: repository.id,
      repositoryName: repository.name,
      direction,
      trigger: options.trigger,
      status: end.status,
      durationMs,
      changes: {
        added: end.tasksAdded ?? 0,
        updated: end.tasksUpdated ?? 0,
        deleted: end.tasksDeleted ?? 0,
        merged: end.tasksMerged ?? 0,
      },
    });
  };
  try {
    const { result, end } = await work(runId);
    await finish({ status: 'success', ...end });
    await recordSyncState(db, repository.id, {
      syncStatus: 'success',
      syncError: null,
      consecutiveFailures: 0,
      unreachableSince: null,
      synced: true,
      nextSyncInSeconds: repository.syncIntervalMinutes * 60,
    });
    return result;
  } catch (error) {
    const known = error instanceof RatchetError ? error : null;
    const message = known?.message ?? 'The run failed inside the server; its log says why.';
    const guarded = known?.code === 'GUARD_TRIPPED' || known?.code === 'PLAN_STALE';
    const { reason } = (known?.details ?? {}) as { reason?: unknown };
    const problems = typeof reason === 'string' ? { problems: [{ path: '', code: reason, message }] } : {};
    await finish({ status: guarded ? 'guarded' : 'error', error: message, ...problems });
    if (known?.code !== 'REPOSITORY_BUSY')
      await recordSyncState(db, repository.id, {
        syncStatus: 'error',
        syncError: message,
        consecutiveFailures: repository.consecutiveFailures + 1,
        unreachableSince:
          known?.code === 'REPOSITORY_UNREACHABLE' ? (repository.unreachableSince ?? context.now()) : null,
        nextSyncInSeconds: backoffSeconds(repository),
      });
    throw error;
  }
}

/** Doubles with every failure in a row, at most five minutes, with jitter. */
export const backoffSeconds = ({
  consecutiveFailures,
  syncIntervalMinutes,
}: Pick<RepositoryRow, 'consecutiveFailures' | 'syncIntervalMinutes'>): number => {
  const longest = syncIntervalMinutes > 0 ? Math.min(300, Math.max(5, syncIntervalMinutes * 60)) : 300;
  return Math.min(longest, Math.max(5, 2 ** Math.min(consecutiveFailures + 2, 10))) * (0.8 + Math.random() * 0.4);
};
