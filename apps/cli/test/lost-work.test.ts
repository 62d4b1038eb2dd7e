import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { administer, ask } from '@ratchet/testing/database';
import { startPostgres } from '@ratchet/testing/postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServerProcess, serve } from './server-process.ts';

// Of its own, since it is crashed; and one that keeps what it said it has.
const postgres = await startPostgres({ durable: true });
if (!postgres) console.warn('PostgreSQL is not installed: what several servers over one database lose is not tested.');

const jobCount = 1000;
let folder: string;
let database: string;
let counter: Server;
/** How often a task's side effect was seen, by its key. */
const seen = new Map<string, number>();
const servers: ServerProcess[] = [];

beforeAll(async () => {
  counter = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      seen.set(body, (seen.get(body) ?? 0) + 1);
      // Long enough for a worker to be in the middle of something at any time.
      setTimeout(() => response.end('{}'), 20);
    });
  });
  await new Promise<void>((resolve) => counter.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  counter?.close();
  await postgres?.stop();
});
beforeEach(async () => {
  seen.clear();
  folder = mkdtempSync(join(tmpdir(), 'ratchet-lost-'));
  database = `lost_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(postgres?.url ?? '', `create database ${database}`);
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.signal('SIGCONT');
    await server.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

async function start(name: string, environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await serve(join(folder, name), {
    DATABASE_URL: postgres?.databaseUrl(database) ?? '',
    RATCHET_EXECUTION_ALLOW_PRIVATE: '127.0.0.1',
    ...environment,
  });
  servers.push(server);
  return server;
}

/** One statement on the servers' database. */
const query = <T extends object>(statement: string, values: unknown[] = []): Promise<T[]> =>
  ask<T>(postgres?.databaseUrl(database) ?? '', statement, values);

const port = () => (counter.address() as AddressInfo).port;
async function task({ client }: ServerProcess, name: string, sourceCode: string): Promise<string> {
  const made = await client.tasks.create({ name, sourceCode, inputSchema: {}, outputSchema: {} });
  return made.id;
}

/**
 * Half of them only answer, half of them do something that can be seen. Few enough attempts fail for all to succeed. None
 * begins before all are queued, so that what happens then happens in the middle.
 */
async function queueJobs(server: ServerProcess): Promise<void> {
  const workers = (await server.client.workers.list({})).items;
  for (const { id } of workers) await server.client.workers.drain({ id });
  const effect = await task(
    server,
    'effect',
    `export default async ({ key }) => { await fetch('http://127.0.0.1:${port()}/', { method: 'POST', body: key }); return key; }\n`,
  );
  const answer = await task(server, 'answer', '({ key }) => key\n');
  const jobs = Array.from({ length: jobCount }, (_, n) => ({
    taskId: n % 2 === 0 ? effect : answer,
    input: { key: `key-${n}` },
    maxRetries: 20,
    retryBackoffMs: 10,
  }));
  const { results } = await server.client.jobs.createBulk({ jobs });
  expect(results.filter(({ error }) => error !== null)).toEqual([]);
  for (const { id } of workers) await server.client.workers.drain({ id, resume: true });
}

const ended = async (): Promise<number> => {
  const [row] = await query<{ n: number }>(
    `select count(*)::int as n from ratchet.jobs where status in ('completed', 'failed', 'cancelled')`,
  );
  return row?.n ?? 0;
};
const allEnd = (timeout: number) =>
  expect.poll(() => ended().catch(() => -1), { timeout, interval: 250 }).toBe(jobCount);
async function someEnded(n: number): Promise<void> {
  await expect.poll(ended, { timeout: 60_000, interval: 20 }).toBeGreaterThan(n);
  expect(await ended()).toBeLessThan(jobCount);
}

/** Every job came to its end, every side effect took place, and every result was stored once. */
async function expectNothingLost(): Promise<void> {
  const jobs = await query(`select status, count(*)::int as n from ratchet.jobs group by status`);
  expect(jobs).toEqual([{ status: 'completed', n: jobCount }]);
  const results = await query(`
    select count(*)::int as executions, count(distinct job_id)::int as jobs, count(*) filter (where output #>> '{}' = input ->> 'key')::int as right
    from ratchet.executions where status = 'completed'`);
  expect(results).toEqual([{ executions: jobCount, jobs: jobCount, right: jobCount }]);
  const open = await query(`select id, status from ratchet.executions where status in ('pending', 'running')`);
  expect(open).toEqual([]);
  const unseen = Array.from({ length: jobCount / 2 }, (_, n) => `key-${2 * n}`).filter((key) => !seen.has(key));
  expect(unseen).toEqual([]);
}

const runnersOf = (pid: number): Promise<number[]> =>
  new Promise((resolve) => {
    execFile('ps', ['-o', 'pid=', '--ppid', String(pid)], (_, stdout) => {
      const isRunner = (child: number) => {
        try {
          return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('packages/runner');
        } catch {
          return false;
        }
      };
      resolve(stdout.split('\n').map(Number).filter(Boolean).filter(isRunner));
    });
  });

describe.skipIf(!postgres)('in the middle of a thousand jobs', { timeout: 150_000 }, () => {
  it('runners that are killed lose nothing', async () => {
    const server = await start('a');
    await queueJobs(server);
    let killed = 0;
    for (let round = 0; round < 40 && (await ended()) < jobCount; round++) {
      const runners = await runnersOf(server.pid);
      const victim = runners[Math.floor(Math.random() * runners.length)];
      try {
        if (victim) process.kill(victim, 'SIGKILL');
        killed += victim ? 1 : 0;
      } catch {
        // It has gone by itself.
      }
      await sleep(100);
    }
    await allEnd(100_000);
    expect(killed).toBeGreaterThan(0);
    await expectNothingLost();
  });

  it('a worker of two that is killed loses nothing', async () => {
    const [api, dying] = [
      await start('a'),
      await start('b', { RATCHET_ROLE: 'worker', RATCHET_EXECUTION_RUNNERS: '4' }),
    ];
    await queueJobs(api);
    await someEnded(50);
    const held = async () => {
      dying.signal('SIGSTOP');
      const [row] = await query<{ n: number }>(`
        select count(*)::int as n from ratchet.executions e join ratchet.nodes n on n.id = e.node_id
        where e.status = 'running' and n.role = 'worker'`);
      if (row?.n === 0) dying.signal('SIGCONT');
      return row?.n;
    };
    await expect.poll(held, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
    await dying.kill('SIGKILL');
    await allEnd(100_000);
    await expectNothingLost();
    const workers = await api.client.workers.list({});
    expect(workers.items.map(({ role, status }) => `${role} ${status}`).sort()).toEqual(['all active', 'worker dead']);
  });

  it('a database that crashes, twice, loses nothing, and the server goes on by itself', async () => {
    const server = await start('a');
    const clock = await task(server, 'clock', '() => 1\n');
    const { id: schedule } = await server.client.schedules.create({ taskId: clock, cron: '0 0 1 1 *' });
    await queueJobs(server);
    for (const at of [50, 400]) {
      await someEnded(at);
      await postgres?.crash();
      const ready = () => fetch(`${server.address}/ready`).then(({ status }) => status);
      await expect.poll(ready, { timeout: 20_000 }).toBe(503);
      await sleep(1500);
      await postgres?.start();
      await expect.poll(ready, { timeout: 30_000 }).toBe(200);
    }
    await allEnd(100_000);
    await expectNothingLost();
    // The scheduler, and what listens, are back too.
    await server.client.schedules.update({ id: schedule, cron: '* * * * * *' });
    const ticks = async () => {
      const { items } = await server.client.jobs.list({
        filters: [
          { field: 'scheduleId', value: schedule },
          { field: 'status', value: 'completed' },
        ],
      });
      return items.length;
    };
    await expect.poll(ticks, { timeout: 30_000, interval: 100 }).toBeGreaterThan(1);
    expect((await server.client.tasks.run({ id: clock, input: {}, wait: true })).status).toBe('completed');
  });

  it('a server that is asked to end hands its work back, and no attempt is used up', async () => {
    const first = await start('a');
    await queueJobs(first);
    await someEnded(50);
    await first.kill('SIGTERM');
    const left = await query(`
      select (select count(*)::int from ratchet.jobs where status = 'processing') as jobs,
             (select count(*)::int from ratchet.executions where status = 'running') as executions,
             (select string_agg(status, ',') from ratchet.nodes) as nodes`);
    expect(left).toEqual([{ jobs: 0, executions: 0, nodes: 'stopped' }]);
    await start('a');
    await allEnd(60_000);
    await expectNothingLost();
    expect(await query(`select max(attempts)::int as attempts from ratchet.jobs`)).toEqual([{ attempts: 1 }]);
  });
});

describe.skipIf(!postgres)('a server that was taken for dead and lives', () => {
  it('stores no result twice, and is back at work', { timeout: 120_000 }, async () => {
    const paused = await start('a', { RATCHET_EXECUTION_RUNNERS: '1' });
    const slow = await task(
      paused,
      'slow',
      `export default async ({ key }, { attempt }) => { await new Promise((done) => setTimeout(done, 1500)); return { key, attempt }; }\n`,
    );
    const one = await paused.client.executions.create({ taskId: slow, input: { key: 1 }, wait: false });
    const job = await paused.client.jobs.create({ taskId: slow, input: { key: 2 } });
    const running = () =>
      query<{ n: number }>(`select count(*)::int as n from ratchet.executions where status = 'running'`);
    await expect.poll(async () => (await running())[0]?.n, { timeout: 30_000 }).toBeGreaterThan(0);
    paused.signal('SIGSTOP');
    // As if it had stood still for long: the other one need not wait for it here.
    await query(`update ratchet.nodes set heartbeat_at = now() - interval '1 minute'`);
    const other = await start('b');
    const done = async () => [
      (await other.client.executions.get({ id: one.id })).status,
      (await other.client.jobs.get({ id: job.id })).status,
    ];
    await expect.poll(done, { timeout: 40_000, interval: 100 }).toEqual(['completed', 'completed']);
    const before = await query(`select id, status, output, revision from ratchet.executions order by id`);
    paused.signal('SIGCONT');
    const workers = async () => (await other.client.workers.list({})).items.map(({ status }) => status);
    await expect.poll(workers, { timeout: 30_000, interval: 100 }).toEqual(['active', 'active']);
    await other.kill('SIGTERM');
    const again = await paused.client.tasks.run({ id: slow, input: { key: 3 }, wait: true });
    expect(again).toMatchObject({ status: 'completed', output: { key: 3, attempt: 1 } });
    const after = await query(
      `select id, status, output, revision from ratchet.executions where id <> $1 order by id`,
      [again.id],
    );
    expect(after).toEqual(before);
  });
});
