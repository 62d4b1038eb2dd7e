import { addTask } from '@ratchet/testing/add-task';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../src/job-intake.ts';
import { ownStations, type Station } from './workshop.ts';

const own = ownStations();
const job = (at: Station, taskId: string, more: Partial<JobRequest> = {}) =>
  at.executor.jobs.create({ taskId, input: {}, priority: 'normal', maxRetries: 0, retryBackoffMs: 10, ...more }, 'Una');
const patient = { timeout: 30_000, interval: 20 };
const statuses = async (at: Station) => (await at.executor.jobs.stats()).byStatus;
const queued = async () => {
  const { rows } = await own.database.db.execute(sql`select count(*)::int as n from graphile_worker._private_jobs`);
  return (rows[0] as { n: number }).n;
};

describe('a paused queue', () => {
  it('takes no job, runs what is asked for directly, and loses nothing', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '() => 1');
    expect(await at.executor.jobs.queue.state()).toMatchObject({ paused: false, pausedTasks: [], pausedAt: null });
    await at.executor.jobs.queue.pause(undefined, 'a migration', 'Una');
    for (let n = 0; n < 30; n++) await job(at, task);
    // They come due and go from the worker's queue.
    await expect.poll(queued, patient).toBe(0);
    expect(await statuses(at)).toEqual({ queued: 30 });
    const { id } = await at.executor.submit({ taskId: task, input: {}, triggeredBy: 'Una' });
    expect(await at.executor.waitFor(id)).toMatchObject({ status: 'completed' });
    expect(await at.executor.jobs.queue.state()).toMatchObject({
      paused: true,
      pausedBy: 'Una',
      reason: 'a migration',
    });
    expect(await at.executor.jobs.queue.resume(undefined)).toMatchObject({ paused: false });
    await expect.poll(() => statuses(at), patient).toEqual({ completed: 30 });
  });

  it('stays so over a restart and on every node, and what is for later keeps its time', async () => {
    const first = await own.open();
    const task = await addTask(own.database, '() => 1');
    await first.executor.jobs.queue.pause(undefined, undefined, 'Una');
    const now = await job(first, task);
    const later = await job(first, task, { scheduledFor: new Date(Date.now() + 3_600_000).toISOString() });
    await first.close();
    const second = await own.open();
    const third = own.database.mode === 'embedded' ? second : await own.open();
    await expect.poll(queued, patient).toBe(1);
    expect(await statuses(second)).toEqual({ queued: 2 });
    await third.executor.jobs.queue.resume(undefined);
    await expect.poll(async () => (await third.executor.jobs.get(now.id)).status, patient).toBe('completed');
    expect(await third.executor.jobs.get(later.id)).toMatchObject({ status: 'queued' });
    const { rows } = await own.database.db.execute(
      sql`select run_at > now() + interval '50 minutes' as later from graphile_worker._private_jobs where locked_at is null`,
    );
    expect(rows).toEqual([{ later: true }]);
  });

  it('can be the jobs of one task', async () => {
    const at = await own.open();
    const [still, going] = [await addTask(own.database, '() => 1'), await addTask(own.database, '() => 2')];
    const state = await at.executor.jobs.queue.pause(still, undefined, 'Una');
    expect(state).toMatchObject({ paused: false, pausedTasks: [{ taskId: still, taskName: `task ${still}` }] });
    const [waits, runs] = [await job(at, still), await job(at, going)];
    await expect.poll(async () => (await at.executor.jobs.get(runs.id)).status, patient).toBe('completed');
    expect(await at.executor.jobs.get(waits.id)).toMatchObject({ status: 'queued' });
    // The whole queue going on does not mean this task.
    await at.executor.jobs.queue.resume(undefined);
    await expect.poll(queued, patient).toBe(0);
    expect(await at.executor.jobs.get(waits.id)).toMatchObject({ status: 'queued' });
    await at.executor.jobs.queue.resume(still);
    await expect.poll(async () => (await at.executor.jobs.get(waits.id)).status, patient).toBe('completed');
  });

  it('that is paused and resumed all the time while it works runs every job once', async () => {
    const at = await own.open();
    const task = await addTask(own.database, '(input) => input.n');
    const made = at.executor.jobs.createMany(
      Array.from({ length: 300 }, (_, n) => ({
        taskId: task,
        input: { n },
        priority: 'normal' as const,
        maxRetries: 0,
        retryBackoffMs: 10,
      })),
      'Una',
    );
    for (let n = 0; n < 20; n++) {
      await at.executor.jobs.queue.pause(undefined, undefined, 'Una');
      await at.executor.jobs.queue.resume(undefined);
    }
    await made;
    await expect.poll(() => statuses(at), patient).toEqual({ completed: 300 });
    const { rows } = await own.database.db.execute(
      sql`select count(*)::int as n, count(distinct job_id)::int as jobs from ratchet.executions`,
    );
    expect(rows).toEqual([{ n: 300, jobs: 300 }]);
  });
});

describe('clearing', () => {
  it('forgets by status, task and age, and leaves alone what runs', async () => {
    const at = await own.open();
    const [task, endless, failing] = [
      await addTask(own.database, '() => 1'),
      await addTask(own.database, '() => { for (;;); }'),
      await addTask(own.database, '() => { throw new Error("no"); }'),
    ];
    const [done, failed, runs] = [await job(at, task), await job(at, failing), await job(at, endless)];
    const waits = await job(at, task, { scheduledFor: new Date(Date.now() + 3_600_000).toISOString() });
    await expect.poll(() => statuses(at), patient).toEqual({ completed: 1, failed: 1, processing: 1, queued: 1 });
    const clear = at.executor.jobs.queue.clear;
    const before = new Date(Date.now() - 3_600_000).toISOString();
    expect(await clear({ status: ['completed', 'failed'], before })).toEqual({ cleared: 0 });
    expect(await clear({ status: ['completed', 'failed'], taskId: failing })).toEqual({ cleared: 1 });
    await expect(at.executor.jobs.get(failed.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await at.executor.jobs.get(done.id)).toMatchObject({ status: 'completed' });
    const all = ['queued', 'retrying', 'completed', 'failed', 'cancelled'] as const;
    expect(await clear({ status: all })).toEqual({ cleared: 2 });
    await expect(at.executor.jobs.get(waits.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await at.executor.jobs.get(runs.id)).toMatchObject({ status: 'processing' });
    await at.executor.jobs.cancel(runs.id);
    await expect.poll(queued, patient).toBe(0);
  });
});
