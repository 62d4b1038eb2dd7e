import type { Feed, Follow } from '@ratchet/store/feed';
import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionMove } from '../src/execution-feed.ts';
import type { JobMove } from '../src/job-feed.ts';
import { workerDesk } from '../src/worker-desk.ts';
import { type Station, station } from './workshop.ts';

let database: TestDatabase;
let worker: Station;
let api: Station;
beforeAll(async () => {
  database = await openTestDatabase();
  worker = await station(database);
  // Embedded, one process holds the database.
  api = database.mode === 'embedded' ? worker : await station(database, { concurrency: 0 });
});
afterAll(async () => {
  await api.close();
  await worker.close();
  await database.close();
});

/** A reader that hears everything from when this resolves. */
async function follow<T>(feed: Feed<T>, wanted: Follow<T>['wanted'] = () => true, more: Partial<Follow<T>> = {}) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const gone = new AbortController();
  const changes = feed.follow({ wanted, signal: gone.signal, opened: resolve, ...more });
  let next: Promise<IteratorResult<T>> | null = changes.next();
  await promise;
  return {
    gone,
    async next(): Promise<T> {
      const taken = await (next ?? changes.next());
      next = null;
      if (taken.done) throw new Error('The feed ended.');
      return taken.value;
    },
    /** Up to the first one like this. */
    async until(found: (change: T) => boolean): Promise<T[]> {
      const all: T[] = [];
      for (;;) {
        const one = await this.next();
        all.push(one);
        if (found(one)) return all;
      }
    },
    async end(): Promise<void> {
      gone.abort();
      expect((await (next ?? changes.next())).done).toBe(true);
    },
  };
}

const slow =
  'export default async (input, context) => { context.progress(0.5, "half"); await new Promise((go) => setTimeout(go, 60_000)); }';
const submit = (taskId: string, input: unknown = {}) => api.executor.submit({ taskId, input, triggeredBy: 'Una' });

describe('executions that another node runs', () => {
  it('are seen as they are queued, begun, go on and end', async () => {
    const task = await addTask(database, slow);
    const reader = await follow(api.executor.changes, ({ row }) => row.taskId === task);
    const { id } = await submit(task);
    const begun = await reader.until(({ row }) => row.progress === 0.5);
    expect(begun.every(({ row }) => row.id === id)).toBe(true);
    expect(begun.at(-1)).toMatchObject({ row: { status: 'running', nodeId: worker.nodeId, progressMessage: 'half' } });
    expect(begun.at(-1)?.at).toMatchObject({ repositoryId: null });
    const noted = await api.executor.annotate(id, { note: 'look here', keep: true });
    const told = (await reader.until(({ row }) => row.note !== null)).at(-1);
    expect(told?.row).toMatchObject({ note: 'look here', keep: true, revision: noted.revision });
    await api.executor.cancel(id);
    const ended = (await reader.until(({ row }) => row.status === 'cancelled')).at(-1);
    expect(ended).toMatchObject({ from: 'running', row: { note: 'look here' } });
    await reader.end();
  });

  it('are told in their newest state once to many readers that share what is asked of the database', async () => {
    const task = await addTask(database, '(input) => input.n');
    const wanted = ({ row }: ExecutionMove) => row.taskId === task && row.status === 'completed';
    const readers = await Promise.all(Array.from({ length: 1000 }, () => follow(api.executor.changes, wanted)));
    let asked = 0;
    const count = () => {
      asked += 1;
    };
    const { id } = await submit(task, { n: 7 });
    await worker.executor.waitFor(id);
    database.pool.on('acquire', count);
    for (const reader of readers) expect((await reader.next()).row).toMatchObject({ id, output: 7 });
    database.pool.off('acquire', count);
    expect(asked).toBeLessThan(100);
    for (const reader of readers) await reader.end();
  });

  it('are found though nothing was heard of them', async () => {
    const task = await addTask(database, '() => 1');
    const { id } = await submit(task);
    await worker.executor.waitFor(id);
    const reader = await follow(api.executor.changes, ({ row }) => row.taskId === task && row.note === 'silent');
    await database.db.execute(sql`
      with changed as (update ratchet.executions set note = 'silent', revision = revision + 1 where id = ${id} returning id)
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', 'completed' from changed`);
    expect((await reader.next()).row.id).toBe(id);
    await reader.end();
  });

  it('come whole to a reader that takes none for a while', async () => {
    const task = await addTask(database, '(input) => input.n');
    const reader = await follow(api.executor.changes, ({ row }) => row.taskId === task && row.status === 'completed');
    const queued = await Promise.all(Array.from({ length: 300 }, (_, n) => submit(task, { n })));
    for (const { id } of queued) await worker.executor.waitFor(id);
    const seen = new Set<string>();
    while (seen.size < queued.length) seen.add((await reader.next()).row.id);
    expect(seen).toEqual(new Set(queued.map(({ id }) => id)));
    await reader.end();
  });
});

describe('jobs', () => {
  const job = (taskId: string, more: object = {}) =>
    api.executor.jobs.create(
      { taskId, input: {}, priority: 'normal', maxRetries: 0, retryBackoffMs: 10, ...more },
      'Una',
    );

  it('are seen from queued to their end, whoever works on them', async () => {
    const task = await addTask(database, '() => { throw new Error("no"); }');
    const reader = await follow(api.executor.jobs.changes, ({ row }) => row.taskId === task);
    const { id } = await job(task, { maxRetries: 1 });
    const all = await reader.until(({ row }: JobMove) => row.status === 'failed');
    expect(all.every(({ row }) => row.id === id)).toBe(true);
    expect(all.at(-1)?.row).toMatchObject({ attempts: 2, lastError: 'Error: no' });
    await reader.end();
  });

  it('are seen when they are changed and cancelled before they run, and when nothing was heard of it', async () => {
    const task = await addTask(database, '() => 1');
    const reader = await follow(api.executor.jobs.changes, ({ row }) => row.taskId === task);
    const { id } = await job(task, { scheduledFor: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await reader.next()).row).toMatchObject({ id, status: 'queued' });
    await worker.executor.jobs.update(id, { priority: 'high' });
    expect((await reader.next()).row).toMatchObject({ id, priority: 'high' });
    await database.db.execute(
      sql`update ratchet.jobs set last_error = 'silent', revision = revision + 1, updated_at = now() where id = ${id}`,
    );
    expect((await reader.next()).row).toMatchObject({ id, lastError: 'silent' });
    await worker.executor.jobs.cancel(id);
    expect(await reader.next()).toMatchObject({ from: 'queued', row: { id, status: 'cancelled' } });
    await reader.end();
  });
});

describe('workers', () => {
  it('are told all at first, then as they come, change and go', async () => {
    const desk = workerDesk(database, () => {});
    const reader = await follow(desk.changes, () => true, { first: desk.all });
    const nodes = new Set([worker.nodeId, api.nodeId]);
    const there = new Set<string>();
    while (there.size < nodes.size) there.add((await reader.next()).id);
    expect(there).toEqual(nodes);
    await desk.scale(3, worker.nodeId);
    await reader.until(({ id, concurrency }) => id === worker.nodeId && concurrency === 3);
    if (database.mode === 'postgresql') {
      const another = await station(database);
      await reader.until(({ id }) => id === another.nodeId);
      await another.close();
      await reader.until(({ id, status }) => id === another.nodeId && status === 'stopped');
    }
    await reader.end();
    await desk.changes.close();
  });
});
