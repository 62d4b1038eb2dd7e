import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Station, station } from './workshop.ts';

let database: TestDatabase;
let at: Station;
beforeEach(async () => {
  database = await openTestDatabase();
  at = await station(database);
});
afterEach(async () => {
  await at.close();
  await database.close();
});

const counting = '(input) => { if (input.fail) throw new Error("no"); return { at: Math.random(), of: input }; }';
const run = async (taskId: string, input: unknown, more: { record?: boolean } = {}) =>
  at.executor.waitFor((await at.executor.submit({ taskId, input, triggeredBy: 'Una', ...more })).id);

describe('a task that asks for its results to be kept', () => {
  it('answers the same input from them until they expire', async () => {
    const task = await addTask(database, counting, { metadata: { cache: { ttl: 60 } } });
    const first = await run(task, { a: 1, b: 2 });
    expect(first).toMatchObject({ status: 'completed', cachedFrom: null });
    const second = await run(task, { b: 2, a: 1 });
    expect(second).toMatchObject({ status: 'completed', output: first.output, cachedFrom: first.id });
    expect(second.id).not.toBe(first.id);
    expect((await run(task, { a: 2, b: 2 })).cachedFrom).toBeNull();
    await database.db.execute(sql`update ratchet.result_cache set expires_at = now()`);
    const third = await run(task, { a: 1, b: 2 });
    expect(third.cachedFrom).toBeNull();
    expect(third.output).not.toEqual(first.output);
    expect((await run(task, { a: 1, b: 2 })).cachedFrom).toBe(third.id);
    await database.db.execute(sql`update ratchet.result_cache set expires_at = now()`);
    expect(await at.executor.tidy()).toBe(2);
  });

  it('runs what is to be recorded, and keeps no failure', async () => {
    const task = await addTask(database, counting, { metadata: { cache: { ttl: 60 } } });
    await run(task, {});
    expect((await run(task, {}, { record: true })).cachedFrom).toBeNull();
    expect(await run(task, { fail: true })).toMatchObject({ status: 'failed' });
    expect(await run(task, { fail: true })).toMatchObject({ status: 'failed', cachedFrom: null });
  });

  it('runs again when it was changed, and once it has gone nothing is kept of it', async () => {
    const task = await addTask(database, counting, { metadata: { cache: { ttl: 60 } } });
    await run(task, {});
    await database.db.execute(
      sql`update ratchet.tasks set checksum = 'another', revision = revision + 1 where id = ${task}`,
    );
    expect((await run(task, {})).cachedFrom).toBeNull();
    await database.db.execute(sql`update ratchet.tasks set deleted_at = now() where id = ${task}`);
    expect(await at.executor.tidy()).toBe(2);
  });

  it('serves jobs too', async () => {
    const task = await addTask(database, counting, { metadata: { cache: { ttl: 60 } } });
    const first = await run(task, { n: 1 });
    const { id } = await at.executor.jobs.create(
      { taskId: task, input: { n: 1 }, priority: 'normal', maxRetries: 0, retryBackoffMs: 10 },
      'Una',
    );
    const status = async () => (await at.executor.jobs.get(id)).status;
    await expect.poll(status, { timeout: 30_000, interval: 20 }).toBe('completed');
    const { lastExecutionId } = await at.executor.jobs.get(id);
    expect(await at.executor.get(lastExecutionId ?? '')).toMatchObject({ cachedFrom: first.id, output: first.output });
  });
});

it('a task that does not ask runs every time', async () => {
  for (const metadata of [{}, { cache: {} }, { cache: { ttl: 0 } }, { cache: { ttl: '60' } }, { cache: 60 }]) {
    const task = await addTask(database, counting, { metadata });
    await run(task, {});
    expect((await run(task, {})).cachedFrom).toBeNull();
  }
});
