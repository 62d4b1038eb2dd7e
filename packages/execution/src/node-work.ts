import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import { gather, groupMs } from '@ratchet/store/gather';
import { newId } from '@ratchet/store/id';
import {
  type ClaimedExecution,
  claimExecutions,
  claimJobs,
  type JobClaim,
} from '@ratchet/store/queries/execution-runs';
import {
  cancelChannel,
  cancelledOn,
  type ExecutionRow,
  endedChannel,
  idsHeard,
  requeueExecution,
} from '@ratchet/store/queries/executions';
import { requeueJobs } from '@ratchet/store/queries/jobs';
import { runMigrations } from 'graphile-worker';
import { createAttempts } from './attempts.ts';
import type { batchAdvance } from './batch-advance.ts';
import { type NodeIdentity, nodeKeeper } from './node-keeper.ts';
import { createPace, type Turn } from './pace.ts';
import { queueWorker } from './queue-worker.ts';
import type { replayDesk } from './replay.ts';
import type { RunDependencies } from './run-in-sandbox.ts';
import type { TaskLoader } from './runnable-task.ts';
import type { HeldWork } from './standing-worker.ts';
import { type EndsOptions, endsStore } from './store-ends.ts';
import { type Log, workerLogger } from './worker-logger.ts';

export interface NodeWorkOptions extends RunDependencies {
  readonly database: Database;
  readonly node: NodeIdentity;
  /** Executions at once; 0: none run here. */
  readonly concurrency: number;
  readonly log: Log;
  readonly ended?: EndsOptions['ended'];
  readonly drainMs?: number;
  /** What else takes work from the queue in this process. */
  readonly otherWorkers?: readonly HeldWork[];
  readonly load: TaskLoader;
  readonly replays: ReturnType<typeof replayDesk>;
  readonly handBack: (execution: ExecutionRow) => Promise<void>;
  readonly advance: ReturnType<typeof batchAdvance>;
  /** Executions ended somewhere; null: any may have. */
  readonly heard: (ids: readonly string[] | null) => void;
  /** An execution ended here. */
  readonly told: (row: ExecutionRow) => void;
}

/** Work of one node in flight: what is claimed, waits for its runner, or has its end stored. */
const workersPerSlot = 16;
const leastWorkers = 32;
const mostWorkers = 64;
const claimedAtOnce = 100;
/** A server that cannot reach its database any more ends at last. */
const farewellMs = 10_000;

const workersFor = (slots: number) => Math.min(mostWorkers, Math.max(leastWorkers, slots * workersPerSlot));

