import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
beforeAll(async () => {
  server = await served();
});
afterAll(() => server?.close());

const tasks = 10_000;

it('20,000 files that are written at once into a watched folder all arrive', { timeout: 240_000 }, async () => {
  const folder = join(server.folder, 'burst');
  mkdirSync(folder);
  const settings = { name: 'burst', repositoryType: 'filesystem', uri: folder, syncIntervalMinutes: 0 };
  const { id } = (await server.api('POST', '/repositories', settings)).body;
  const count = async () => (await server.api('GET', `/tasks?repositoryId=${id}&limit=1`)).body.meta.total;
  for (let i = 0; i < tasks; i++) {
    const task = join(folder, `group-${i % 100}`, `task-${i}`);
    mkdirSync(task, { recursive: true });
    writeFileSync(join(task, 'metadata.json'), `{"name": "task ${i}", "version": "1.0.0"}\n`);
    writeFileSync(join(task, 'main.js'), `() => ${i}\n`);
    if (i % 500 === 0) await setImmediate();
  }
  await expect.poll(count, { timeout: 200_000, interval: 250 }).toBe(tasks);
  const plan = (await server.api('POST', `/repositories/${id}/plan`)).body;
  expect([plan.actions, plan.problems]).toEqual([[], []]);
});
