import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fullRights, type Rights } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import type { Operation, TargetKind } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { expect } from 'vitest';
import type { Served } from './served.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
export type Call = (name: string, input: unknown, as: Caller) => Promise<any>;

/** By name. */
export const known: ReadonlyMap<string, Operation> = new Map(operations.map((each) => [each.name, each]));

/** Calls in this process. Another surface can take its place. */
export const callIn =
  (server: Pick<Served, 'dispatcher'>): Call =>
  (name, input, as) =>
    server.dispatcher.call(known.get(name) as Operation, input, as);

let callers = 0;
export const callerWith = (rights: Rights, kind: Caller['actor']['kind'] = 'user'): Caller => {
  const id = `caller-${++callers}`;
  return {
    actor: { kind, id, name: id },
    rights,
    surface: 'rest',
    requestId: `request-${callers}`,
    address: `10.0.${callers >> 8}.${callers & 255}`,
  };
};
export const owner = callerWith(fullRights, 'system');

export const source = '(input) => ({ double: input.n * 2 })\n';
const metadata = (name: string, uuid: string) => JSON.stringify({ name, uuid, version: '1.0.0' });

/** One of everything that stands at a task, for a task. */
export type Placed = Readonly<Record<Exclude<TargetKind, 'repository' | 'alert'>, string>>;
export interface PlacedTask {
  readonly name: string;
  readonly repositoryId: string;
  readonly ids: Partial<Placed> & { readonly task: string };
}

export interface PlacedWorld {
  readonly repositories: readonly { readonly id: string; readonly name: string; readonly alert: string }[];
  readonly tasks: readonly PlacedTask[];
}

const names = ['safe-one', 'safe-two', 'other'];

/**
 * Two repositories of folders with three tasks each; of each task a job, an execution with a delivery, a batch, a schedule,
 * a result and a conflict; of each repository an alert. All made by their operations.
 */
export async function placedWorld(server: Served, call: Call): Promise<PlacedWorld> {
  const repositories: { id: string; name: string; alert: string }[] = [];
  const tasks: PlacedTask[] = [];
  mkdirSync(join(server.folder, 'out'));
  const destination = await call(
    'outputDestinations.create',
    {
      name: 'kept',
      type: 'filesystem',
      isGlobal: true,
      config: { root: join(server.folder, 'out'), path: '{{execution.id}}.json' },
    },
    owner,
  );
  for (const name of ['north', 'south']) {
    const folder = join(server.folder, name);
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const task of names) {
      write(`${task}/metadata.json`, metadata(task, `${name}-${task}`));
      write(`${task}/main.js`, source);
    }
    const { id } = await call('repositories.create', { name, repositoryType: 'filesystem', uri: folder }, owner);
    await call('repositories.sync', { id }, owner);
    const alert = await call(
      'alerts.create',
      { name, metric: 'open_conflicts', threshold: 9, repositoryId: id },
      owner,
    );
    repositories.push({ id, name, alert: alert.id });

    const { items } = await call('tasks.list', { filters: [{ field: 'repositoryId', value: id }] }, owner);
    for (const task of items) {
      await call('tasks.updateSource', { id: task.id, sourceCode: source.replace('* 2', '* 3') }, owner);
      write(`${task.name}/main.js`, source.replace('* 2', '* 4'));
    }
    await call('repositories.sync', { id }, owner).catch(() => {});
    const conflicts = await call('conflicts.list', { filters: [{ field: 'repositoryId', value: id }] }, owner);
    expect(conflicts.items).toHaveLength(names.length);
    for (const task of items) tasks.push(await placedAt(call, task, id, conflicts.items, destination.id));
  }
  await call('alerts.create', { name: 'everywhere', metric: 'open_conflicts', threshold: 99 }, owner);
  await call('results.create', { name: 'of nothing', content: 1 }, owner);
  // One batch over a task that everybody here may see and one that they may not.
  const requests = tasks.slice(0, 3).map(({ ids }) => ({ taskId: ids.task, input: { n: 1 } }));
  await call('batches.create', { requests, wait: true }, owner);
  return { repositories, tasks };
}

async function placedAt(
  call: Call,
  task: { id: string; name: string },
  repositoryId: string,
  conflicts: readonly { id: string; taskId: string }[],
  destination: string,
): Promise<PlacedTask> {
  const taskId = task.id;
  const input = { n: 1 };
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const ran = await call('tasks.run', { id: taskId, input, wait: true }, owner);
  expect(ran.status).toBe('completed');
  const job = await call('jobs.create', { taskId, input, scheduledFor: later }, owner);
  const batch = await call('batches.create', { requests: [{ taskId, input }], wait: true }, owner);
  const schedule = await call('schedules.create', { taskId, cron: '0 0 1 1 *', input }, owner);
  const result = await call('results.create', { name: 'kept', executionId: ran.id }, owner);
  const deliveries = await call(
    'deliveries.list',
    {
      filters: [
        { field: 'executionId', value: ran.id },
        { field: 'destinationId', value: destination },
      ],
    },
    owner,
  );
  return {
    name: task.name,
    repositoryId,
    ids: {
      task: taskId,
      execution: ran.id,
      job: job.id,
      batch: batch.id,
      schedule: schedule.id,
      result: result.id,
      delivery: deliveries.items[0].id,
      conflict: conflicts.find((conflict) => conflict.taskId === taskId)?.id ?? '',
    },
  };
}
