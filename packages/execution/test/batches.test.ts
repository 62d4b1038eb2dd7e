import { batchList } from '@ratchet/contract/operations/batches';
import { jobList } from '@ratchet/contract/operations/jobs';
import { addTask } from '@ratchet/testing/add-task';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { BatchRequest, NewBatchRequest } from '../src/batch-desk.ts';
import { ownStations, type Station } from './workshop.ts';

const own = ownStations();
const ask = (taskId: string, more: Partial<BatchRequest> = {}): BatchRequest => ({
  taskId,
  input: {},
  priority: 'normal',
  maxRetries: 0,
  retryBackoffMs: 10,
  outputs: [],
  record: false,
  dependsOn: [],
  ...more,
});
const batchOf = (requests: BatchRequest[], more: Partial<NewBatchRequest> = {}): NewBatchRequest => ({
  mode: 'parallel',
  maxParallel: 10,
  stopOnError: false,
  requests,
  ...more,
});
/** When the executions of a batch ran, in the order in which they began. */
async function runs(batchId: string): Promise<{ key: string; from: number; to: number }[]> {
  const { rows } = await own.database.db.execute(sql`
    select i.key, extract(epoch from e.started_at) * 1000 as from, extract(epoch from e.finished_at) * 1000 as to
    from ratchet.batch_items i join ratchet.jobs j on j.id = i.job_id join ratchet.executions e on e.id = j.last_execution_id
    where i.batch_id = ${batchId} order by e.started_at, i.position`);
  return (rows as { key: string; from: string; to: string }[]).map((row) => ({
    key: row.key,
    from: Number(row.from),
    to: Number(row.to),
  }));
}
const most = (all: { from: number; to: number }[]) =>
  Math.max(...all.map(({ from }) => all.filter((other) => other.from <= from && other.to > from).length));

