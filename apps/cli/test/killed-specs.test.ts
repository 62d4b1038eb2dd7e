import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@ratchet/client/create-client';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServerProcess, serve } from './server-process.ts';

const names = ['add-cart', 'add-login', 'fix-mail'];
const start = (n: number) => `- [ ] Begin ${n}\n`;

let folder: string;
let database: TestDatabase;
let running: ServerProcess | null = null;

/** On PostgreSQL where the tests have one, else embedded. */
async function begin(): Promise<Client> {
  running = await serve(folder, database.url ? { DATABASE_URL: database.url } : {});
  return running.client;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-killed-specs-'));
  database = await openTestDatabase();
});
afterAll(async () => {
  await running?.kill('SIGKILL');
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('killed during edits and syncs of changes, it loses nothing and leaves no file half-written', {
  timeout: 300_000,
}, async () => {
  const root = join(folder, 'shop');
  const place = (name: string, file: string) => join(root, 'openspec/changes', name, file);
  const read = (name: string, file: string) => readFileSync(place(name, file), 'utf8');
  for (const [n, name] of names.entries()) {
    mkdirSync(join(root, 'openspec/changes', name), { recursive: true });
    writeFileSync(place(name, 'tasks.md'), start(n));
  }
  let client = await begin();
  const { id: projectId } = await client.projects.create({ name: 'shop', path: root });
  /** Tasks that the server said it has, and numbers that one edit wrote into two files of a change. */
  const added = new Map<string, string[]>(names.map((name) => [name, []]));
  let n = 0;

  const answered = () => [...added.values()].flat().length;

  for (const delay of [0, 35, 90]) {
    const before = answered();
    const gone = new AbortController();
    const busy = async (work: () => Promise<unknown>) => {
      // What is asked of a server that dies is refused, and asked no more.
      while (!gone.signal.aborted) await work().catch(() => sleep(5));
    };
    const work = Promise.all([
      ...names.map((name) =>
        busy(async () => {
          const text = `Task ${++n}.`;
          await client.specs.addTask({ id: `shop/${name}`, text });
          added.get(name)?.push(text);
        }),
      ),
      busy(async () => {
        const both = `${++n}\n`;
        await client.specs.update({ id: 'shop/add-cart', files: { 'a.txt': both, 'b.txt': both } });
      }),
      busy(() => client.specs.sync({ projectId })),
    ]);
    while (answered() < before + 3) await sleep(5);
    await sleep(delay);
    gone.abort();
    await running?.kill('SIGKILL');
    await work;
    client = await begin();
    await client.specs.sync({ projectId });
    for (const name of names) {
      const text = read(name, 'tasks.md');
      expect(added.get(name)?.filter((task) => !text.includes(task))).toEqual([]);
      expect(text).toMatch(/^(- \[ \] (Begin|Task) \d+\.?\n)+$/);
      expect((await client.specs.get({ id: `shop/${name}` })).tasksContent).toBe(text);
    }
    const files = readdirSync(place('add-cart', '.'));
    if (files.includes('a.txt')) expect(read('add-cart', 'a.txt')).toBe(read('add-cart', 'b.txt'));
    expect((await client.specs.sync({ projectId })).message).toBe('Nothing changed.');
  }
});
