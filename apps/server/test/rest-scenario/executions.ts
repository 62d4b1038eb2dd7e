import { expect } from 'vitest';
import { type Scenario, until } from './scenario.ts';
import { sum } from './tasks.ts';

const slow = 'export default async () => { await new Promise((done) => setTimeout(done, 600_000)); };';
const broken = 'export default async () => { throw new TypeError("no"); };';
const ended = (status: string) => !['pending', 'running', 'queued', 'processing', 'retrying'].includes(status);

/** What runs: executions, jobs, batches, schedules, workers, and results that are kept. */
export async function executionsScenario({ client, ask }: Scenario): Promise<void> {
  const [ok, endless, fails] = await Promise.all(
    Object.entries({ ok: sum, endless: slow, fails: broken }).map(([name, sourceCode]) =>
      client.tasks.create({ name: `of executions ${name}`, sourceCode }),
    ),
  );
  const taskId = ok?.id ?? '';
  const input = { items: [1, 2] };

  const made = await ask('POST', '/api/v1/executions', { taskId, input, wait: true, record: true, profile: true });
  const { id } = (await (await ask('GET', made.headers.get('location') ?? '')).json()) as { id: string };
  await ask('POST', `/api/v1/tasks/${taskId}/run`, { input }, { 'idempotency-key': 'one' });
  const queued = await client.executions.create({ taskId: endless?.id ?? '' });
  await until(
    () => client.executions.get({ id: queued.id }),
    ({ status }) => status === 'running',
  );
  await client.executions.cancel({ id: queued.id });
  await until(
    () => client.executions.get({ id: queued.id }),
    ({ status }) => ended(status),
  );
  await client.executions.logs({ id, limit: 10, sort: [{ field: 'sequence', order: 'desc' }] });
  const events = await Array.fromAsync(client.executions.events({ id }));
  expect(events.length).toBeGreaterThan(0);
  await client.executions.trace({ id });
  await client.executions.recording({ id });
  await client.executions.replay({ id });
  const failed = await client.executions.create({ taskId: fails?.id ?? '', wait: true });
  expect(failed.status).toBe('failed');
  await client.executions.analysis({ id: failed.id });
  await client.executions.retry({ id: failed.id });
  await client.executions.stats({ window: '1h' });
  await client.executions.list({ filters: [{ field: 'status', op: 'ne', value: 'running' }], limit: 3 });
  await client.executions.delete({ id: queued.id });
  await client.results.create({ name: 'kept', executionId: id, tags: ['a'] });
  const kept = await client.results.create({ name: 'also', content: [null, { a: 1 }] });
  await client.results.get({ id: kept.id });
  await client.results.list({ filters: [{ field: 'tag', op: 'eq', value: 'a' }] });
  await client.results.delete({ id: kept.id });

  await client.jobs.queue();
  await client.jobs.pause({ taskId, reason: 'to look' });
  await client.jobs.resume({ taskId });
  const job = await client.jobs.create({ taskId, input });
  await until(
    () => client.jobs.get({ id: job.id }),
    ({ status }) => ended(status),
  );
  const later = await client.jobs.create({
    taskId,
    input,
    scheduledFor: '2099-01-01T00:00:00Z',
    idempotencyKey: 'late',
  });
  await client.jobs.update({ id: later.id, priority: 'high' });
  await client.jobs.cancel({ id: later.id });
  await client.jobs.retry({ id: later.id });
  await client.jobs.createBulk({ jobs: [{ taskId, input }, { taskId: 'none' }] });
  await client.jobs.list({ filters: [{ field: 'createdAt', op: 'gte', value: '2020-01-01T00:00:00Z' }] });
  await client.jobs.stats();
  await client.jobs.delete({ id: job.id });
  await client.jobs.clear({ status: ['cancelled'] });

  const batch = await client.batches.create(
    { requests: [{ taskId, input }], wait: true },
    { onProgress: () => undefined },
  );
  await client.batches.get({ id: batch.id });
  const long = await client.batches.create({ mode: 'sequential', requests: [{ taskId: endless?.id ?? '' }] });
  await client.batches.cancel({ id: long.id });
  await client.batches.list();

  const schedule = await client.schedules.create({ taskId, cron: '0 2 * * *', input, name: 'at night' });
  await client.schedules.update({ id: schedule.id, cron: '0 3 * * *' });
  await client.schedules.disable({ id: schedule.id });
  await client.schedules.enable({ id: schedule.id });
  await client.schedules.get({ id: schedule.id });
  await client.schedules.preview({ id: schedule.id, count: 3 });
  await client.schedules.previewCron({ cron: '30 2 * * 1-5', timezone: 'Europe/Berlin', count: 3 });
  await client.schedules.trigger({ id: schedule.id });
  await client.schedules.list({ q: 'night' });
  await client.schedules.stats();
  await client.schedules.delete({ id: schedule.id });

  const { items: workers } = await client.workers.list();
  const worker = workers[0]?.id ?? '';
  await client.workers.get({ id: worker });
  await client.workers.stats();
  await client.workers.scale({ concurrency: 2 });
  await client.workers.drain({ id: worker });
  await client.workers.drain({ id: worker, resume: true });
}
