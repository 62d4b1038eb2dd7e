import { RatchetError } from '@ratchet/contract/errors';
import { newId } from '@ratchet/store/id';
import { type RepositoryRow, recordSyncState } from '@ratchet/store/queries/repositories';
import { finishRun, type SyncRunRow, startRun } from '@ratchet/store/queries/sync-runs';
import { actorName } from '../context.ts';
import { backoffSeconds } from '../run-record.ts';
import type { SyncOptions } from '../sync-options.ts';
import type { SpecsContext } from './specs-context.ts';

export interface Recorded<T> {
  readonly result: T;
  readonly end: Partial<SyncRunRow>;
  /** Nothing was carried anywhere. */
  readonly unchanged: boolean;
}

/**
 * Runs `work` with a record of it, and sets when the project is looked at next. Of looks that began by themselves and found
 * nothing to do there is no record: there would be thousands a day.
 */
export async function onProjectRecord<T>(
  { database, nodeId, now }: SpecsContext,
  project: RepositoryRow,
  options: SyncOptions,
  work: (runId: string) => Promise<Recorded<T>>,
): Promise<T> {
  const { db } = database;
  const runId = newId();
  const quiet = options.trigger === 'periodic' || options.trigger === 'file_watcher';
  const started = performance.now();
  const start = () =>
    startRun(db, {
      id: runId,
      repositoryId: project.id,
      trigger: options.trigger,
      direction: 'pull',
      startedBy: actorName(options.actor),
      nodeId,
    });
  const finish = async (end: Partial<SyncRunRow> & Pick<SyncRunRow, 'status'>) => {
    if (quiet) await start();
    await finishRun(db, runId, { ...end, durationMs: performance.now() - started });
  };
  if (!quiet) await start();
  try {
    const { result, end, unchanged } = await work(runId);
    if (!quiet || !unchanged) await finish({ status: 'success', ...end });
    await recordSyncState(db, project.id, {
      syncStatus: 'success',
      syncError: null,
      consecutiveFailures: 0,
      unreachableSince: null,
      synced: true,
      nextSyncInSeconds: project.syncIntervalMinutes * 60,
    });
    return result;
  } catch (error) {
    const known = error instanceof RatchetError ? error : null;
    const message = known?.message ?? 'The run failed inside the server; its log says why.';
    const guarded = known?.code === 'GUARD_TRIPPED' || known?.code === 'PLAN_STALE';
    // The same failure again, of a look that began by itself, is on record already.
    const again = quiet && project.syncStatus === 'error' && project.syncError === message;
    if (!again && !(quiet && known?.code === 'REPOSITORY_BUSY'))
      await finish({ status: guarded ? 'guarded' : 'error', error: message });
    if (known?.code !== 'REPOSITORY_BUSY')
      await recordSyncState(db, project.id, {
        syncStatus: 'error',
        syncError: message,
        consecutiveFailures: project.consecutiveFailures + 1,
        unreachableSince: known?.code === 'REPOSITORY_UNREACHABLE' ? (project.unreachableSince ?? now()) : null,
        nextSyncInSeconds: backoffSeconds({ ...project, syncIntervalMinutes: 0 }),
      });
    throw error;
  }
}
