import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { expect } from 'vitest';
import { refused, type Scenario } from './scenario.ts';
import { sum } from './tasks.ts';

const metadata = (name: string, more: object = {}): string =>
  `${JSON.stringify({ name, version: '1.0.0', ...more }, null, 2)}\n`;

/** A folder and a git repository: pulled, planned, edited, pushed, brought into conflict, undone, approved, removed. */
export async function repositoriesScenario({ client, ask, folder }: Scenario): Promise<void> {
  const root = join(folder, 'team');
  mkdirSync(join(root, 'job'), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(root, 'job', name), text);
  write('metadata.json', metadata('job'));
  write('main.js', sum);
  const made = await ask('POST', '/api/v1/repositories', {
    name: 'team',
    repositoryType: 'filesystem',
    uri: root,
    syncIntervalMinutes: 0,
  });
  const { id } = (await (await ask('GET', made.headers.get('location') ?? '')).json()) as { id: string };
  expect((await client.repositories.test({ id })).success).toBe(true);
  const { planId, actions } = await client.repositories.plan({ id });
  for (const { path } of actions) await client.repositories.planDiff({ id, planId, path });
  const progress: string[] = [];
  const pulled = await client.repositories.sync({ id }, { onProgress: ({ stage }) => progress.push(stage) });
  expect(pulled).toMatchObject({ tasksAdded: 1, conflicts: [] });
  await client.tasks.discover({ path: root });
  const { items } = await client.tasks.list({ filters: [{ field: 'repositoryId', op: 'eq', value: id }] });
  const task = items[0]?.id ?? '';

  // Pushed from here, one and all.
  await client.tasks.updateSource({ id: task, sourceCode: sum.replace('total', 'count') });
  expect((await client.tasks.modified({ repositoryId: id })).items).toHaveLength(1);
  expect((await client.tasks.push({ id: task, message: 'Count' })).success).toBe(true);
  expect(readFileSync(join(root, 'job', 'main.js'), 'utf8')).toContain('count');
  await client.tasks.update({ id: task, label: 'Job' });
  expect(await client.repositories.push({ id })).toMatchObject([{ success: true }]);
  await client.tasks.update({ id: task, label: 'The job' });
  await client.registry.pushStatus();
  await client.registry.pushAllPending();

  // Both sides change the same line.
  write('main.js', sum.replace('total', 'there'));
  await client.tasks.updateSource({ id: task, sourceCode: sum.replace('total', 'here') });
  const refusedSync = await client.repositories.sync({ id });
  expect(refusedSync.conflicts).toHaveLength(1);
  const { items: open } = await client.conflicts.list({ filters: [{ field: 'repositoryId', op: 'eq', value: id }] });
  const conflict = await client.conflicts.get({ id: open[0]?.id ?? '' });
  await client.conflicts.resolve({ id: conflict.id, resolution: 'take_local' });
  await client.repositories.push({ id });

  await client.repositories.update({ id, syncIntervalMinutes: 15 });
  const whole = await client.repositories.get({ id });
  await ask('PUT', `/api/v1/repositories/${id}`, whole);
  await client.repositories.pause({ id });
  await client.repositories.resume({ id });
  await client.repositories.health({ id });
  await client.repositories.analytics({ id, days: 7 });
  await client.repositories.syncAll();
  const { items: runs } = await client.repositories.runs({
    id,
    filters: [{ field: 'status', op: 'eq', value: 'success' }],
  });
  expect(runs.length).toBeGreaterThan(2);
  write('metadata.json', metadata('job', { description: 'from there', label: 'The job' }));
  const last = await client.repositories.sync({ id });
  await client.repositories.undoRun({ id, runId: last.runId });
  await client.repositories.list({ sort: [{ field: 'name', order: 'desc' }] });

  await approvals({ client, ask, folder } as Scenario);

  const before = (await client.repositories.list({ filters: [{ field: 'isDefault', op: 'eq', value: true }] }))
    .items[0];
  await client.repositories.setDefault({ id });
  if (before) await client.repositories.setDefault({ id: before.id });
  else await client.tasks.assignRepository({ id: task, repositoryId: null });
  expect(await refused(client.repositories.delete({ id }))).toMatch(/REPOSITORY_NOT_EMPTY|STATE_CONFLICT|not refused/);
}

/** A git repository whose pushes somebody must approve. */
async function approvals({ client, folder }: Scenario): Promise<void> {
  const git = await createGitRepository(join(folder, 'reviewed.git'));
  await git.commit({ 'job/metadata.json': metadata('reviewed'), 'job/main.js': sum });
  const { id } = await client.repositories.create({
    name: 'reviewed',
    repositoryType: 'git',
    uri: join(folder, 'reviewed.git'),
    syncIntervalMinutes: 0,
    pushPolicy: { requireApproval: true },
  });
  await client.repositories.sync({ id });
  const { items } = await client.tasks.list({ filters: [{ field: 'repositoryId', op: 'eq', value: id }] });
  const task = items[0]?.id ?? '';
  for (const decision of ['reject', 'approve'] as const) {
    await client.tasks.update({ id: task, label: `To ${decision}` });
    await client.repositories.push({ id });
    const { items: waiting } = await client.pushes.list({
      id,
      filters: [{ field: 'status', op: 'eq', value: 'awaiting' }],
    });
    const pushId = waiting[0]?.id ?? '';
    await client.pushes.get({ id, pushId });
    if (decision === 'reject') await client.pushes.reject({ id, pushId, reason: 'Not yet' });
    else await client.pushes.approve({ id, pushId });
  }
  await client.pullRequests.list({ limit: 5 });
  await client.tasks.assignRepository({ id: task, repositoryId: null });
  await client.repositories.delete({ id, tasks: 'detach' });
}
