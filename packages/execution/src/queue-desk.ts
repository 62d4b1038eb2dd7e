import type { Rights } from '@ratchet/contract/access';
import type { QueueState } from '@ratchet/contract/entities/job';
import type { Database } from '@ratchet/store/database';
import {
  clearJobs,
  deletePause,
  enqueueWaiting,
  insertPause,
  listPauses,
  type PauseScope,
} from '@ratchet/store/queries/queue-pauses';

export interface ClearRequest {
  readonly status: readonly ('queued' | 'retrying' | 'completed' | 'failed' | 'cancelled')[];
  readonly taskId?: string | undefined;
  /** ISO 8601. */
  readonly before?: string | undefined;
}

const clearedAtOnce = 2000;
const scopeOf = (taskId: string | undefined): PauseScope => (taskId === undefined ? 'all' : `task:${taskId}`);

/**
 * The queue of jobs as a whole. A pause is a row that every claim of a job looks at, so that it holds at once on all nodes
 * and after a restart. What comes due meanwhile goes from graphile-worker's queue and is put back by `resume`.
 */
export function queueDesk(database: Database, advance: (batchIds: readonly string[]) => void) {
  const { db } = database;

  async function state(reader?: Rights): Promise<QueueState> {
    const pauses = await listPauses(db, reader);
    const whole = pauses.find(({ scope }) => scope === 'all');
    const said = whole ?? pauses[0];
    return {
      paused: whole !== undefined,
      pausedTasks: pauses.flatMap(({ scope, taskName }) =>
        scope === 'all' ? [] : [{ taskId: scope.slice('task:'.length), taskName }],
      ),
      pausedBy: said?.pausedBy ?? null,
      pausedAt: said?.pausedAt.toISOString() ?? null,
      reason: said?.reason ?? null,
    };
  }

  return {
    state,
    async pause(taskId: string | undefined, reason: string | undefined, by: string): Promise<QueueState> {
      await insertPause(db, scopeOf(taskId), by, reason ?? null);
      return state();
    },
    /** The whole queue, or the jobs of one task; a task that was paused by itself stays so until it is resumed itself. */
    async resume(taskId: string | undefined): Promise<QueueState> {
      await database.transaction(async (tx) => {
        if (await deletePause(tx, scopeOf(taskId))) await enqueueWaiting(tx, scopeOf(taskId));
      });
      return state();
    },
    async clear({ status, taskId, before }: ClearRequest): Promise<{ cleared: number }> {
      const filter = { status, taskId: taskId ?? null, before: before === undefined ? null : new Date(before) };
      for (let cleared = 0; ; ) {
        const { ids, batchIds } = await database.transaction((tx) => clearJobs(tx, filter, clearedAtOnce));
        cleared += ids.length;
        if (batchIds.length > 0) advance(batchIds);
        if (ids.length < clearedAtOnce) return { cleared };
      }
    },
  };
}
