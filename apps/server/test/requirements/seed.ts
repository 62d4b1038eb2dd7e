import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import type { Wire } from './wire.ts';
import { createWorld, taskFolder, until } from './world.ts';

const later = '2099-01-01T00:00:00.000Z';

/** Members that a list needs besides, such as the repository whose runs it lists. */
export type ListsOf = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Puts rows of every kind on a server, several of each that differ, and lets them come to rest. */
export async function seed(wire: Wire, ground: Ground): Promise<ListsOf> {
  const world = createWorld(wire, ground);
  const { call, newRepository, newTask, unique, folder } = world;
  const { id: repositoryId, git } = await newRepository({ ...taskFolder('alpha'), ...taskFolder('beta') });
  await call('repositories.sync', { id: repositoryId });
  const disputed = Object.values(await world.tasksOf(repositoryId));
  for (const { id } of disputed) await call('tasks.updateSource', { id, sourceCode: '() => "mine"\n' });
  await git.commit({ 'alpha/main.js': '() => "theirs"\n', 'beta/main.js': '() => "theirs"\n' });
  await call('repositories.sync', { id: repositoryId });

  const asking = await newRepository(undefined, { pushPolicy: { requireApproval: true } });
  for (const path of ['one', 'two']) {
    await newTask({ repositoryId: asking.id, repositoryPath: path });
    await call('repositories.push', { id: asking.id });
  }
  const branching = await newRepository(undefined, { pushPolicy: { branchStrategy: 'feature_branch' } });
  await newTask({ repositoryId: branching.id });
  await call('repositories.push', { id: branching.id });

  const tasks = [
    await newTask({ name: unique('Zeta'), description: 'The last', version: '1.2.0' }),
    await newTask({ name: unique('eta, with "odd" & chars_%'), sourceType: 'typescript', sourceCode: '() => 1\n' }),
  ];
  await call('tasks.update', { id: tasks[0]?.id as string, tags: ['tagged'] });
  const taskId = tasks[0]?.id as string;
  const output = await call('outputDestinations.create', {
    name: unique('files'),
    type: 'filesystem',
    config: { root: folder(), path: '{{execution.id}}.json' },
  });
  await call('outputDestinations.create', {
    name: unique('hook'),
    type: 'webhook',
    config: { url: `${ground.web.base}/count` },
    enabled: false,
    on: 'always',
  });
  for (const n of [1, 2, 3]) await call('tasks.run', { id: taskId, input: { n }, wait: true, outputs: [output.id] });
  const chatty = await newTask({
    sourceCode: '() => {\n  console.log("one");\n  console.warn("two");\n  throw new Error("three");\n}\n',
    inputSchema: true,
  });
  const noisy = await call('tasks.run', { id: chatty.id, wait: true });
  for (const priority of ['low', 'urgent'] as const)
    await call('jobs.create', { taskId, input: { n: 1 }, priority, scheduledFor: later });
  for (const name of ['first', 'second'])
    await call('batches.create', { name, wait: true, requests: [{ taskId, input: { n: 1 } }] });
  for (const [name, enabled] of [
    ['daily', true],
    ['weekly', false],
  ] as const)
    await call('schedules.create', { name: unique(name), taskId, cron: '0 3 1 1 *', input: { n: 1 }, enabled });
  for (const name of ['A', 'B']) {
    await call('credentials.create', { name: unique(name), type: 'token', token: 'some-token' });
    await call('secrets.create', { name: `SECRET_${name}`, value: 'some value', taskIds: [taskId] });
    await call('results.create', { name: `result ${name}`, content: { name }, tags: [name], taskId });
    await call('alerts.create', { name: unique(name), metric: 'open_conflicts', threshold: 1000 });
    const user = await call('users.create', { username: `user-${name.toLowerCase()}`, password: 'a-long-password' });
    await call('apiKeys.create', { name: unique(name), userId: user.id, scopes: ['read'] });
    await call('grants.create', { userId: user.id, repositoryId, permissions: ['read'] });
  }
  const projects = [unique('shop'), unique('store')];
  for (const name of projects) {
    const root = folder();
    for (const change of ['add-cart', 'add-login', 'fix-mail']) {
      const at = join(root, 'openspec/changes', change);
      mkdirSync(at, { recursive: true });
      writeFileSync(join(at, 'tasks.md'), `- [ ] ${change}\n`);
    }
    await call('projects.create', { name, path: root, syncEnabled: false });
  }
  const spec = `${projects[0]}/add-login`;
  for (const done of [true, false]) await call('specs.updateTask', { id: spec, n: 0, done });
  await until(
    () => call('deliveries.list', {}),
    ({ items }) => items.length === 3 && items.every(({ status }) => status === 'delivered'),
  );
  await world.close();
  if (!existsSync(join(ground.folder, 'data'))) throw new Error('The server has no data folder.');
  return {
    'tasks.history': { id: taskId },
    'repositories.runs': { id: repositoryId },
    'pushes.list': { id: asking.id },
    'executions.logs': { id: noisy.id },
    'specs.versions': { id: spec },
    'specs.syncHistory': { id: spec },
    // Every write is an event of the audit: what is listed must stand still.
    'audit.list': { filters: [{ field: 'operation', op: 'eq', value: 'users.create' }] },
  };
}
