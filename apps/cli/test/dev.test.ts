import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@ratchet/client/create-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from './run-in-process.ts';

const patient = { timeout: 60_000, interval: 50 };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-dev-test-'));
  write('twice/metadata.json', '{"name": "twice", "version": "1.0.0"}\n');
  write('twice/main.js', '(input) => input.n * 2\n');
  write('twice/tests/a.json', '{"name": "two", "input": {"n": 1}, "expected": 2}\n');
  write('other/metadata.json', '{"name": "other", "version": "1.0.0"}\n');
  write('other/main.js', '(input) => input\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

it('checks everything once', async () => {
  const good = await runInProcess(['dev', folder, '--once']);
  expect(good).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/✓ twice twice {2}1 passed.*\n(.*\n)*2 tasks are good/),
  });
  expect(await runInProcess(['dev', join(folder, 'none'), '--once'])).toMatchObject({ code: 1 });
});

it('says on each save what changed', async () => {
  const end = new AbortController();
  let said = '';
  const running = runInProcess(['dev', folder], {
    signal: end.signal,
    hear: (text) => {
      said += text;
    },
  });
  const next = async (wanted: RegExp) => {
    await expect.poll(() => said, patient).toMatch(wanted);
    const all = said;
    said = '';
    return all;
  };
  await next(/Watching/);
  write('twice/main.js', '(input) => input.n * 3\n');
  const broken = await next(/1 of 2 tasks are not/);
  expect(broken).toMatch(/✗ twice twice {2}0 passed, 1 failed/);
  expect(broken).toMatch(/two \(tests\/a\.json\): passed → failed/);
  expect(broken).toMatch(/- 2\n +\+ 3/);
  expect(broken).not.toContain('other');
  write('twice/main.js', '(input) => {\n');
  expect(await next(/1 of 2 tasks are not/)).toMatch(/error main\.js:\d+: /);
  write('twice/main.js', '(input) => input.n * 2\n');
  expect(await next(/2 tasks are good/)).toMatch(/two \(tests\/a\.json\): new → passed/);
  write('twice/tests/b.json', '{"name": "four", "input": {"n": 2}, "expected": 4}\n');
  expect(await next(/2 tasks are good/)).toMatch(/four \(tests\/b\.json\): new → passed/);
  rmSync(join(folder, 'other'), { recursive: true });
  expect(await next(/1 tasks are good/)).toMatch(/gone {2}other/);
  write('third/metadata.json', '{"name": ');
  expect(await next(/1 of 2 tasks are not/)).toContain('third');
  rmSync(join(folder, 'third'), { recursive: true });
  await next(/1 tasks are good/);
  end.abort();
  expect((await running).code).toBe(130);
}, 180_000);

it('serves the folder meanwhile, and keeps it in step', async () => {
  const end = new AbortController();
  let said = '';
  const running = runInProcess(['dev', join(folder, 'twice'), '--serve'], {
    env: { HOME: folder, PATH: process.env.PATH ?? '', RATCHET_SERVER_SURFACES_WEB: 'false' },
    signal: end.signal,
    hear: (text) => {
      said += text;
    },
  });
  try {
    await expect.poll(() => said, patient).toMatch(/serves .*twice at http:\S+\n(.*\n)*.*Watching/);
    const client = createClient({ baseUrl: /at (http:\S+)/.exec(said)?.[1] ?? '' });
    write('twice/main.js', '(input) => input.n * 5\n');
    const code = async () => (await client.tasks.list({ filters: [{ field: 'name', value: 'twice' }] })).items[0]?.id;
    const id = (await code()) ?? '';
    await expect.poll(async () => (await client.tasks.getSource({ id })).sourceCode, patient).toContain('* 5');
  } finally {
    end.abort();
    await running;
  }
}, 180_000);
