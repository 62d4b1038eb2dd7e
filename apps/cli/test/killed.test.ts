import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@ratchet/client/create-client';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { afterAll, beforeAll, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../src/main.ts');
const tasks = ['a', 'b', 'c'];
const source = (name: string, n: number) => `(input) => ({ task: '${name}', n: ${n}, input })\n`;

let folder: string;
let running: ChildProcess | null = null;

async function serve(): Promise<Client> {
  const server = spawn(
    process.execPath,
    [main, 'serve', '--port', '0', '--data-dir', join(folder, 'data'), '--log-level', 'error'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH, HOME: folder },
    },
  );
  running = server;
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += String(chunk);
    const address = printed.match(/http:\/\/\S+:\d+/)?.[0];
    if (address) return createClient({ baseUrl: address });
  }
  throw new Error(`The server did not start: ${printed}`);
}

async function kill(signal: NodeJS.Signals): Promise<void> {
  const server = running;
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-killed-'));
});
afterAll(async () => {
  await kill('SIGKILL');
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
  let client = await serve();
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
    await kill('SIGKILL');
    await Promise.all(work);
    client = await serve();
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
  await kill('SIGTERM');
});
