import { jobList } from '@ratchet/contract/operations/jobs';
import { scheduleList } from '@ratchet/contract/operations/schedules';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { disableOrphans } from '@ratchet/store/queries/orphan-schedules';
import { addTask } from '@ratchet/testing/add-task';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { runMigrations } from 'graphile-worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cronTimes } from '../src/cron-times.ts';
import { type ScheduleDesk, type ScheduleSettings, scheduleDesk } from '../src/schedule-desk.ts';
import { startScheduler } from '../src/scheduler.ts';
import { station } from './workshop.ts';

let database: TestDatabase;
let desk: ScheduleDesk;
let taskId: string;
const validator = createSchemaValidator();
const stops: (() => Promise<void>)[] = [];
const logged: string[] = [];
beforeEach(async () => {
  database = await openTestDatabase();
  await runMigrations({ pgPool: database.pool });
  desk = scheduleDesk(database, validator);
  taskId = await addTask(database, '(input) => input', { name: 'report' });
  logged.length = 0;
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await database.close();
});

const patient = { timeout: 30_000, interval: 20 };
const settings: ScheduleSettings = {
  taskId: '',
  cron: '0 3 * * *',
  timezone: 'UTC',
  input: {},
  enabled: true,
  catchUp: 'last',
  overlap: 'allow',
  priority: 'normal',
  maxRetries: 0,
  retryBackoffMs: 1000,
  timeoutMs: null,
  outputs: [],
};
const create = (more: Partial<ScheduleSettings> = {}) => desk.create({ ...settings, taskId, ...more }, 'Una');
const schedule = async (nodes = 1) => {
  for (let n = 0; n < nodes; n++)
    stops.push(await startScheduler({ database, validator, log: (_, message) => logged.push(message) }));
};
const jobs = async (): Promise<{ id: string; schedule: string; key: string | null; status: string }[]> =>
  (
    await database.db.execute(
      sql`select id, schedule_id as schedule, idempotency_key as key, status from ratchet.jobs order by id`,
    )
  ).rows as never;
/** The tick of a schedule is due so many seconds ago, at a whole second. */
const dueSince = (seconds: number, id?: string) =>
  database.db.execute(sql`
    update ratchet.schedules set next_run_at = date_trunc('second', now()) - make_interval(secs => ${seconds})
    where ${id === undefined ? sql`true` : sql`id = ${id}`}`);

