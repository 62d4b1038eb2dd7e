import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeOpenSpecProject } from '@ratchet/testing/openspec-project';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let root: string;
let projectId: string;

beforeAll(async () => {
  server = await served();
  root = join(server.folder, 'shop');
  await writeOpenSpecProject(root, { changes: 12, archived: 2 });
  const made = await server.api('POST', '/projects', { name: 'shop', path: root });
  expect(made).toMatchObject({ status: 201, body: { name: 'shop', specCount: 12, archivedCount: 2 } });
  projectId = made.body.id;
});
afterAll(() => server.close());

const place = (path: string) => join(root, 'openspec', path);
function write(path: string, content: string) {
  mkdirSync(dirname(place(path)), { recursive: true });
  writeFileSync(place(path), content);
}

describe('changes over REST', () => {
  test('a project is none of the repositories, and a repository no project', async () => {
    const repositories = await server.api('GET', '/repositories');
    expect(repositories.body.items.map(({ name }: { name: string }) => name)).not.toContain('shop');
    expect(await server.api('GET', `/repositories/${projectId}`)).toMatchObject({ status: 404 });
    const other = repositories.body.items[0].id;
    expect(await server.api('GET', `/projects/${other}`)).toMatchObject({ status: 404 });
    const task = await server.api('POST', '/tasks', { name: 'x', sourceCode: '() => 1', repositoryId: projectId });
    expect(task).toMatchObject({ status: 404 });
  });

  test('one is known by project and folder, by folder, and by its document', async () => {
    const { body } = await server.api('GET', '/specs?limit=1&archived=false');
    const [first] = body.items;
    const whole = await server.api('GET', `/specs/${encodeURIComponent(first.specId)}`);
    expect(whole).toMatchObject({ status: 200, body: { specId: first.specId, revision: 1 } });
    expect((await server.api('GET', `/specs/${first.id}`)).body.documentId).toBe(first.documentId);
    expect((await server.api('GET', `/specs/${first.documentId}`)).body.specId).toBe(first.specId);
  });

  test('a task is ticked in its file, and a change of the file is heard of', async () => {
    write('changes/add-bell/tasks.md', '- [ ] ring\n');
    await server.api('POST', '/specs/sync', { projectId });
    const ticked = await server.api('PATCH', '/specs/add-bell/tasks/0', { done: true });
    expect(ticked).toMatchObject({ status: 200, body: { taskCounts: { total: 1, done: 1 }, status: 'complete' } });
    expect(readFileSync(place('changes/add-bell/tasks.md'), 'utf8')).toBe('- [x] ring\n');
    write('changes/add-bell/tasks.md', '- [x] ring\n- [ ] ring again\n');
    await expect
      .poll(async () => (await server.api('GET', '/specs/add-bell')).body.taskCounts, { timeout: 20_000 })
      .toEqual({ total: 2, done: 1 });
    const history = await server.api('GET', '/specs/add-bell/sync-history');
    expect(history.body.items[0]).toMatchObject({ direction: 'fs_to_db', filesChanged: ['tasks.md'] });
  });
});
