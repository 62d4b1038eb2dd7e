import type { Database, Queryable } from '@ratchet/store/database';
import { notify } from '@ratchet/store/events';
import { newId } from '@ratchet/store/id';
import {
  type BatchRow,
  batchChannel,
  collectEnded,
  endBatch,
  endWaiting,
  frontierOf,
  lockBatch,
  queuedJobsOf,
  releaseItems,
  restingBatches,
  unblockItems,
  waitingItems,
} from '@ratchet/store/queries/batches';
import { requestCancel } from '@ratchet/store/queries/executions';
import { cancelJobs } from '@ratchet/store/queries/jobs';
import { dependingOn, nextStep, widthOf } from './batch-plan.ts';
import type { Log } from './worker-logger.ts';

const because = (message: string) => ({ class: 'Skipped', message, stack: null, line: null, file: null });
const sweepMs = 5000;

/**
 * Moves batches on: what has ended is written into them and what may begin is queued. All that a batch knows is in rows
 * and every step is one transaction that holds the batch, so that any node can do the next one, once.
 */
export function batchAdvance(database: Database, log: Log) {
  const { db } = database;
  /** Batches that are being moved on; true: something happened meanwhile, so once more. */
  const moving = new Map<string, boolean>();
  const work = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  async function step(tx: Queryable, batch: BatchRow): Promise<void> {
    const { id } = batch;
    const ended = await collectEnded(tx, id);
    if (batch.status === 'running') {
      await unblockItems(
        tx,
        id,
        ended.flatMap(({ status, dependants }) => (status === 'completed' ? dependants : [])),
      );
      const failed = ended.filter(({ status, dependants }) => status !== 'completed' && dependants.length > 0);
      if (failed.length > 0)
        await endWaiting(
          tx,
          id,
          dependingOn(failed, await waitingItems(tx, id)),
          'skipped',
          because('What it depends on was not completed.'),
        );
      await goOn(tx, batch);
    }
    await notify(tx, batchChannel, id);
  }

  async function goOn(tx: Queryable, batch: BatchRow): Promise<void> {
    const { id } = batch;
    for (;;) {
      const next = nextStep(batch, await frontierOf(tx, id, widthOf(batch)));
      if (next.do === 'wait') return;
      if (next.do === 'end') return endBatch(tx, id, next.status);
      if (next.do === 'release')
        return releaseItems(
          tx,
          id,
          next.positions.map((position) => ({ position, jobId: newId() })),
        );
      await endWaiting(tx, id, null, 'skipped', because('The batch stopped after a request that was not completed.'));
    }
  }

  /** What of a cancelled batch still runs or is queued. */
  async function cancelRest(id: string): Promise<void> {
    const jobIds = await queuedJobsOf(db, id);
    if (jobIds.length === 0) return;
    await database.transaction(async (tx) => {
      const cancelled = await cancelJobs(tx, jobIds);
      const running = cancelled.flatMap(({ executionId }) => (executionId === null ? [] : [executionId]));
      if (running.length > 0) await requestCancel(tx, running);
    });
  }

  async function move(id: string): Promise<void> {
    const cancelled = await database.transaction(async (tx) => {
      const batch = await lockBatch(tx, id);
      if (!batch) return false;
      await step(tx, batch);
      return batch.status === 'cancelled';
    });
    if (!cancelled) return;
    await cancelRest(id);
    await database.transaction(async (tx) => {
      if (await lockBatch(tx, id)) await collectEnded(tx, id);
      await notify(tx, batchChannel, id);
    });
  }

  async function moveOn(id: string): Promise<void> {
    try {
      do {
        moving.set(id, false);
        await move(id);
      } while (moving.get(id));
    } catch (error) {
      // The sweep comes by.
      log('warn', 'A batch could not be moved on.', { err: error, batch: id });
    } finally {
      moving.delete(id);
    }
  }

  /** Moves batches on soon; those that are asked for while they move, once more afterwards. */
  function advance(ids: readonly string[]): void {
    for (const id of ids) {
      if (moving.has(id)) {
        moving.set(id, true);
        continue;
      }
      const moved = moveOn(id).finally(() => work.delete(moved));
      work.add(moved);
    }
  }

  return {
    advance,
    /** Moves one on now; it throws what keeps it from moving. */
    move,
    /** Moves on what a node that died, or a notice that was lost, left lying; now and then. */
    start(): void {
      const sweep = async () => {
        try {
          advance(await restingBatches(db));
        } catch (error) {
          log('warn', 'Batches could not be looked after.', { err: error });
        }
      };
      timer = setInterval(() => {
        const swept = sweep().finally(() => work.delete(swept));
        work.add(swept);
      }, sweepMs);
      const first = sweep().finally(() => work.delete(first));
      work.add(first);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      while (work.size > 0) await Promise.all(work);
    },
  };
}