describe('a schedule', () => {
  it('is made, read, changed, disabled, enabled and deleted, with revisions', async () => {
    const made = await create();
    expect(made).toMatchObject({
      name: 'report 0 3 * * *',
      taskName: 'report',
      revision: 1,
      createdBy: 'Una',
      lastError: null,
    });
    expect(made.nextRunAt).toMatch(/T03:00:00\.000Z$/);
    expect((await create()).name).toBe('report 0 3 * * * (2)');
    await expect(create({ name: 'report 0 3 * * *' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('schedule'),
    });

    const { id } = made;
    const edited = await desk.update(id, { cron: '30 4 * * *', timezone: 'Asia/Tokyo', name: 'early' }, 1);
    expect(edited).toMatchObject({ revision: 2, name: 'early', cron: '30 4 * * *' });
    expect(edited.nextRunAt).toMatch(/T19:30:00\.000Z$/);
    await expect(desk.update(id, { name: 'x' }, 1)).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    expect(await desk.update(id, { input: { a: 1 } })).toMatchObject({ nextRunAt: edited.nextRunAt, input: { a: 1 } });
    expect(await desk.disable(id)).toMatchObject({ enabled: false, nextRunAt: null });
    expect(await desk.update(id, { cron: '0 5 * * *' })).toMatchObject({ nextRunAt: null });
    expect((await desk.enable(id)).nextRunAt).toMatch(/T20:00:00\.000Z$/);
    expect(await desk.stats()).toMatchObject({ total: 2, enabled: 2, disabled: 0, failedLast: 0 });
    await desk.delete(id);
    await expect(desk.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(desk.delete(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const page = await desk.list(scheduleList, { page: 1, limit: 10, q: 'report' });
    expect(page.items.map(({ name }) => name)).toEqual(['report 0 3 * * * (2)']);
  });

  it('is refused where its cron, zone, task, input or outputs do not fit, and nothing is kept', async () => {
    const strict = await addTask(database, '() => 1', {
      inputSchema: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } },
    });
    const none = '00000000-0000-4000-8000-000000000000';
    const refused: [Partial<ScheduleSettings>, string, RegExp][] = [
      [{ cron: '0 25 * * *' }, 'VALIDATION_FAILED', /cron/],
      [{ timezone: 'Europe/Atlantis' }, 'VALIDATION_FAILED', /timezone/],
      [{ taskId: none }, 'NOT_FOUND', /task/],
      [{ taskId: strict, input: { n: 'x' } }, 'VALIDATION_FAILED', /input\.n/],
      [{ outputs: [none] }, 'VALIDATION_FAILED', /output destination/],
    ];
    for (const [more, code, message] of refused)
      await expect(create(more)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await desk.stats()).total).toBe(0);
    const { id } = await create({ taskId: strict, input: { n: 1 } });
    await expect(desk.update(id, { input: { n: 'x' } })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(desk.update(id, { cron: 'never' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await desk.get(id)).toMatchObject({ revision: 1, input: { n: 1 } });
  });

  it('shows its next ticks on the clock of its zone', async () => {
    const { id } = await create({ cron: '30 2 * * *', timezone: 'Europe/Berlin' });
    expect(await desk.preview(id, 2, '2026-03-28T12:00:00Z')).toEqual({
      timezone: 'Europe/Berlin',
      runs: [
        { at: '2026-03-29T01:00:00.000Z', local: '2026-03-29T03:00:00+02:00' },
        { at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30:00+02:00' },
      ],
    });
    expect((await desk.preview(id, 100)).runs).toHaveLength(100);
  });

  it('is triggered by hand, and its next tick stays', async () => {
    const made = await create({ overlap: 'skip', input: { by: 'hand' }, maxRetries: 2 });
    const job = await desk.trigger(made.id);
    expect(job).toMatchObject({
      scheduleId: made.id,
      status: 'queued',
      input: { by: 'hand' },
      maxRetries: 2,
      createdBy: `schedule:${made.name}`,
    });
    expect(await desk.get(made.id)).toMatchObject({ nextRunAt: made.nextRunAt, lastJobId: job.id, revision: 1 });
    await expect(desk.trigger(made.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await database.db.execute(sql`update ratchet.tasks set enabled = false`);
    await database.db.execute(sql`update ratchet.jobs set status = 'completed'`);
    await expect(desk.trigger(made.id)).rejects.toMatchObject({ code: 'TASK_DISABLED' });
  });
});

describe('the scheduler', () => {
  it('queues each tick once, over three nodes, and the jobs run', async () => {
    const { id } = await create({ cron: '* * * * * *', input: { n: 1 } });
    await schedule(3);
    const worker = await station(database);
    stops.push(() => worker.close());
    await expect
      .poll(async () => (await jobs()).filter(({ status }) => status === 'completed').length, patient)
      .toBeGreaterThan(3);
    await desk.disable(id);
    const keys = (await jobs()).map(({ key }) => key ?? '');
    const ticks = keys.map((key) => Date.parse(key.split(`${id}:`)[1] ?? ''));
    expect(ticks.sort()).toEqual(ticks.map((_, n) => (ticks[0] ?? 0) + n * 1000));
    const { items } = await worker.executor.jobs.list(jobList, {
      page: 1,
      limit: 100,
      filters: [{ field: 'scheduleId', op: 'eq', value: id }],
    });
    expect(items).toHaveLength(keys.length);
    expect(await desk.get(id)).toMatchObject({ lastJobId: items[0]?.id, lastError: null, revision: 2 });
  });

  it('takes up a schedule that is made while it sleeps', async () => {
    await schedule();
    await create({ cron: '*/2 * * * * *' });
    await expect.poll(async () => (await jobs()).length, patient).toBeGreaterThan(0);
  });

  it.each([
    ['skip', 0],
    ['last', 1],
    ['all', 3],
  ] as const)('after time without a server does what catch-up %s says', async (catchUp, count) => {
    // Half an hour from now, so that no tick comes while this runs.
    const cron = `${(new Date().getUTCMinutes() + 30) % 60} * * * *`;
    const { id } = await create({ cron, catchUp });
    const missed = cronTimes(cron, 'UTC').last(3, new Date());
    await database.db.execute(
      sql`update ratchet.schedules set next_run_at = ${missed.at(-1)?.toISOString()}::timestamptz`,
    );
    await schedule();
    await expect.poll(async () => Date.parse((await desk.get(id)).nextRunAt ?? '') > Date.now(), patient).toBe(true);
    expect(await jobs()).toHaveLength(count);
    expect((await desk.get(id)).lastRunAt).toBe((catchUp === 'skip' ? missed.at(-1) : missed[0])?.toISOString());
  });

  it('runs no two jobs of a schedule whose jobs may not overlap', async () => {
    const { id } = await create({ cron: '* * * * * *', overlap: 'skip', catchUp: 'all' });
    await dueSince(50);
    await schedule();
    await expect
      .poll(async () => Date.parse((await desk.get(id)).lastRunAt ?? '') > Date.now() - 5000, patient)
      .toBe(true);
    expect(await jobs()).toHaveLength(1);
    await database.db.execute(sql`update ratchet.jobs set status = 'completed'`);
    await expect.poll(async () => (await jobs()).length, patient).toBe(2);
  });

  it('says why a tick queued nothing, keeps the schedule, and goes on with the others', async () => {
    const off = await addTask(database, '() => 1', { name: 'off', enabled: false });
    const broken = await addTask(database, '() => 1', {
      name: 'broken',
      problems: [{ path: 'main.js', code: 'syntax', message: 'no', severity: 'error' }],
    });
    const strict = await addTask(database, '() => 1', { name: 'strict' });
    const made = [
      await create({ taskId: off }),
      await create({ taskId: broken }),
      await create({ taskId: strict }),
      await create(),
    ];
    await database.db.execute(
      sql`update ratchet.tasks set input_schema = '{"type":"object","required":["n"]}' where id = ${strict}`,
    );
    await database.db.execute(
      sql`update ratchet.schedules set task_id = gen_random_uuid() where id = ${(await create({ name: 'gone' })).id}`,
    );
    await dueSince(1);
    await schedule();
    await expect.poll(async () => (await jobs()).length, patient).toBe(1);
    await expect.poll(async () => (await desk.stats()).failedLast, patient).toBe(4);
    const errors = (await desk.list(scheduleList, { page: 1, limit: 10 })).items.map(
      ({ taskName, lastError, enabled, nextRunAt }) => [taskName, lastError, enabled && nextRunAt !== null],
    );
    expect(errors.sort()).toEqual([
      ['broken', 'Task broken cannot run: main.js: no', true],
      ['off', 'Task off is disabled. Enable it to run it.', true],
      ['report', null, true],
      ['report', 'The task report is gone. Restore it, or give the schedule another task.', true],
      ['strict', expect.stringContaining('input'), true],
    ]);
    expect(made).toHaveLength(4);
    await database.db.execute(sql`update ratchet.tasks set enabled = true`);
    await dueSince(1, made[0]?.id);
    await expect.poll(async () => (await jobs()).length, patient).toBe(2);
    expect(await desk.get(made[0]?.id ?? '')).toMatchObject({ lastError: null });
  });

  it('passes over one that cannot be stored, and the others have their time', async () => {
    for (let n = 0; n < 5; n++) await create({ name: `s${n}` });
    await database.db.execute(sql`alter table ratchet.jobs add constraint no_s2 check (created_by <> 'schedule:s2')`);
    await dueSince(1);
    await schedule();
    await expect.poll(async () => (await jobs()).length, patient).toBe(4);
    await expect.poll(async () => (await desk.stats()).failedLast, patient).toBe(1);
    const bad = (await desk.list(scheduleList, { page: 1, limit: 10, q: 's2' })).items[0];
    expect(bad).toMatchObject({
      lastError: expect.stringContaining('log'),
      enabled: true,
      nextRunAt: expect.any(String),
    });
  });

  it('takes thousands that are due in the same second, each once, over two nodes', {
    timeout: 120_000,
  }, async () => {
    const many = database.mode === 'embedded' ? 2000 : 10_000;
    const one = await create();
    await database.db.execute(sql`
      insert into ratchet.schedules
      select (r).* from (select jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'name', 'copy ' || n)) as r
        from ratchet.schedules s, generate_series(2, ${many}) n where s.id = ${one.id}) x`);
    await dueSince(0);
    await schedule(2);
    const taken = async () =>
      (
        await database.db.execute(
          sql`select count(*)::int as n, count(distinct schedule_id)::int as schedules from ratchet.jobs`,
        )
      ).rows[0];
    await expect.poll(taken, { timeout: 100_000, interval: 200 }).toEqual({ n: many, schedules: many });
    expect(await desk.stats()).toMatchObject({ total: many, failedLast: 0 });
    expect(logged).toEqual([]);
  });

  it('does not repeat a tick when the clock goes back', async () => {
    const { id } = await create({ cron: '* * * * * *' });
    await schedule();
    await expect.poll(async () => (await jobs()).length, patient).toBeGreaterThan(1);
    await desk.disable(id);
    const before = (await jobs()).map(({ key }) => key);
    // As a clock that was set back does: the next tick is one that was.
    const { lastRunAt } = await desk.get(id);
    await database.db.execute(
      sql`update ratchet.schedules set enabled = true, next_run_at = ${lastRunAt}::timestamptz`,
    );
    await expect
      .poll(async () => Date.parse((await desk.get(id)).nextRunAt ?? '') > Date.parse(lastRunAt ?? ''), patient)
      .toBe(true);
    await desk.disable(id);
    const after = (await jobs()).map(({ key }) => key);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(new Set(after).size).toBe(after.length);
    // Ahead of the clock: what was dealt with is not given out again.
    await database.db.execute(
      sql`update ratchet.schedules set last_run_at = date_trunc('second', now()) + interval '1 hour'`,
    );
    const enabled = await desk.enable(id);
    expect(Date.parse(enabled.nextRunAt ?? '') - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('loses no tick to edits that come when it is due', async () => {
    const { id } = await create({ cron: '* * * * * *' });
    await schedule();
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Tokyo'];
    for (let n = 0; (await jobs()).length < 5; n++) await desk.update(id, { timezone: zones[n % 3] ?? 'UTC' });
    const ticks = (await jobs()).map(({ key }) => Date.parse(key?.split(`${id}:`)[1] ?? ''));
    expect(ticks).toEqual(ticks.map((_, n) => (ticks[0] ?? 0) + n * 1000));
  });

  it('leaves the schedules of a deleted task disabled, and says so', async () => {
    const [one, other] = [
      await create(),
      await create({ taskId: await addTask(database, '() => 1', { name: 'stays' }) }),
    ];
    await database.db.execute(sql`update ratchet.tasks set deleted_at = now() where id = ${taskId}`);
    await disableOrphans(database.db, [taskId]);
    expect(await desk.get(one.id)).toMatchObject({
      enabled: false,
      nextRunAt: null,
      lastError: expect.stringMatching(/report was deleted/),
    });
    expect(await desk.get(other.id)).toMatchObject({ enabled: true, lastError: null });
    await expect(desk.enable(one.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(desk.update(one.id, { enabled: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(desk.trigger(one.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await database.db.execute(sql`update ratchet.tasks set deleted_at = null`);
    expect(await desk.enable(one.id)).toMatchObject({ enabled: true, lastError: null, nextRunAt: expect.any(String) });
  });
});