/** What a node does with the queue: claims, runs, stores, and takes over from nodes that died. */
export function nodeWork(options: NodeWorkOptions) {
  const { database, node, sandbox, log, ended, handBack, advance, heard, told } = options;
  const { db } = database;
  const pace = createPace(Math.max(1, options.concurrency));
  const ends = endsStore({ database, nodeId: node.id, log, ended });
  const counts = { completed: 0, failed: 0 };
  const leaving = new AbortController();
  const closing: (() => Promise<void>)[] = [];
  let { concurrency } = options;

  const attempts = createAttempts({
    ...options,
    nodeId: node.id,
    leaving: leaving.signal,
    store: ends.store,
    handBack,
    lost: (id) => heard([id]),
    ended({ row, job }) {
      counts[row.status === 'completed' ? 'completed' : 'failed'] += 1;
      told(row);
      if (job?.batchId && job.status !== 'retrying') advance.advance([job.batchId]);
    },
  });

  const together = {
    most: claimedAtOnce,
    pauseMs: groupMs(database.mode),
    apart: (error: unknown) => !(error instanceof RatchetError && error.code === 'UNAVAILABLE'),
  };
  const claimExecution = gather(async (ids: readonly string[]): Promise<(ClaimedExecution | undefined)[]> => {
    const claimed = await claimExecutions(db, node.id, ids);
    return ids.map((id) => claimed.get(id));
  }, together);
  const claimJob = gather(async (claims: readonly JobClaim[]): Promise<(ClaimedExecution | undefined)[]> => {
    const claimed = await claimJobs(db, node.id, claims);
    return claims.map(({ executionId }) => claimed.get(executionId));
  }, together);

  const worker = queueWorker({
    database,
    pace,
    log,
    renamed: () => void keeper.beat(),
    runExecution: (id) => attempts.run(id, () => claimExecution(id)),
    runJob: (jobId) => {
      const executionId = newId();
      return attempts.run(executionId, () => claimJob({ jobId, executionId }));
    },
    requeueExecution: (id) => requeueExecution(db, id),
    requeueJob: (id) => requeueJobs(db, [id]),
  });

  const keeper = nodeKeeper(
    database,
    node,
    {
      workers: () => [worker, ...(options.otherWorkers ?? [])],
      concurrency: () => concurrency,
      load: () => ({ running: attempts.ids().length, runners: sandbox.stats().runners, ...counts }),
      running: attempts.ids,
      giveUp: attempts.giveUp,
      async obey({ status, desiredConcurrency }) {
        if (options.concurrency === 0 || leaving.signal.aborted) return;
        if (status === 'draining') worker.pause();
        if (desiredConcurrency !== null && desiredConcurrency !== concurrency) {
          concurrency = desiredConcurrency;
          sandbox.resize(concurrency);
          pace.setSlots(concurrency);
          await worker.scale(workersFor(concurrency));
        }
        if (status === 'active') await worker.resume();
      },
    },
    log,
    ended,
  );

  /** What began here without the queue. */
  const begun = new Set<Promise<void>>();
  async function runOwn(id: string, turn: Turn, stored: Promise<ClaimedExecution | undefined>): Promise<void> {
    let ranMs: number | null = null;
    try {
      ranMs = await attempts.run(id, () => stored);
    } catch (error) {
      log('error', 'An execution could not be carried out.', { err: error, execution: id });
    } finally {
      turn.end(ranMs);
    }
  }

  return {
    /** The names that this node has in the queue have changed. */
    renamed: (): void => void keeper.beat(),
    nodeId: node.id,
    begin(id: string, taskId: string, stored: Promise<ClaimedExecution | undefined>): boolean {
      const turn = worker.isTaking() ? pace.turnNow(taskId) : null;
      if (!turn) return false;
      const run = runOwn(id, turn, stored).finally(() => begun.delete(run));
      begun.add(run);
      return true;
    },
    async start(): Promise<void> {
      await runMigrations({ pgPool: database.pool, logger: workerLogger(log) });
      closing.push(
        await database.listen(endedChannel, (payload) => {
          // Of what ran here the row is told, once it is certain that the end counts.
          heard(idsHeard(payload)?.filter((id) => !attempts.has(id)) ?? null);
        }),
      );
      closing.push(
        await database.listen(cancelChannel, (payload) => {
          const asked = idsHeard(payload);
          if (asked) return asked.forEach(attempts.cancel);
          // Something may have been said while nobody listened.
          cancelledOn(db, node.id)
            .then((ids) => ids.forEach(attempts.cancel))
            .catch((error) => log('warn', 'Cancellations could not be looked up.', { err: error }));
        }),
      );
      await keeper.start();
      closing.push(() => keeper.stop());
      advance.start();
      closing.push(() => advance.stop());
      if (concurrency === 0) return;
      await worker.start(workersFor(concurrency));
      await keeper.beat();
    },
    async stop(): Promise<void> {
      const drainMs = options.drainMs ?? 10_000;
      const patience = setTimeout(() => attempts.handBackAll(), drainMs);
      const farewell = setTimeout(() => {
        leaving.abort();
        ends.close();
      }, drainMs + farewellMs);
      await keeper.leave();
      pace.close();
      await worker.stop();
      await Promise.all(begun);
      clearTimeout(patience);
      clearTimeout(farewell);
      ends.close();
      for (const close of closing.splice(0).reverse()) await close();
    },
  };
}
