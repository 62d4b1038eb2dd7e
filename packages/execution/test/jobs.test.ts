import { executionList } from '@ratchet/contract/operations/executions';
import type { ExecutionRow } from '@ratchet/store/queries/executions';
import { addTask } from '@ratchet/testing/add-task';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../src/job-intake.ts';
import { ownStations, type Station } from './workshop.ts';

const own = ownStations();
const wish = (taskId: string, more: Partial<JobRequest> = {}): JobRequest => ({
  taskId,
  input: {},
  priority: 'normal',
  maxRetries: 0,
  retryBackoffMs: 10,
  ...more,
});
const patient = { timeout: 30_000, interval: 20 };
const statusOf = (at: Station, id: string) => expect.poll(async () => (await at.executor.jobs.get(id)).status, patient);

describe('jobs', () => {
  it('by the thousand are queued with one answer per request', async () => {
    const at = await own.open({ concurrency: 0 });
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const task = await addTask(own.database, '(input) => input.n', { inputSchema: schema });
    const gone = '00000000-0000-4000-8000-000000000000';
    const requests = Array.from({ length: 2500 }, (_, n) => wish(task, { input: { n } }));
    requests[7] = wish(gone);
    requests[8] = wish(task, { input: { n: 'x' } });
    requests[1999] = wish(task, { input: { n: 1 }, idempotencyKey: 'k' });
    requests[2000] = wish(task, { input: { n: 1 }, idempotencyKey: 'k' });
    requests[2001] = wish(task, { input: { n: 2 }, idempotencyKey: 'k' });
    const { results } = await at.executor.jobs.createMany(requests, 'Una');
    expect(results).toHaveLength(2500);
    expect(results[7]?.error?.code).toBe('NOT_FOUND');
    expect(results[8]?.error?.code).toBe('VALIDATION_FAILED');
    expect(results[2000]?.job?.id).toBe(results[1999]?.job?.id);
    expect(results[2001]?.error?.code).toBe('STATE_CONFLICT');
    expect(results[2499]?.job).toMatchObject({ input: { n: 2499 }, status: 'queued', createdBy: 'Una' });
    const { rows } = await own.database.db.execute(
      sql`select (select count(*)::int from ratchet.jobs) as jobs, (select count(*)::int from graphile_worker._private_jobs) as queued`,
    );
    expect(rows).toEqual([{ jobs: 2496, queued: 2496 }]);
  });

  it('of one key asked for at once are one; with another input or task they are refused', async () => {
    const at = await own.open({ concurrency: 0 });
    const [task, other] = [await addTask(own.database, '() => 1'), await addTask(own.database, '() => 2')];
    const create = (more: Partial<JobRequest>, of = task) =>
      at.executor.jobs.create(wish(of, { idempotencyKey: 'once', ...more }), 'Una');
    const made = await Promise.all(Array.from({ length: 20 }, () => create({ input: { a: 1, b: [2] } })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await create({ input: { b: [2], a: 1 } })).id).toBe(made[0]?.id);
    await expect(create({ input: { a: 2 } })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(create({ input: { a: 1, b: [2] } }, other)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    // What was asked before is answered although it could not be asked now.
    await own.database.db.execute(sql`update ratchet.tasks set enabled = false where id = ${task}`);
    expect((await create({ input: { a: 1, b: [2] } })).id).toBe(made[0]?.id);
  });

  it('keep their inputs and outputs exactly as they are', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '(input) => input');
    for (const input of [
      '5',
      '"',
      'null',
      null,
      0,
      false,
      [],
      'zero \u0000 byte',
      '\ud800',
      { b: 1, a: { '\u0000': '' } },
    ]) {
      const { id } = await at.executor.jobs.create(wish(task, { input }), 'Una');
      expect((await at.executor.jobs.get(id)).input).toEqual(input);
      await statusOf(at, id).toBe('completed');
      const { lastExecutionId } = await at.executor.jobs.get(id);
      expect(await at.executor.get(lastExecutionId ?? '')).toMatchObject({ input, output: input });
      const direct = await at.executor.submit({ taskId: task, input, triggeredBy: 'Una' });
      expect(await at.executor.waitFor(direct.id)).toMatchObject({ input, output: input });
    }
  });

  it('are tried again after a pause that doubles', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '() => { throw new Error("no"); }');
    const { id } = await at.executor.jobs.create(wish(task, { maxRetries: 2, retryBackoffMs: 200 }), 'Una');
    await statusOf(at, id).toBe('failed');
    const sort = [{ field: 'startedAt', order: 'asc' as const }];
    const { items } = await at.executor.list(executionList, { page: 1, limit: 10, sort });
    const starts = items.map(({ startedAt }) => Date.parse(startedAt ?? ''));
    const ends = items.map(({ finishedAt }) => Date.parse(finishedAt ?? ''));
    expect(items.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect((starts[1] ?? 0) - (ends[0] ?? 0)).toBeGreaterThanOrEqual(199);
    expect((starts[2] ?? 0) - (ends[1] ?? 0)).toBeGreaterThanOrEqual(399);
  });

  it('are changed, and refuse a change of what they no longer are', async () => {
    const at = await own.open({ concurrency: 0 });
    const task = await addTask(own.database, '(input) => input');
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const { id, revision } = await at.executor.jobs.create(wish(task, { scheduledFor: later }), 'Una');
    const changed = await at.executor.jobs.update(id, { priority: 'urgent', input: { n: 2 } }, revision);
    expect(changed).toMatchObject({ priority: 'urgent', input: { n: 2 }, scheduledFor: later });
    await expect(at.executor.jobs.update(id, { priority: 'low' }, revision)).rejects.toMatchObject({
      code: 'REVISION_MISMATCH',
    });
    const { rows } = await own.database.db.execute(
      sql`select priority, run_at > now() + interval '50 minutes' as later from graphile_worker._private_jobs`,
    );
    expect(rows).toEqual([{ priority: -20, later: true }]);
    await at.executor.jobs.cancel(id);
    await expect(at.executor.jobs.update(id, { priority: 'low' })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(at.executor.jobs.cancel(id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await at.executor.jobs.delete(id);
    await expect(at.executor.jobs.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that run are cancelled from another node', async () => {
    if (own.database.mode === 'embedded') return expect(own.database.url).toBeNull();
    const [api, worker] = [await own.open({ concurrency: 0 }), await own.open()];
    const task = await addTask(own.database, '() => { for (;;); }');
    const { id } = await api.executor.jobs.create(wish(task, { maxRetries: 5 }), 'Una');
    await statusOf(api, id).toBe('processing');
    await api.executor.jobs.cancel(id);
    const { lastExecutionId } = await api.executor.jobs.get(id);
    const ended = await api.executor.waitFor(lastExecutionId ?? '');
    expect(ended).toMatchObject({ status: 'cancelled', nodeId: worker.nodeId });
    expect(await api.executor.jobs.get(id)).toMatchObject({ status: 'cancelled', attempts: 1 });
  });
});

describe('executions', () => {
  it('of one key are one, and keep what was asked with them', async () => {
    const at = await own.open({ concurrency: 0 });
    const task = await addTask(own.database, '() => 1');
    const output = '00000000-0000-4000-8000-000000000001';
    await own.database.db.execute(sql`
      insert into ratchet.output_destinations (id, name, type, config, enabled, is_global, "on", max_attempts, retry_backoff_ms, timeout_ms, created_by)
      values (${output}, 'out', 'stdio', '{}', true, false, 'success', 1, 0, 1000, 'Una')`);
    const ask = (input: unknown) =>
      at.executor.submit({
        taskId: task,
        input,
        triggeredBy: 'Una',
        outputs: [output],
        record: true,
        idempotencyKey: 'e',
      });
    const made = await Promise.all(Array.from({ length: 10 }, () => ask({ n: 1 })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await at.executor.get(made[0]?.id ?? '')).toMatchObject({ outputs: [output], record: true });
    await expect(ask({ n: 2 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('run the task as it is when they begin, never as it was remembered', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '() => "old"');
    const run = async () => {
      const { id } = await at.executor.submit({ taskId: task, input: {}, triggeredBy: 'Una' });
      return at.executor.waitFor(id);
    };
    expect((await run()).output).toBe('old');
    const digest = await addTask(own.database, '() => "new"').then(async (id) => {
      const { rows } = await own.database.db.execute(sql`select tree, checksum from ratchet.tasks where id = ${id}`);
      return rows[0] as { tree: unknown; checksum: string };
    });
    await own.database.db.execute(
      sql`update ratchet.tasks set tree = ${JSON.stringify(digest.tree)}::jsonb, checksum = ${digest.checksum}, revision = revision + 1 where id = ${task}`,
    );
    expect(await run()).toMatchObject({ output: 'new', taskRevision: 2 });
    const strict = JSON.stringify({ type: 'object', required: ['n'] });
    await own.database.db.execute(
      sql`update ratchet.tasks set input_schema = ${strict}::jsonb, revision = revision + 1 where id = ${task}`,
    );
    await expect(run()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('are told of inside the transaction that stores their ends, which fails with it', async () => {
    const told: ExecutionRow[] = [];
    let failures = 0;
    const at = await own.open({
      ended: async (tx, rows) => {
        const { rows: seen } = await tx.execute(
          sql`select count(*)::int as n from ratchet.executions where id = any(${sql.param(rows.map(({ id }) => id))}::uuid[]) and status <> 'running'`,
        );
        expect(seen).toEqual([{ n: rows.length }]);
        if (failures++ === 0) throw new Error('The first time it fails.');
        told.push(...rows);
      },
    });
    const task = await addTask(own.database, '(input, { log }) => { log.info("said"); return { n: input.n }; }');
    const { id } = await at.executor.submit({ taskId: task, input: { n: 1 }, triggeredBy: 'Una' });
    // What could not be stored with it is said in its place.
    expect(await at.executor.waitFor(id)).toMatchObject({ status: 'failed', error: { class: 'ResultNotStored' } });
    const next = await at.executor.submit({ taskId: task, input: { n: 2 }, triggeredBy: 'Una' });
    expect(await at.executor.waitFor(next.id)).toMatchObject({ status: 'completed', output: { n: 2 } });
    expect(told.map((row) => [row.id, row.status])).toEqual([
      [id, 'failed'],
      [next.id, 'completed'],
    ]);
    expect(told[1]).toMatchObject({ output: { n: 2 }, taskName: `task ${task}`, finishedAt: expect.any(Date) });
  });
});
