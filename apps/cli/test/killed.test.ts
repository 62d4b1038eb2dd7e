import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@ratchet/client/create-client';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServerProcess, serve } from './server-process.ts';

const tasks = ['a', 'b', 'c'];
const source = (name: string, n: number) => `(input) => ({ task: '${name}', n: ${n}, input })\n`;

let folder: string;
let database: TestDatabase;
let running: ServerProcess | null = null;

/** On PostgreSQL where the tests have one, else embedded. */
async function start(): Promise<Client> {
  running = await serve(folder, database.url ? { DATABASE_URL: database.url } : {});
  return running.client;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-killed-'));
  database = await openTestDatabase();
});
afterAll(async () => {
  await running?.kill('SIGKILL');
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('killed at any moment, it loses nothing, doubles nothing upstream and leaves nothing running', {
  timeout: 300_000,
}, async () => {
  const upstream = await createGitRepository(join(folder, 'upstream.git'));
  const files = (name: string, n: number) => ({
    [`${name}/metadata.json`]: `{"name": "${name}", "version": "1.0.0"}\n`,
    [`${name}/main.js`]: source(name, n),
  });
  await upstream.commit(Object.assign({}, ...tasks.map((name) => files(name, 0))));
  let client = await start();
  const { id: repositoryId } = await client.repositories.create({
    name: 'r',
    repositoryType: 'git',
    uri: `file://${upstream.path}`,
    branch: 'main',
    syncIntervalMinutes: 0,
  });
  await client.repositories.sync({ id: repositoryId });
  const ids = new Map((await client.tasks.list({})).items.map((task) => [task.name, task.id]));
  /** Sources that the server said it has. */
  const written = new Map<string, string[]>(tasks.map((name) => [name, []]));
  const executions: string[] = [];
  let n = 0;

  for (const delay of [30, 90, 160, 240, 330, 450, 600, 800]) {
    const dying = AbortSignal.timeout(delay);
    const busy = async (work: () => Promise<unknown>) => {
      while (!dying.aborted) await work().catch(() => sleep(5));
    };
    const work = [
      ...tasks.map((name) =>
        busy(async () => {
          const text = source(name, ++n);
          await client.tasks.updateSource({ id: ids.get(name) ?? '', sourceCode: text });
          written.get(name)?.push(text);
        }),
      ),
      busy(() => client.repositories.push({ id: repositoryId })),
      busy(() => client.repositories.sync({ id: repositoryId })),
      busy(async () => {
        const { id } = await client.tasks.run({ id: ids.get('a') ?? '', input: n });
        executions.push(id);
      }),
    ];
    await sleep(delay);
    await running?.kill('SIGKILL');
    await Promise.all(work);
    client = await start();
  }

  await client.repositories.sync({ id: repositoryId });
  const pushed = await client.repositories.push({ id: repositoryId });
  expect(pushed.filter((result) => !result.success)).toEqual([]);
  expect((await client.repositories.plan({ id: repositoryId })).actions).toEqual([]);
  const now = await upstream.files();
  for (const name of tasks) {
    const id = ids.get(name) ?? '';
    const task = await client.tasks.get({ id });
    expect(now.get(`${name}/main.js`)?.bytes.toString()).toBe(task.sourceCode);
    const history = await client.tasks.history({ id, limit: 1000 });
    expect(history.items.map((v) => v.revision)).toEqual(
      Array.from({ length: task.revision }, (_, i) => task.revision - i),
    );
    const versions = await Promise.all(history.items.map((v) => client.tasks.getVersion({ id, revision: v.revision })));
    const kept = new Set(versions.map((v) => v.sourceCode));
    expect(written.get(name)?.filter((text) => !kept.has(text))).toEqual([]);
  }
  const log = await upstream.log();
  const carried = log.flatMap(({ message }) => {
    const lines = message.split('\n');
    return lines.flatMap((line, i) => (line.startsWith('Ratchet-Task: ') ? [`${line} ${lines[i + 1]}`] : []));
  });
  expect(new Set(carried).size).toBe(carried.length);
  expect(carried.length).toBeGreaterThan(0);
  // One that ran at several kills is given up as a task that kills its server would be; it still comes to its end.
  const ended = async (id: string) => {
    const { status, error } = await client.executions.get({ id });
    return (
      status === 'completed' ||
      (status === 'failed' && error?.class === 'NodeLost') ||
      `${status} ${error?.class ?? ''}`
    );
  };
  for (const id of executions) await expect.poll(() => ended(id), { timeout: 30_000 }).toBe(true);
  const left = await client.executions.list({
    filters: [{ field: 'status', op: 'eq', value: ['running', 'pending'] }],
  });
  expect(left.meta.total).toBe(0);
  await running?.kill('SIGTERM');
});