describe('a batch', () => {
  it('in parallel answers per request, and one failure harms no other', async () => {
    const at = await own.open();
    const task = await addTask(
      own.database,
      '(input) => { if (input.n === 3) throw new RangeError("three"); return input.n; }',
    );
    const progress: number[] = [];
    const { id, status } = await at.executor.batches.create(
      batchOf(
        Array.from({ length: 40 }, (_, n) => ask(task, { input: { n }, key: `k${n}` })),
        { maxParallel: 4, name: 'forty' },
      ),
      'Una',
    );
    expect(status).toBe('running');
    const batch = await at.executor.batches.waitFor(id, { progress: ({ done }) => progress.push(done) });
    expect(batch).toMatchObject({
      name: 'forty',
      status: 'failed',
      total: 40,
      counts: { completed: 39, failed: 1 },
      createdBy: 'Una',
    });
    expect(batch.items.map(({ key }) => key)).toEqual(Array.from({ length: 40 }, (_, n) => `k${n}`));
    expect(batch.items[3]).toMatchObject({ status: 'failed', output: null, error: { class: 'RangeError' } });
    expect(batch.items[39]).toMatchObject({ status: 'completed', output: 39, error: null, outputOmitted: false });
    expect(progress.at(-1)).toBe(40);
    expect(most(await runs(id))).toBeLessThanOrEqual(4);
    const { items } = await at.executor.batches.list(batchList, { page: 1, limit: 10 });
    expect(items).toMatchObject([{ id, counts: { completed: 39, failed: 1 }, total: 40 }]);
    const filters = [{ field: 'batchId', op: 'eq' as const, value: id }];
    expect((await at.executor.jobs.list(jobList, { page: 1, limit: 1, filters })).meta.total).toBe(40);
  });

  it('in sequence runs one after another, and stops on an error when it is asked to', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '(input) => { if (input.fail) throw new Error("no"); return 1; }');
    const requests = [{}, {}, { fail: true }, {}, {}].map((input) => ask(task, { input }));
    const run = async (stopOnError: boolean) => {
      const { id } = await at.executor.batches.create(batchOf(requests, { mode: 'sequential', stopOnError }), 'Una');
      return at.executor.batches.waitFor(id, {});
    };
    const on = await run(false);
    expect(on.items.map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'failed',
      'completed',
      'completed',
    ]);
    const order = await runs(on.id);
    expect(order.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4']);
    expect(most(order)).toBe(1);
    const stopped = await run(true);
    expect(stopped.items.map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'failed',
      'skipped',
      'skipped',
    ]);
    expect(stopped.items[3]?.error?.message).toContain('stopped');
    expect(stopped.status).toBe('failed');
  });

  it('by dependencies runs each when those it depends on are done, and skips what cannot run', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '(input) => { if (input.fail) throw new Error("no"); return 1; }');
    const { id } = await at.executor.batches.create(
      batchOf(
        [
          ask(task, { key: 'last', dependsOn: ['left', 'right'] }),
          ask(task, { key: 'left', dependsOn: ['first'] }),
          ask(task, { key: 'right', dependsOn: ['first'] }),
          ask(task, { key: 'first' }),
          ask(task, { key: 'bad', dependsOn: ['first'], input: { fail: true } }),
          ask(task, { key: 'after bad', dependsOn: ['bad', 'left'] }),
          ask(task, { key: 'far after', dependsOn: ['after bad'] }),
        ],
        { mode: 'dependency' },
      ),
      'Una',
    );
    const batch = await at.executor.batches.waitFor(id, {});
    expect(Object.fromEntries(batch.items.map(({ key, status }) => [key, status]))).toEqual({
      last: 'completed',
      left: 'completed',
      right: 'completed',
      first: 'completed',
      bad: 'failed',
      'after bad': 'skipped',
      'far after': 'skipped',
    });
    const order = new Map((await runs(id)).map((one) => [one.key, one]));
    for (const { key, dependsOn } of batch.items)
      for (const on of dependsOn)
        if (order.has(key)) expect(order.get(key)?.from).toBeGreaterThanOrEqual(order.get(on)?.to ?? Number.NaN);
  });

  it('says all that is wrong with it, and keeps nothing of it', async () => {
    const at = await own.open({ concurrency: 0 });
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const task = await addTask(own.database, '() => 1', { inputSchema: schema });
    const gone = '00000000-0000-4000-8000-000000000000';
    const create = (requests: BatchRequest[], mode: NewBatchRequest['mode'] = 'parallel') =>
      at.executor.batches.create(batchOf(requests, { mode }), 'Una');
    await expect(
      create([ask(task, { input: { n: 1 } }), ask(gone), ask(task, { input: { n: 'x' } })]),
    ).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'requests.1.taskId' }, { path: 'requests.2.input.n' }],
    });
    const circle = [ask(task, { key: 'a', dependsOn: ['b'] }), ask(task, { key: 'b', dependsOn: ['a'] })];
    await expect(create(circle, 'dependency')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect((await at.executor.batches.list(batchList, { page: 1, limit: 1 })).meta.total).toBe(0);
  });

  it('of one key is one batch', async () => {
    const at = await own.open({ concurrency: 0 });
    const task = await addTask(own.database, '() => 1');
    const create = (n: number) =>
      at.executor.batches.create(batchOf([ask(task, { input: { n } })], { idempotencyKey: 'b' }), 'Una');
    const made = await Promise.all([1, 1, 1, 1].map(create));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    await expect(create(2)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await at.executor.jobs.stats()).total).toBe(1);
  });

  it('is cancelled: what runs ends, what waits never begins', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '() => { for (;;); }');
    const { id } = await at.executor.batches.create(
      batchOf(
        Array.from({ length: 6 }, () => ask(task, { maxRetries: 3 })),
        { maxParallel: 3 },
      ),
      'Una',
    );
    const running = async () => (await at.executor.jobs.stats()).byStatus.processing ?? 0;
    await expect.poll(running, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
    const cancelled = await at.executor.batches.cancel(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', counts: { cancelled: 6 } });
    await expect(at.executor.batches.cancel(id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    const left = async () => {
      const { rows } = await own.database.db.execute(
        sql`select count(*)::int as n from ratchet.executions where status in ('pending', 'running')`,
      );
      return (rows[0] as { n: number }).n;
    };
    await expect.poll(left, { timeout: 30_000, interval: 20 }).toBe(0);
    expect(await at.executor.batches.get(id)).toMatchObject({ status: 'cancelled', counts: { cancelled: 6 } });
  });

  it('goes on when one of its jobs is cancelled or deleted', async () => {
    const at = await own.open({ concurrency: 0 });
    const task = await addTask(own.database, '() => 1');
    const { id, items } = await at.executor.batches.create(
      batchOf([ask(task), ask(task), ask(task, { key: 'c', dependsOn: ['0', '1'] }), ask(task)], {
        mode: 'dependency',
        maxParallel: 3,
      }),
      'Una',
    );
    await at.executor.jobs.cancel(items[0]?.jobId ?? '');
    await at.executor.jobs.delete(items[1]?.jobId ?? '');
    await at.executor.jobs.cancel(items[3]?.jobId ?? '');
    const batch = await at.executor.batches.waitFor(id, {});
    expect(batch.items.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'skipped', 'cancelled']);
    expect(batch.status).toBe('failed');
  });

  it('survives a stop in the middle, and an end that nobody noticed', async () => {
    const first = await own.open({ drainMs: 0 });
    const slow = await addTask(
      own.database,
      'export default async (input) => { await new Promise((done) => setTimeout(done, input.ms)); return input.ms; }',
    );
    const chain = Array.from({ length: 6 }, (_, n) =>
      ask(slow, { key: `k${n}`, dependsOn: n === 0 ? [] : [`k${n - 1}`], input: { ms: n === 2 ? 500 : 1 } }),
    );
    const { id } = await first.executor.batches.create(batchOf(chain, { mode: 'dependency' }), 'Una');
    const counts = async () => (await first.executor.batches.get(id)).counts.completed ?? 0;
    await expect.poll(counts, { timeout: 30_000, interval: 5 }).toBe(2);
    await first.close();
    // As a node leaves it that dies between the end of a job and the batch's next step.
    await own.database.db.execute(sql`
      with ended as (update ratchet.jobs set status = 'completed', finished_at = now()
                     where id = (select job_id from ratchet.batch_items where batch_id = ${id} and key = 'k2') returning id)
      select graphile_worker.remove_job('job:' || id) from ended`);
    const second = await own.open();
    const batch = await second.executor.batches.waitFor(id, {});
    expect(batch.items.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'completed'));
  });

  it('of many requests on several nodes makes one job of each, once', async () => {
    const nodes = own.database.mode === 'embedded' ? [await own.open()] : [await own.open(), await own.open()];
    const at = nodes[0] as Station;
    const task = await addTask(own.database, '(input) => input.n');
    const requests = Array.from({ length: 400 }, (_, n) =>
      ask(task, { input: { n }, key: `k${n}`, dependsOn: n < 20 ? [] : [`k${n % 20}`, `k${Math.floor(n / 2)}`] }),
    );
    const { id } = await at.executor.batches.create(
      batchOf(requests, { mode: 'priority_dependency', maxParallel: 16 }),
      'Una',
    );
    const batch = await at.executor.batches.waitFor(id, {});
    expect(batch).toMatchObject({ status: 'completed', counts: { completed: 400 } });
    expect(batch.items.map(({ output }) => output)).toEqual(requests.map((_, n) => n));
    const { rows } = await own.database.db.execute(
      sql`select (select count(*)::int from ratchet.jobs) as jobs, (select count(*)::int from ratchet.executions) as executions`,
    );
    expect(rows).toEqual([{ jobs: 400, executions: 400 }]);
    expect(most(await runs(id))).toBeLessThanOrEqual(16);
  });
});
