import { executionList, logList } from '@ratchet/contract/operations/executions';
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

async function restart(options: Parameters<typeof station>[1] = {}): Promise<void> {
  await at.close();
  at = await station(database, options);
}
const submit = (taskId: string, input: unknown = {}, more: { timeoutMs?: number } = {}) =>
  at.executor.submit({ taskId, input, triggeredBy: 'Una', ...more });
const run = async (...request: Parameters<typeof submit>) => at.executor.waitFor((await submit(...request)).id);
const job = (taskId: string, more: object = {}) =>
  at.executor.jobs.create({ taskId, input: {}, priority: 'normal', maxRetries: 0, retryBackoffMs: 10, ...more }, 'Una');
const patient = { timeout: 30_000, interval: 20 };
const jobIs = (id: string, status: string) =>
  expect.poll(async () => (await at.executor.jobs.get(id)).status, patient).toBe(status);
const executionIs = (id: string, status: string) =>
  expect.poll(async () => (await at.executor.get(id)).status, patient).toBe(status);

describe('an execution', () => {
  it('keeps input, output, logs, progress, times and revision', async () => {
    const task = await addTask(
      database,
      'export default async (input, context) => { context.log.info("hello", { n: input.n }); context.progress(0.5); return { n: input.n + 1, attempt: context.attempt }; }',
    );
    const ended = await run(task, { n: 1 });
    expect(ended).toMatchObject({
      status: 'completed',
      input: { n: 1 },
      output: { n: 2, attempt: 1 },
      progress: 0.5,
      taskRevision: 1,
      nodeId: at.nodeId,
      error: null,
    });
    expect(Date.parse(ended.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(ended.startedAt ?? ''));
    const logs = await at.executor.logs(ended.id, logList, { page: 1, limit: 10 });
    expect(logs.items).toMatchObject([{ level: 'info', message: 'hello' }]);
  });

  it('keeps what it says in characters that no database holds', async () => {
    const code = "(i, { log, progress }) => { log('a\\0b', { k: '\\0\\ud800' }); progress(0.5, 'a\\0b'); return 1 }";
    const ended = await run(await addTask(database, code));
    expect(ended).toMatchObject({ status: 'completed', progress: 0.5, progressMessage: 'a\ufffdb' });
    const logs = await at.executor.logs(ended.id, logList, { page: 1, limit: 10 });
    expect(logs.items).toMatchObject([{ message: 'a\ufffdb', data: { k: '\ufffd\ufffd' } }]);
  });

  it.each([
    ['throws', '() => { throw new TypeError("no"); }', {}, 'failed', { class: 'TypeError', message: 'no', line: 1 }],
    ['runs for ever', '() => { for (;;); }', { timeoutMs: 200 }, 'timed_out', { class: 'TimeoutError' }],
    ['answers what is no JSON', '() => { const a = {}; a.a = a; return a; }', {}, 'failed', {}],
    ['answers far too much', '() => "x".repeat(20_000_000)', {}, 'failed', {}],
    ['does not parse', '() => {', {}, 'failed', { class: 'SyntaxError' }],
  ])('of a task that %s ends with what happened', async (_, source, more, status, error) => {
    const ended = await run(await addTask(database, source), {}, more);
    expect(ended).toMatchObject({ status, output: null, error });
    expect((await run(await addTask(database, '() => 1'))).output).toBe(1);
  });

  it('is refused where the input, or the task, does not fit', async () => {
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const strict = await addTask(database, '(input) => input.n', { inputSchema: schema });
    await expect(run(strict, { n: 'x' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const disabled = await addTask(database, '() => 1', { enabled: false });
    await expect(run(disabled)).rejects.toMatchObject({ code: 'TASK_DISABLED' });
    const broken = await addTask(database, '() => 1', {
      problems: [{ path: 'main.js', code: 'syntax', message: 'no', severity: 'error' }],
    });
    await expect(run(broken)).rejects.toMatchObject({ code: 'TASK_INVALID' });
    await expect(run('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const bad = await addTask(database, '() => ({ n: "x" })', { outputSchema: schema });
    expect(await run(bad)).toMatchObject({ status: 'failed', error: { class: 'ValidationError' } });
  });

  it('of a task that was disabled or deleted since it was queued says so', async () => {
    await restart({ concurrency: 0 });
    const tasks = [await addTask(database, '() => 1'), await addTask(database, '() => 1')];
    const ids = await Promise.all(tasks.map(async (task) => (await submit(task)).id));
    await database.db.execute(sql`update ratchet.tasks set enabled = false where id = ${tasks[0]}`);
    await database.db.execute(sql`update ratchet.tasks set deleted_at = now() where id = ${tasks[1]}`);
    await restart();
    const ended = await Promise.all(ids.map((id) => at.executor.waitFor(id)));
    expect(ended.map(({ status, error }) => [status, error?.class])).toEqual([
      ['failed', 'TASK_DISABLED'],
      ['failed', 'NOT_FOUND'],
    ]);
  });

  it('is cancelled while it runs and while it waits', async () => {
    const endless = await addTask(database, '() => { for (;;); }');
    const { id } = await submit(endless);
    await executionIs(id, 'running');
    await at.executor.cancel(id);
    expect(await at.executor.waitFor(id)).toMatchObject({ status: 'cancelled' });
    await restart({ concurrency: 0 });
    const waiting = await submit(endless);
    expect(await at.executor.cancel(waiting.id)).toMatchObject({ status: 'cancelled' });
    await expect(at.executor.cancel(waiting.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('tells its events once, in order, from wherever it is asked', async () => {
    const task = await addTask(
      database,
      'export default async (input, { log }) => { for (let i = 0; i < 30; i++) { log.info(String(i)); if (i % 7 === 0) await new Promise((done) => setTimeout(done, 20)); } return 1; }',
    );
    const { id } = await submit(task);
    const read = async (after: number, most: number) => {
      const events: { sequence: number; type: string; data: unknown }[] = [];
      for await (const event of at.executor.events(id, after, undefined)) {
        events.push(event);
        if (events.length === most) break;
      }
      return events;
    };
    const first = await read(0, 11);
    const rest = await read(first.at(-1)?.sequence ?? 0, 1000);
    const messages = [...first, ...rest].flatMap(({ type, data }) =>
      type === 'log' ? [(data as { message: string }).message] : [],
    );
    expect(messages).toEqual(Array.from({ length: 30 }, (_, i) => String(i)));
    expect(rest.at(-1)).toMatchObject({ type: 'state', data: { status: 'completed' } });
    expect(await read(rest.at(-1)?.sequence ?? 0, 10)).toEqual([]);
  });
});

describe('a job', () => {
  it('is tried again as often as it may, with each attempt on record', async () => {
    const task = await addTask(
      database,
      'export default (input, { attempt }) => { if (attempt < 3) throw new Error("not yet " + attempt); return attempt; }',
    );
    const { id } = await job(task, { maxRetries: 5 });
    await jobIs(id, 'completed');
    expect(await at.executor.jobs.get(id)).toMatchObject({ attempts: 3, lastError: null });
    const filters = [{ field: 'jobId', op: 'eq' as const, value: id }];
    const { items } = await at.executor.list(executionList, { page: 1, limit: 10, filters });
    expect(items.map(({ status, attempt }) => `${attempt} ${status}`).sort()).toEqual([
      '1 failed',
      '2 failed',
      '3 completed',
    ]);
    const hopeless = await job(await addTask(database, '() => { throw new Error("never"); }'), { maxRetries: 1 });
    await jobIs(hopeless.id, 'failed');
    expect(await at.executor.jobs.get(hopeless.id)).toMatchObject({ attempts: 2, lastError: 'Error: never' });
  });

  it('of one key is one job, however often it is asked for', async () => {
    const task = await addTask(database, '() => 1');
    const made = await Promise.all(Array.from({ length: 10 }, () => job(task, { idempotencyKey: 'once' })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    await jobIs(made[0]?.id ?? '', 'completed');
    const { items } = await at.executor.list(executionList, { page: 1, limit: 10 });
    expect(items).toHaveLength(1);
  });

  it('waits for its time, and is done by priority', async () => {
    await restart({ concurrency: 0 });
    const task = await addTask(database, '(input) => input.name');
    for (const priority of ['low', 'normal', 'urgent', 'high'])
      await job(task, { priority, input: { name: priority } });
    const later = await job(task, { scheduledFor: new Date(Date.now() + 3_600_000).toISOString() });
    await restart({ concurrency: 1 });
    const ended = async () => {
      const sort = [{ field: 'startedAt', order: 'asc' as const }];
      return (await at.executor.list(executionList, { page: 1, limit: 10, sort })).items.map(({ output }) => output);
    };
    await expect.poll(ended, patient).toEqual(['urgent', 'high', 'normal', 'low']);
    expect(await at.executor.jobs.get(later.id)).toMatchObject({ status: 'queued' });
    await at.executor.jobs.update(later.id, { scheduledFor: null });
    await jobIs(later.id, 'completed');
  });

  it('that is cancelled while it runs does not run again by itself', async () => {
    const { id } = await job(await addTask(database, '() => { for (;;); }'), { maxRetries: 3 });
    await jobIs(id, 'processing');
    await at.executor.jobs.cancel(id);
    await jobIs(id, 'cancelled');
    const running = async () => {
      const filters = [{ field: 'status', op: 'eq' as const, value: ['running', 'pending'] }];
      return (await at.executor.list(executionList, { page: 1, limit: 10, filters })).meta.total;
    };
    await expect.poll(running, patient).toBe(0);
    await at.executor.jobs.retry(id);
    await jobIs(id, 'processing');
    await at.executor.jobs.cancel(id);
  });

  it('is one of five hundred that all end, once each', async () => {
    const task = await addTask(database, '(input) => input.n * 2');
    await Promise.all(Array.from({ length: 500 }, (_, n) => job(task, { input: { n } })));
    const done = async () => (await at.executor.jobs.stats()).byStatus;
    await expect.poll(done, { timeout: 60_000, interval: 100 }).toEqual({ completed: 500 });
    const counts = await database.db.execute(
      sql`select count(*)::int as n, count(distinct job_id)::int as jobs from ratchet.executions`,
    );
    expect(counts.rows).toEqual([{ n: 500, jobs: 500 }]);
  });
});

describe('a server that stops', () => {
  const wait = (ms: number) => `await new Promise((done) => setTimeout(done, ${ms}));`;

  it('lets what runs end', async () => {
    const { id } = await submit(await addTask(database, `export default async () => { ${wait(200)} return "done"; }`));
    await executionIs(id, 'running');
    await restart({ concurrency: 0 });
    expect(await at.executor.get(id)).toMatchObject({ status: 'completed', output: 'done' });
  });

  it('hands back what does not end in time, and uses up no attempt of it', async () => {
    const slow = await addTask(database, `export default async () => { ${wait(60_000)} }`);
    await restart({ drainMs: 200 });
    const [alone, ofJob] = [await submit(slow), await job(slow)];
    await executionIs(alone.id, 'running');
    await jobIs(ofJob.id, 'processing');
    await restart({ concurrency: 0 });
    expect(await at.executor.get(alone.id)).toMatchObject({ status: 'pending', attempt: 1, nodeId: null });
    expect(await at.executor.jobs.get(ofJob.id)).toMatchObject({ status: 'queued', attempts: 0 });

    await restart({ drainMs: 200 });
    await executionIs(alone.id, 'running');
    await jobIs(ofJob.id, 'processing');
    await at.executor.cancel(alone.id);
    await at.executor.jobs.cancel(ofJob.id);
    await executionIs(alone.id, 'cancelled');
  });
});
