import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderTarget, zipTarget } from '../src/export-target.ts';
import { exportTasks } from '../src/export-tasks.ts';
import { runCommand } from './run-command.ts';
import { type ServerProcess, serve } from './server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-export-'));
const count = 450;
let server: ServerProcess;
beforeAll(async () => {
  server = await serve(folder);
  const files = Array.from({ length: count }, (_, n) => [
    {
      path: `t${n}/metadata.json`,
      content: JSON.stringify({ name: `T${n}`, version: '1.0.0', tags: n < 3 ? ['few'] : [] }),
    },
    { path: `t${n}/main.js`, content: `() => ${n}\n` },
  ]).flat();
  const odd = {
    path: 't0/odd.bin',
    content: Buffer.from([0, 255, 10]).toString('base64'),
    encoding: 'base64' as const,
  };
  await server.client.tasks.import({ format: 'json', files: [...files, { ...odd, mode: '100755' }] });
}, 300_000);
afterAll(async () => {
  await server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});
const ratchet = (...args: string[]) => runCommand(folder, ['--server', server.address, 'export', ...args]);
const left = () => readdirSync(folder).filter((name) => name.includes('.part'));

it('writes all tasks into a folder, as they came, and a zip file of them comes in again', async () => {
  const done = await ratchet('--out', 'all');
  expect([done.stderr, done.code]).toEqual(['', 0]);
  expect(done.stdout).toContain(`Wrote ${count} tasks, ${2 * count + 1} files`);
  expect(readdirSync(join(folder, 'all'))).toHaveLength(count);
  expect(readFileSync(join(folder, 'all/t17/main.js'), 'utf8')).toBe('() => 17\n');
  expect([...readFileSync(join(folder, 'all/t0/odd.bin'))]).toEqual([0, 255, 10]);
  expect(statSync(join(folder, 'all/t0/odd.bin')).mode & 0o777).toBe(0o755);

  expect((await ratchet('--to', 'zip', '--out', 'all.zip')).code).toBe(0);
  const archive = readFileSync(join(folder, 'all.zip')).toString('base64');
  const { skipped } = await server.client.tasks.import({ format: 'zip', archive, onConflict: 'replace' });
  expect(skipped.filter(({ reason }) => reason === 'It is the same already.')).toHaveLength(count);
  expect(left()).toEqual([]);
}, 180_000);

it('writes some, and nothing over what is there', async () => {
  const { stdout } = await runCommand(folder, [
    '--json',
    '--server',
    server.address,
    'export',
    '--tag',
    'few',
    '--out',
    'few',
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ tasks: 3, problems: [] });
  expect((await ratchet('T5', '--out', 'one')).code).toBe(0);
  expect(readdirSync(join(folder, 'one'))).toEqual(['t5']);
  const refused = await ratchet('--out', 'one');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is not empty')]);
  writeFileSync(join(folder, 'one/own'), 'x');
  expect((await ratchet('T6', '--out', 'one', '--force')).code).toBe(0);
  expect(readdirSync(join(folder, 'one'))).toEqual(['t6']);
  writeFileSync(join(folder, 'there.zip'), 'x');
  expect((await ratchet('--to', 'zip', '--out', 'there.zip')).code).toBe(2);
  for (const [args, code] of [
    [['--to', 'tape'], 2],
    [['no-such-task'], 1],
    [['--tag', 'nobody-has-it', '--out', 'none'], 1],
  ] as const)
    expect((await ratchet(...args)).code).toBe(code);
  expect(existsSync(join(folder, 'none'))).toBe(false);
  expect(left()).toEqual([]);
}, 180_000);

it('that is stopped on its way leaves nothing', async () => {
  for (const [place, open] of [
    ['stopped', folderTarget],
    ['stopped.zip', zipTarget],
  ] as const) {
    const stop = new AbortController();
    const target = await open(join(folder, place), false);
    let calls = 0;
    const progress = () => {
      if (++calls === 2) stop.abort();
    };
    const { client } = server;
    await expect(
      exportTasks({ client, ids: [], filters: [], target, signal: stop.signal, progress }),
    ).rejects.toThrow();
    await target.abandon();
    expect(existsSync(join(folder, place))).toBe(false);
  }
  expect(left()).toEqual([]);
}, 60_000);
