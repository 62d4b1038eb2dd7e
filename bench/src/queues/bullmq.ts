import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@ratchet/testing/server-process';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';

export interface PrivateRedis {
  readonly port: number;
  stop(): Promise<void>;
}

/** A Redis of our own that keeps nothing on disk; null where none is installed. */
export async function startRedis(): Promise<PrivateRedis | null> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server: ChildProcess = spawn('redis-server', args, { stdio: 'ignore' });
  const gone = new Promise<null>((resolve) => {
    server.once('error', () => resolve(null));
    server.once('exit', () => resolve(null));
  });
  const stop = async () => {
    server.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  for (let tries = 0; tries < 100; tries++) {
    const answered = await Promise.race([
      client
        .connect()
        .then(() => client.ping())
        .catch(() => ''),
      gone,
    ]);
    if (answered === null) break;
    if (answered === 'PONG') {
      client.disconnect();
      return { port, stop };
    }
    await sleep(50);
  }
  client.disconnect();
  rmSync(folder, { recursive: true, force: true });
  return null;
}

/** BullMQ with sandboxed processors: child processes of its own. */
export async function openBullmq({ port }: PrivateRedis, processes: number) {
  const connection = { port, host: '127.0.0.1', maxRetriesPerRequest: null };
  const queue = new Queue('bench', { connection });
  const events = new QueueEvents('bench', { connection });
  const worker = new Worker('bench', new URL('./bullmq-processor.ts', import.meta.url), {
    connection,
    concurrency: processes,
  });
  // Every job that is waited for listens.
  for (const emitter of [queue, events]) emitter.setMaxListeners(0);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
  return {
    async run(n: number): Promise<{ at: number; n: number }> {
      const job = await queue.add('answer', { n }, { removeOnComplete: 1000 });
      return job.waitUntilFinished(events);
    },
    async close(): Promise<void> {
      await worker.close();
      await events.close();
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}
