import { Logger, run } from 'graphile-worker';
import pg from 'pg';

/** graphile-worker alone: its tasks are functions of this process. */
export async function openGraphile(url: string, concurrency: number) {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const waiting = new Map<number, (answer: { at: number; n: number }) => void>();
  const runner = await run({
    pgPool: pool,
    noHandleSignals: true,
    concurrency,
    logger: new Logger(() => () => {}),
    preset: { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      answer: async (payload) => {
        const { n } = payload as { n: number };
        waiting.get(n)?.({ at: Date.now(), n });
        waiting.delete(n);
      },
    },
  });
  let last = 0;
  return {
    /** Until its task has begun: what it answers is kept nowhere. */
    async run(): Promise<{ at: number; n: number }> {
      const n = last++;
      const answered = new Promise<{ at: number; n: number }>((resolve) => waiting.set(n, resolve));
      await runner.addJob('answer', { n });
      return answered;
    },
    async close(): Promise<void> {
      await runner.stop();
      await pool.end();
    },
  };
}
