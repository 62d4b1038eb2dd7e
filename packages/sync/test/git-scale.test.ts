import { expect, it } from 'vitest';
import { listAll, request, setUp, write } from './git-fixture.ts';

const tasks = 10_000;
const path = (n: number, name: string) => `tasks/group-${n % 100}/task-${n}/${name}`;
const metadata = (n: number, version: string) =>
  JSON.stringify({ name: `task-${n}`, version, description: 'x'.repeat(900) });

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${what}: ${(performance.now() - start).toFixed(0)} ms`);
  return result;
}

it(`keeps ${tasks} tasks in step`, async () => {
  const { repository, open } = await setUp();
  const files: Record<string, string> = {};
  for (let n = 0; n < tasks; n++) {
    files[path(n, 'metadata.json')] = metadata(n, '1.0.0');
    files[path(n, 'main.js')] = `export default () => ${n}; // ${'y'.repeat(900)}\n`;
  }
  const head = await repository.commit(files);
  const remote = open();
  await timed('first probe', () => remote.probe());
  expect(await timed('probe', () => remote.probe())).toBe(head);
  const first = await timed('first list, with the fetch, of 20,000 files', () => remote.list());
  expect(first.files).toHaveLength(2 * tasks);
  await timed('list again', () => remote.list());
  const contents = await timed('read 20,000 files', async () => {
    let bytes = 0;
    for await (const found of remote.read(first.files)) bytes += found.bytes.length;
    return bytes;
  });
  expect(contents).toBe(Object.values(files).reduce((sum, text) => sum + text.length, 0));
  const some = first.files.filter((_, index) => index % 2 === 0);
  await timed('read 10,000 files', async () => {
    for await (const found of remote.read(some)) expect(found.bytes.length).toBe(found.file.size);
  });

  const edits = Array.from({ length: 1000 }, (_, n) =>
    write(path(n, 'metadata.json'), metadata(n, '1.0.0'), metadata(n, '1.0.1')),
  );
  const prepared = await timed('prepare 1,000 edits', () => remote.prepare(request(head, ...edits)));
  const published = await timed('publish them', () => remote.publish(prepared ?? { token: '', head: null }));
  expect(published).toMatchObject({ status: 'published' });
  const added = await remote.prepare(request(prepared?.token ?? null, write(path(tasks, 'main.js'), null, 'new')));
  await timed('publish one more file', () => remote.publish(added ?? { token: '', head: null }));

  await repository.commit(
    Object.fromEntries(Array.from({ length: 100 }, (_, n) => [path(n + 5000, 'main.js'), 'changed'])),
  );
  const last = await timed('list after 100 remote changes', () => remote.list());
  expect(last.files).toHaveLength(2 * tasks + 1);
  expect(Object.keys(await listAll(remote))).toHaveLength(2 * tasks + 1);
});
