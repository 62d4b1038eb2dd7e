import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody, until } from '../world.ts';

export const scheduleRequirements: readonly Requirement[] = [
  {
    id: 'schedules.create.knowsItsNextRun',
    says: 'A schedule is made with its next run in its own time zone, and listed',
    cites: ['schedules.create', 'schedules.get', 'schedules.list'],
    async run({ call, refused, newTask, unique }) {
      const { id: taskId, name: taskName } = await newTask();
      const name = unique('nightly');
      const made = await call('schedules.create', {
        name,
        taskId,
        cron: '30 2 * * *',
        timezone: 'Europe/Berlin',
        input: { n: 1 },
      });
      expect(made).toMatchObject({ name, taskId, taskName, timezone: 'Europe/Berlin', enabled: true, catchUp: 'last' });
      expect(made.nextRunAt).toMatch(/T0[01]:30:00/);
      expect(await call('schedules.get', { id: made.id })).toEqual(made);
      const { items } = await call('schedules.list', { filters: [{ field: 'taskId', op: 'eq', value: taskId }] });
      expect(items).toEqual([made]);
      const wrong = await refused('schedules.create', { taskId, cron: 'whenever', input: { n: 1 } });
      expect(wrong.code).toBe('VALIDATION_FAILED');
      expect((await refused('schedules.create', { taskId: nobody, cron: '* * * * *' })).code).toBe('NOT_FOUND');
      expect((await refused('schedules.get', { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'schedules.update.moves',
    says: 'A changed schedule has another next run; a stale change is refused',
    cites: ['schedules.update'],
    async run({ call, refused, newTask, unique }) {
      const { id: taskId } = await newTask();
      const { id } = await call('schedules.create', { name: unique('s'), taskId, cron: '0 3 * * *', input: { n: 1 } });
      const moved = await call('schedules.update', { id, cron: '15 4 * * *', overlap: 'skip', expectedRevision: 1 });
      expect(moved).toMatchObject({ cron: '15 4 * * *', overlap: 'skip', timezone: 'UTC', input: { n: 1 } });
      expect(moved.nextRunAt).toMatch(/T04:15:00/);
      expect((await refused('schedules.update', { id, cron: '0 0 * * *', expectedRevision: 1 })).code).toBe(
        'REVISION_MISMATCH',
      );
    },
  },
  {
    id: 'schedules.disable.hasNoNextRun',
    says: 'A disabled schedule has no next run until it is enabled, and is counted as disabled',
    cites: ['schedules.disable', 'schedules.enable', 'schedules.stats'],
    async run({ call, newTask, unique }) {
      const { id: taskId } = await newTask();
      const { id } = await call('schedules.create', { name: unique('s'), taskId, cron: '0 3 * * *', input: { n: 1 } });
      const before = await call('schedules.stats');
      expect(await call('schedules.disable', { id })).toMatchObject({ enabled: false, nextRunAt: null });
      const after = await call('schedules.stats');
      expect(after.disabled - before.disabled).toBe(1);
      const enabled = await call('schedules.enable', { id });
      expect(enabled).toMatchObject({ enabled: true, nextRunAt: expect.any(String) });
    },
  },
  {
    id: 'schedules.delete.gone',
    says: 'A deleted schedule is gone',
    cites: ['schedules.delete'],
    async run({ call, refused, newTask, unique }) {
      const { id: taskId } = await newTask();
      const { id } = await call('schedules.create', { name: unique('s'), taskId, cron: '0 3 * * *', input: { n: 1 } });
      await call('schedules.delete', { id });
      expect((await refused('schedules.get', { id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'schedules.trigger.runsNow',
    says: 'A schedule that is triggered queues its job at once, with its input',
    cites: ['schedules.trigger'],
    async run({ call, newTask, unique }) {
      const { id: taskId } = await newTask();
      const { id } = await call('schedules.create', { name: unique('s'), taskId, cron: '0 3 * * *', input: { n: 8 } });
      const job = await call('schedules.trigger', { id });
      expect(job).toMatchObject({ scheduleId: id, taskId, input: { n: 8 } });
      const ended = await until(
        () => call('jobs.get', { id: job.id }),
        ({ finishedAt }) => finishedAt !== null,
      );
      expect(ended.status).toBe('completed');
      expect(await call('schedules.get', { id })).toMatchObject({ lastJobId: job.id });
    },
  },
  {
    id: 'schedules.preview.overClockChange',
    says: 'The next runs are shown with the clock of their time zone, changes of the clock included',
    cites: ['schedules.preview'],
    async run({ call, newTask, unique }) {
      const { id: taskId } = await newTask();
      const { id } = await call('schedules.create', {
        name: unique('s'),
        taskId,
        cron: '0 12 * * *',
        timezone: 'Europe/Berlin',
        input: { n: 1 },
      });
      const preview = await call('schedules.preview', { id, count: 2, from: '2030-03-30T00:00:00Z' });
      expect(preview.timezone).toBe('Europe/Berlin');
      expect(preview.runs.map(({ at }) => Date.parse(at))).toEqual([
        Date.parse('2030-03-30T11:00:00Z'),
        Date.parse('2030-03-31T10:00:00Z'),
      ]);
      expect(preview.runs[1]?.local).toContain('12:00');
    },
  },
  {
    id: 'schedules.previewCron.beforeThereIsOne',
    says: 'When an expression fires is told before a schedule is made of it; what could be no schedule is refused alike',
    cites: ['schedules.previewCron'],
    async run({ call, refused }) {
      const from = '2030-03-30T00:00:00Z';
      const preview = await call('schedules.previewCron', {
        cron: ' 0  12 * * * ',
        timezone: 'europe/berlin',
        count: 2,
        from,
      });
      expect(preview.timezone).toBe('Europe/Berlin');
      expect(preview.runs.map(({ at }) => Date.parse(at))).toEqual([
        Date.parse('2030-03-30T11:00:00Z'),
        Date.parse('2030-03-31T10:00:00Z'),
      ]);
      expect((await call('schedules.previewCron', { cron: '@daily', from })).runs).toHaveLength(10);
      for (const wrong of [{ cron: 'whenever' }, { cron: '0 0 30 2 *' }, { cron: '@daily', timezone: 'Mars/Base' }])
        expect((await refused('schedules.previewCron', wrong)).code).toBe('VALIDATION_FAILED');
    },
  },
];

export const workerRequirements: readonly Requirement[] = [
  {
    id: 'workers.list.living',
    says: 'The server is among its workers, with what it can do, and counted',
    cites: ['workers.list', 'workers.get', 'workers.stats'],
    async run({ call, refused }) {
      const { items } = await call('workers.list', { filters: [{ field: 'status', op: 'eq', value: 'active' }] });
      expect(items).toMatchObject([{ role: 'all', status: 'active' }]);
      const worker = await call('workers.get', { id: items[0]?.id as string });
      expect(worker).toMatchObject({ id: items[0]?.id, hostname: items[0]?.hostname, pid: process.pid });
      expect(await call('workers.stats')).toMatchObject({ total: 1, byStatus: { active: 1 } });
      expect((await refused('workers.get', { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'workers.scale.reached',
    says: 'A worker is asked to run more at once and does',
    cites: ['workers.scale'],
    async run({ call, refused }) {
      const worker = (await call('workers.list')).items[0];
      const id = worker?.id as string;
      const { workers } = await call('workers.scale', { concurrency: 3, workerId: id });
      expect(workers.map((one) => one.id)).toEqual([id]);
      await until(
        () => call('workers.get', { id }),
        (one) => one.concurrency === 3,
      );
      await call('workers.scale', { concurrency: worker?.concurrency ?? 2, workerId: id });
      await until(
        () => call('workers.get', { id }),
        (one) => one.concurrency === worker?.concurrency,
      );
      expect((await refused('workers.scale', { concurrency: 65 })).code).toBe('VALIDATION_FAILED');
      expect((await refused('workers.scale', { concurrency: 2, workerId: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'workers.drain.takesNoWork',
    says: 'A draining worker takes no work until it is told to go on',
    cites: ['workers.drain'],
    async run({ call, newTask }) {
      const id = (await call('workers.list')).items[0]?.id as string;
      const { id: taskId } = await newTask();
      await call('workers.drain', { id });
      await until(
        () => call('workers.get', { id }),
        (worker) => worker.status === 'draining',
      );
      const job = await call('jobs.create', { taskId, input: { n: 1 } });
      expect((await call('jobs.get', { id: job.id })).status).toBe('queued');
      await call('workers.drain', { id, resume: true });
      const ended = await until(
        () => call('jobs.get', { id: job.id }),
        ({ finishedAt }) => finishedAt !== null,
      );
      expect(ended.status).toBe('completed');
    },
  },
  {
    id: 'workers.watch.heartbeats',
    says: 'Whoever watches hears how a worker is',
    cites: ['workers.watch'],
    async run({ call, follow }) {
      const id = (await call('workers.list')).items[0]?.id as string;
      const event = await follow('workers.watch', { workerId: id }).first(() => true);
      expect(event).toMatchObject({ type: 'worker', worker: { id, status: 'active' } });
    },
  },
];
