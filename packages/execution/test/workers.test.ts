import { workerList } from '@ratchet/contract/operations/workers';
import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { addTask } from '@ratchet/testing/add-task';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { workerDesk } from '../src/worker-desk.ts';
import { ownStations } from './workshop.ts';

const own = ownStations();
const patient = { timeout: 30_000, interval: 20 };
const sleeper = 'export default async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return ms; }';
const none = '00000000-0000-4000-8000-000000000000';

describe('a worker', () => {
  it('says what it does', async () => {
    const { executor, nodeId } = await own.open();
    const desk = workerDesk(own.database, () => {});
    const ok = await addTask(own.database, '() => 1');
    const bad = await addTask(own.database, '() => { throw new Error("no"); }');
    for (const taskId of [ok, ok, bad])
      await executor.waitFor((await executor.submit({ taskId, input: {}, triggeredBy: 'Una' })).id);
    // It says so with its next heartbeat.
    await expect.poll(async () => (await desk.get(nodeId)).completed, patient).toBe(2);
    const worker = await desk.get(nodeId);
    expect(worker).toMatchObject({ status: 'active', concurrency: 2, desiredConcurrency: null, running: 0, failed: 1 });
    expect(worker.rssBytes).toBeGreaterThan(1_000_000);
    expect(worker.cpu).toBeGreaterThanOrEqual(0);
    expect(worker.runners).toBeGreaterThan(0);
    expect('workerIds' in worker).toBe(false);
    const page = await desk.list(workerList, { page: 1, limit: 10 });
    expect(page.items.map(({ id }) => id)).toEqual([nodeId]);
    expect(await desk.stats()).toEqual({
      total: 1,
      byStatus: { active: 1 },
      concurrency: 2,
      running: 0,
      waiting: 0,
      utilisation: 0,
    });
  });

  it('runs more at once when it is asked to, and fewer, and loses nothing meanwhile', async () => {
    const sandbox = createSandbox({ runners: 1 });
    const { executor, nodeId } = await own.open({ sandbox, concurrency: 1 });
    const desk = workerDesk(own.database, () => {});
    const task = await addTask(own.database, sleeper);
    const submit = async (ms: number) =>
      (await executor.submit({ taskId: task, input: { ms }, triggeredBy: 'Una' })).id;
    const first = await submit(60_000);
    const others = await Promise.all(Array.from({ length: 6 }, () => submit(50)));
    await expect.poll(async () => (await executor.get(first)).status, patient).toBe('running');
    expect((await desk.scale(3)).workers).toMatchObject([{ id: nodeId, concurrency: 1, desiredConcurrency: 3 }]);
    // The first one still runs: without a second runner none of these would end.
    for (const id of others) expect(await executor.waitFor(id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect((await executor.get(first)).status).toBe('running');
    await expect.poll(async () => (await desk.get(nodeId)).concurrency, patient).toBe(3);
    expect(await desk.get(nodeId)).toMatchObject({ desiredConcurrency: null });
    await desk.scale(1, nodeId);
    await executor.cancel(first);
    await expect.poll(async () => (await desk.get(nodeId)).concurrency, patient).toBe(1);
    await expect.poll(() => sandbox.stats().runners, patient).toBeLessThanOrEqual(1);
    const last = await Promise.all([1, 2, 3].map(() => submit(1)));
    for (const id of last) expect(await executor.waitFor(id)).toMatchObject({ status: 'completed' });
    await sandbox.close();
  });

  it('that drains ends what it runs and takes nothing until it resumes', async () => {
    const { executor, nodeId } = await own.open();
    const desk = workerDesk(own.database, () => {});
    const task = await addTask(own.database, sleeper);
    const submit = async (ms: number) =>
      (await executor.submit({ taskId: task, input: { ms }, triggeredBy: 'Una' })).id;
    const running = await submit(1000);
    await expect.poll(async () => (await executor.get(running)).status, patient).toBe('running');
    expect(await desk.drain(nodeId, false)).toMatchObject({ status: 'draining' });
    // Once what runs has ended, it has long heard of it.
    expect(await executor.waitFor(running)).toMatchObject({ status: 'completed' });
    const later = await submit(1);
    expect(await desk.stats()).toMatchObject({
      total: 1,
      byStatus: { draining: 1 },
      concurrency: 0,
      utilisation: null,
      waiting: 1,
    });
    expect((await executor.get(later)).status).toBe('pending');
    await desk.scale(1, nodeId);
    expect((await executor.get(later)).status).toBe('pending');
    await desk.drain(nodeId, true);
    expect(await executor.waitFor(later)).toMatchObject({ status: 'completed' });
    await expect.poll(async () => (await desk.get(nodeId)).concurrency, patient).toBe(1);
  });

  it('that is gone, runs no tasks, or never was cannot be asked', async () => {
    const api = await own.open({
      concurrency: 0,
      node: { id: none, hostname: 'api', pid: 1, role: 'api', version: '0' },
    });
    const desk = workerDesk(own.database, () => {});
    await expect(desk.drain(none, false)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('api'),
    });
    expect(await desk.scale(4)).toEqual({ workers: [] });
    await api.close();
    await own.database.db.execute(sql`update ratchet.nodes set role = 'all'`);
    await expect(desk.scale(4, none)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('stopped'),
    });
    await expect(desk.get('00000000-0000-4000-8000-000000000001')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that was taken for dead gives up what is others’, and is back', async () => {
    const { executor, nodeId } = await own.open();
    const desk = workerDesk(own.database, () => {});
    const task = await addTask(own.database, sleeper);
    const { id } = await executor.submit({ taskId: task, input: { ms: 60_000 }, triggeredBy: 'Una' });
    await expect.poll(async () => (await executor.get(id)).status, patient).toBe('running');
    // As another server does that did not hear of it.
    await own.database.db.execute(
      sql`update ratchet.executions set status = 'cancelled', node_id = null, finished_at = now() where id = ${id}`,
    );
    await own.database.db.execute(sql`update ratchet.nodes set status = 'dead' where id = ${nodeId}`);
    await expect.poll(async () => (await desk.get(nodeId)).status, patient).toBe('active');
    await expect.poll(async () => (await desk.get(nodeId)).running, patient).toBe(0);
    expect(await executor.get(id)).toMatchObject({ status: 'cancelled', error: null });
  });
});
