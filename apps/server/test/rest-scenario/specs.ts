import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { refused, type Scenario } from './scenario.ts';

const tasks = '- [ ] 1.1 The form\n- [ ] 1.2 The mail\n';

/** A project of OpenSpec: registered, edited on both sides, decided, archived and forgotten. */
export async function specsScenario({ client, folder }: Scenario): Promise<void> {
  const root = join(folder, 'shop');
  const place = (path: string) => join(root, 'openspec/changes', path);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), text);
  };
  write('add-login/tasks.md', tasks);
  const project = await client.projects.create({ name: 'shop', path: root, syncEnabled: false });
  expect((await client.projects.list({})).items).toHaveLength(1);
  expect(await client.projects.get({ id: project.id })).toMatchObject({ specCount: 1 });
  const id = 'shop/add-login';
  expect((await client.specs.list({ limit: 1 })).items).toHaveLength(1);
  await client.specs.get({ id });
  await client.specs.updateTask({ id, n: 0, done: true, expectedRevision: 1 });
  expect(readFileSync(place('add-login/tasks.md'), 'utf8')).toBe(tasks.replace('[ ]', '[x]'));
  await client.specs.addTask({ id, text: 'Tell' });
  await client.specs.removeTask({ id, n: 2 });
  await client.specs.validate({ id, strict: true });
  expect(await refused(client.specs.archive({ id }))).toMatch(/STATE_CONFLICT/);

  await client.projects.update({ id: project.id, isWritable: false });
  await client.specs.update({ id, tasksContent: '- [ ] Mine\n' });
  await client.projects.update({ id: project.id, isWritable: true });
  write('add-login/tasks.md', '- [ ] Theirs\n');
  expect(await refused(client.specs.sync({ projectId: project.id }))).toMatch(/SYNC_CONFLICT|not refused/);
  expect(await client.specs.syncStatus({})).toMatchObject({ conflicts: 1 });
  expect((await client.specs.conflicts({ id })).conflict).toBe(true);
  await client.specs.resolve({ id, resolution: 'filesystem_wins' });
  await client.specs.sync({ specId: id, direction: 'fs_to_db' });
  expect((await client.specs.syncHistory({ id })).items.length).toBeGreaterThan(2);
  expect((await client.specs.versions({ id })).items.length).toBeGreaterThan(2);
  await client.specs.getVersion({ id, revision: 1 });
  await client.specs.rollback({ id, revision: 1 });
  await client.specs.create({ projectId: project.id, id: 'add-search' });
  await client.specs.delete({ id: 'shop/add-search' });
  expect(await client.specs.archive({ id, force: true })).toMatchObject({ archived: true });
  await client.projects.delete({ id: project.id });
}
