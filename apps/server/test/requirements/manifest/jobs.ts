import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody, until, type World } from '../world.ts';

const later = '2099-01-01T00:00:00.000Z';
const ended = ({ call }: World, id: string) =>
  until(
    () => call('jobs.get', { id }),
    (job) => job.finishedAt !== null,
  );
const always = { inputSchema: true, outputSchema: true };

export const jobRequirements: readonly Requirement[] = [
  {
    id: 'jobs.create.runs',
    says: 'A job runs its task and knows its execution',
    cites: ['jobs.create', 'jobs.get'],
    async run(world) {
      const { call, refused, newTask } = world;
      const { id: taskId } = await newTask();
      const made = await call('jobs.create', { taskId, input: { n: 3 }, priority: 'high' });
      expect(made).toMatchObject({ taskId, priority: 'high', input: { n: 3 }, maxRetries: 0 });
      const job = await ended(world, made.id);
      expect(job).toMatchObject({ status: 'completed', attempts: 1 });
      const execution = await call('executions.get', { id: job.lastExecutionId as string });
      expect(execution).toMatchObject({ jobId: job.id, output: { doubled: 6 } });
      expect((await refused('jobs.create', { taskId, input: {} })).code).toBe('VALIDATION_FAILED');
      expect((await refused('jobs.get', { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'jobs.create.idempotent',
    says: 'The same key answers the same job',
    cites: ['jobs.create'],
    async run({ call, refused, newTask, unique }) {
      const { id: taskId } = await newTask();
      const idempotencyKey = unique('key');
      const given = { taskId, input: { n: 1 }, scheduledFor: later, idempotencyKey };
      const first = await call('jobs.create', given);
      expect((await call('jobs.create', given)).id).toBe(first.id);
      expect((await refused('jobs.create', { ...given, input: { n: 2 } })).code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'jobs.create.retries',
    says: 'A job that fails is tried again as often as it says, and then has failed',
    cites: ['jobs.create'],
    async run(world) {
      const { call, newTask } = world;
      const { id: taskId } = await newTask({ sourceCode: '() => { throw new Error("always"); }\n', ...always });
      const { id } = await call('jobs.create', { taskId, maxRetries: 1, retryBackoffMs: 0 });
      expect(await ended(world, id)).toMatchObject({ status: 'failed', attempts: 2 });
      const runs = await call('executions.list', { filters: [{ field: 'jobId', op: 'eq', value: id }] });
      expect(runs.items.map((run) => run.attempt).sort()).toEqual([1, 2]);
    },
  },
  {
    id: 'jobs.createBulk.oneAnswerEach',
    says: 'Many jobs are queued at once with an answer for each, good or not',
    cites: ['jobs.createBulk'],
    async run({ call, newTask }) {
      const { id: taskId } = await newTask();
      const { results } = await call('jobs.createBulk', {
        jobs: [
          { taskId, input: { n: 1 }, scheduledFor: later },
          { taskId: nobody, input: {} },
        ],
      });
      expect(results).toMatchObject([
        { job: { taskId, status: 'queued', scheduledFor: later }, error: null },
        { job: null, error: { code: 'NOT_FOUND' } },
      ]);
    },
  },
  {
    id: 'jobs.list.andStats',
    says: 'Jobs are listed by what they are of and counted by where they stand',
    cites: ['jobs.list', 'jobs.stats'],
    async run({ call, newTask }) {
      const { id: taskId } = await newTask();
      const before = await call('jobs.stats');
      const job = await call('jobs.create', { taskId, input: { n: 1 }, scheduledFor: later, priority: 'low' });
      const filters = [{ field: 'taskId', op: 'eq' as const, value: taskId }];
      expect((await call('jobs.list', { filters })).items.map((one) => one.id)).toEqual([job.id]);
      const urgent = [...filters, { field: 'priority', op: 'eq' as const, value: 'urgent' }];
      expect((await call('jobs.list', { filters: urgent })).items).toEqual([]);
      const after = await call('jobs.stats');
      expect(after.total - before.total).toBe(1);
      expect((after.byStatus.queued ?? 0) - (before.byStatus.queued ?? 0)).toBe(1);
    },
  },
  {
    id: 'jobs.update.beforeItStarts',
    says: 'A job that has not started is changed; a stale change is refused',
    cites: ['jobs.update'],
    async run({ call, refused, newTask }) {
      const { id: taskId } = await newTask();
      const { id, revision } = await call('jobs.create', { taskId, input: { n: 1 }, scheduledFor: later });
      const changed = await call('jobs.update', {
        id,
        priority: 'urgent',
        input: { n: 2 },
        expectedRevision: revision,
      });
      expect(changed).toMatchObject({ priority: 'urgent', input: { n: 2 }, scheduledFor: later });
      const stale = await refused('jobs.update', { id, priority: 'low', expectedRevision: revision });
      expect(stale.code).toBe('REVISION_MISMATCH');
      expect((await call('jobs.get', { id })).priority).toBe('urgent');
    },
  },
  {
    id: 'jobs.cancel.thenRetry',
    says: 'A waiting job is cancelled, and queued again when it is retried',
    cites: ['jobs.cancel', 'jobs.retry'],
    async run(world) {
      const { call, refused, newTask } = world;
      const { id: taskId } = await newTask();
      const { id } = await call('jobs.create', { taskId, input: { n: 1 }, scheduledFor: later });
      expect((await call('jobs.cancel', { id })).status).toBe('cancelled');
      expect((await refused('jobs.cancel', { id })).code).toBe('STATE_CONFLICT');
      await call('jobs.retry', { id });
      expect(await ended(world, id)).toMatchObject({ status: 'completed' });
      expect((await refused('jobs.retry', { id })).code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'jobs.delete.forgets',
    says: 'A job that does not run is forgotten',
    cites: ['jobs.delete'],
    async run({ call, refused, newTask }) {
      const { id: taskId } = await newTask();
      const { id } = await call('jobs.create', { taskId, input: { n: 1 }, scheduledFor: later });
      await call('jobs.delete', { id });
      expect((await refused('jobs.get', { id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'jobs.watch.changes',
    says: 'Whoever watches hears of jobs as they change, only of what was asked for',
    cites: ['jobs.watch'],
    async run({ call, follow, newTask }) {
      const [{ id: taskId }, other] = [await newTask(), await newTask()];
      const events = follow('jobs.watch', { taskId });
      const event = await events.first(
        ({ job }) => job.status === 'completed',
        async () => {
          await call('jobs.create', { taskId: other.id, input: { n: 1 } });
          await call('jobs.create', { taskId, input: { n: 1 } });
        },
      );
      expect(event).toMatchObject({ type: 'job', job: { taskId, lastExecutionId: expect.any(String) } });
      expect(events.seen.filter(({ job }) => job.taskId !== taskId)).toEqual([]);
    },
  },
  {
    id: 'jobs.pause.ofTask',
    says: 'Jobs of a paused task wait until it is resumed',
    cites: ['jobs.pause', 'jobs.resume', 'jobs.queue'],
    async run(world) {
      const { call, newTask } = world;
      const { id: taskId, name } = await newTask();
      const paused = await call('jobs.pause', { taskId, reason: 'Maintenance' });
      expect(paused.pausedTasks).toContainEqual({ taskId, taskName: name });
      const { id } = await call('jobs.create', { taskId, input: { n: 1 } });
      const other = await newTask();
      await ended(world, (await call('jobs.create', { taskId: other.id, input: { n: 1 } })).id);
      expect((await call('jobs.get', { id })).status).toBe('queued');
      expect((await call('jobs.queue')).pausedTasks.map((task) => task.taskId)).toContain(taskId);
      const resumed = await call('jobs.resume', { taskId });
      expect(resumed.pausedTasks.map((task) => task.taskId)).not.toContain(taskId);
      expect((await ended(world, id)).status).toBe('completed');
    },
  },
  {
    id: 'jobs.pause.wholeQueue',
    says: 'The whole queue stands still with who stopped it and why, until it is resumed',
    cites: ['jobs.pause', 'jobs.resume', 'jobs.queue'],
    async run({ call }) {
      try {
        await call('jobs.pause', { reason: 'Everything' });
        expect(await call('jobs.queue')).toMatchObject({ paused: true, reason: 'Everything' });
      } finally {
        await call('jobs.resume');
      }
      expect(await call('jobs.queue')).toMatchObject({ paused: false });
    },
  },
  {
    id: 'jobs.clear.ended',
    says: 'Ended jobs of a task are cleared, and no others',
    cites: ['jobs.clear'],
    async run(world) {
      const { call, refused, newTask } = world;
      const { id: taskId } = await newTask();
      const done = await call('jobs.create', { taskId, input: { n: 1 } });
      await ended(world, done.id);
      const waiting = await call('jobs.create', { taskId, input: { n: 1 }, scheduledFor: later });
      expect(await call('jobs.clear', { taskId })).toEqual({ cleared: 1 });
      expect((await refused('jobs.get', { id: done.id })).code).toBe('NOT_FOUND');
      expect((await call('jobs.get', { id: waiting.id })).status).toBe('queued');
    },
  },
];

export const batchRequirements: readonly Requirement[] = [
  {
    id: 'batches.create.dependencies',
    says: 'Requests of a batch run when what they depend on is done, each with its result',
    cites: ['batches.create', 'batches.get'],
    async run({ call, newTask, unique }) {
      const { id: taskId } = await newTask();
      const name = unique('batch');
      const batch = await call('batches.create', {
        name,
        mode: 'dependency',
        wait: true,
        requests: [
          { key: 'second', taskId, input: { n: 2 }, dependsOn: ['first'] },
          { key: 'first', taskId, input: { n: 1 } },
        ],
      });
      expect(batch).toMatchObject({
        name,
        mode: 'dependency',
        status: 'completed',
        total: 2,
        counts: { completed: 2 },
      });
      expect(batch.items).toMatchObject([
        { key: 'second', status: 'completed', output: { doubled: 4 } },
        { key: 'first', status: 'completed', output: { doubled: 2 } },
      ]);
      const [second, first] = batch.items.map((item) => Date.parse(item.finishedAt as string));
      expect(first).toBeLessThanOrEqual(second as number);
      expect(await call('batches.get', { id: batch.id })).toMatchObject({ id: batch.id, status: 'completed' });
    },
  },
  {
    id: 'batches.create.failed',
    says: 'What depends on a request that failed is skipped, and the batch has failed',
    cites: ['batches.create'],
    async run({ call, refused, newTask }) {
      const good = await newTask();
      const bad = await newTask({ sourceCode: '() => { throw new Error("x"); }\n', ...always });
      const batch = await call('batches.create', {
        mode: 'dependency',
        wait: true,
        requests: [
          { key: 'bad', taskId: bad.id },
          { key: 'after', taskId: good.id, input: { n: 1 }, dependsOn: ['bad'] },
        ],
      });
      expect(batch.status).toBe('failed');
      expect(batch.items.map(({ key, status }) => [key, status])).toEqual([
        ['bad', 'failed'],
        ['after', 'skipped'],
      ]);
      const circle = await refused('batches.create', {
        mode: 'dependency',
        requests: [{ key: 'a', taskId: good.id, input: { n: 1 }, dependsOn: ['a'] }],
      });
      expect(circle.code).toBe('VALIDATION_FAILED');
    },
  },
  {
    id: 'batches.cancel.stops',
    says: 'A batch is cancelled with what has not run, and is listed as cancelled',
    cites: ['batches.cancel', 'batches.list'],
    async run({ call, newTask, unique }) {
      const { id: taskId } = await newTask({ sourceCode: '() => { for (;;); }\n', ...always });
      const name = unique('stopped');
      const { id } = await call('batches.create', {
        name,
        mode: 'sequential',
        requests: [{ taskId }, { taskId }, { taskId }],
      });
      await call('batches.cancel', { id });
      const after = await until(
        () => call('batches.get', { id }),
        (batch) => batch.finishedAt !== null,
      );
      expect(after.status).toBe('cancelled');
      expect(after.items.filter((item) => item.status === 'completed')).toEqual([]);
      const { items } = await call('batches.list', {
        filters: [
          { field: 'name', op: 'eq', value: name },
          { field: 'status', op: 'eq', value: 'cancelled' },
        ],
      });
      expect(items.map((one) => one.id)).toEqual([id]);
    },
  },
];
