import type { Database } from '@ratchet/store/database';
import { type Job, run } from 'graphile-worker';
import type { Pace } from './pace.ts';
import { type StandingWorker, standingWorker } from './standing-worker.ts';
import { type Log, workerLogger } from './worker-logger.ts';

export interface QueueWorkerOptions {
  readonly database: Database;
  readonly pace: Pace;
  readonly log: Log;
  /** Told whenever its names in the queue change. */
  readonly renamed: () => void;
  /** Carries out what is queued; answers how long it ran, or null when it did not run. */
  readonly runExecution: (executionId: string) => Promise<number | null>;
  readonly runJob: (jobId: string) => Promise<number | null>;
  /** Put back what has no turn here now. */
  readonly requeueExecution: (executionId: string) => Promise<void>;
  readonly requeueJob: (jobId: string) => Promise<void>;
}

/** What was fetched beyond what runs goes back for other nodes after this. */
const heldMs = 200;
const completeDelayMs = 20;

const byTurn = (a: Job, b: Job): number =>
  a.priority - b.priority || a.run_at.getTime() - b.run_at.getTime() || Number(a.id) - Number(b.id);

/**
 * Takes work from graphile-worker's queue, many jobs with one statement; how many of them run is the pace's to say. Its
 * flags are not used to pause jobs: with forbidden flags its local queue fetches one job at a time, and steps over every
 * paused one each time.
 */
export function queueWorker(options: QueueWorkerOptions): StandingWorker {
  const { database, pace, log, renamed } = options;
  const inTurn =
    (work: (id: string) => Promise<number | null>, requeue: (id: string) => Promise<void>) =>
    async (id: string, kind: string): Promise<void> => {
      const turn = await pace.turn(kind);
      if (!turn) return requeue(id);
      let ranMs: number | null = null;
      try {
        ranMs = await work(id);
      } finally {
        turn.end(ranMs);
      }
    };
  const execution = inTurn(options.runExecution, options.requeueExecution);
  const job = inTurn(options.runJob, options.requeueJob);

  return standingWorker({
    log,
    renamed,
    run(events, workers) {
      // One statement fetches many in no order; they are given out in the order of this list.
      events.on('localQueue:getJobs:complete', ({ jobs }: { jobs: Job[] }) => jobs.sort(byTurn));
      for (const name of ['job:start', 'worker:getJob:empty', 'worker:getJob:error'])
        events.on(name, () => pace.fetched());
      return run({
        pgPool: database.pool,
        events,
        concurrency: workers,
        noHandleSignals: true,
        pollInterval: database.mode === 'embedded' ? 1000 : 500,
        logger: workerLogger(log),
        // Asked before every fetch: the place to wait until there is room.
        forbiddenFlags: async () => {
          await pace.gate();
          return null;
        },
        preset: {
          worker: {
            localQueue: { size: workers, ttl: heldMs },
            completeJobBatchDelay: completeDelayMs,
            failJobBatchDelay: 0,
          },
        },
        taskList: {
          run_execution: (payload) => {
            const { executionId, taskId } = payload as { executionId: string; taskId?: string | null };
            return execution(executionId, taskId ?? '');
          },
          run_job: (payload) => {
            const { jobId, taskId } = payload as { jobId: string; taskId?: string | null };
            return job(jobId, taskId ?? '');
          },
        },
      });
    },
  });
}
