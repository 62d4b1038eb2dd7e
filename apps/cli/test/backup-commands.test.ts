import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processEnvironment } from './process-environment.ts';
import { type Ended, runCommand } from './run-command.ts';
import { serve } from './server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-backup-commands-'));
const data = join(folder, 'data');
const file = join(folder, 'whole.zip');
const ratchet = (...args: string[]): Promise<Ended> => runCommand(folder, args, { RATCHET_DATA_DIR: data });
const parts = () => readdirSync(folder).filter((name) => name.endsWith('.part'));
let taskId = '';

beforeAll(async () => {
  const server = await serve(folder);
  const { client } = server;
  taskId = (await client.tasks.create({ name: 'Kept', sourceCode: '() => 1\n' })).id;
  await client.secrets.create({ name: 'KEY', value: 'very-secret-value', taskIds: [taskId] });

  // A running server holds the folder: the backup goes through the one that does, and through no other.
  const refused = await ratchet('backup', file);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('in use by process')]);
  const through = await ratchet('--json', '--server', server.address, 'backup', file, '--data-dir', data);
  expect([through.stderr, through.code]).toEqual([expect.any(String), 0]);
  expect(JSON.parse(through.stdout)).toMatchObject({ file, through: server.address });
  const { items } = await client.backups.list({});
  expect(items).toHaveLength(1);
  const bytes = await fetch(`${server.address}/api/v1/backups/${items[0]?.id}/file`);
  expect(bytes.headers.get('content-disposition')).toContain(items[0]?.fileName);
  expect((await bytes.arrayBuffer()).byteLength).toBe(statSync(file).size);
  for (const [id, status] of [
    ['01930f3e-0000-7000-8000-000000000000', 404],
    ['..%2Fkeys', 400],
  ] as const)
    expect((await fetch(`${server.address}/api/v1/backups/${id}/file`)).status).toBe(status);
  expect(await client.audit.list({ filters: [{ field: 'operation', value: 'backups.download' }] })).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ outcome: 'done' })]),
  });
  const kept = await ratchet('--server', server.address, 'backup', '--with-keys', join(folder, 'keys.zip'));
  expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining('gives no keys away')]);
  expect((await ratchet('restore', file)).stderr).toContain('in use by process');
  await server.kill('SIGTERM');
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('restores a backup elsewhere, with the keys or told which are missing', async () => {
  const other = join(folder, 'other');
  const without = await ratchet('restore', file, '--data-dir', join(other, 'data'));
  expect(without.code).toBe(0);
  expect(without.stderr).toContain('copy keys.json');
  expect((await ratchet('backup', file)).stderr).toContain('is there already');

  const withKeys = join(folder, 'with-keys.zip');
  const made = await ratchet('backup', withKeys, '--with-keys');
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('whoever has this file')]);
  const again = await ratchet('restore', withKeys, '--data-dir', join(other, 'data'), '--replace');
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('What was there is kept in')]);
  copyFileSync(withKeys, join(other, 'copy.zip'));
  const server = await serve(other);
  const secrets = await server.client.secrets.list({});
  expect(secrets.items.map(({ name }) => name)).toEqual(['KEY']);
  // It opens: the task is given it.
  await server.client.tasks.updateSource({ id: taskId, sourceCode: '(i, c) => c.secrets.KEY.length\n' });
  expect((await server.client.tasks.run({ id: taskId, wait: true })).output).toBe('very-secret-value'.length);
  await server.kill('SIGTERM');
  expect(parts()).toEqual([]);
}, 240_000);

it('that is killed while it restores leaves what was there', async () => {
  const before = JSON.parse((await ratchet('--json', 'backup', join(folder, 'before.zip'))).stdout);
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, [main, 'restore', file, '--replace'], {
    cwd: folder,
    env: { ...processEnvironment(folder), RATCHET_DATA_DIR: data },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // It says where the old one is kept right before it begins.
  await new Promise((resolve) => child.stderr.once('data', resolve));
  child.kill('SIGKILL');
  await gone;
  const after = JSON.parse((await ratchet('--json', 'backup', join(folder, 'after.zip'))).stdout);
  expect(after.rows).toBe(before.rows);
  const verified = await ratchet('--json', 'backup', 'verify', join(folder, 'after.zip'));
  expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true, rows: before.rows });
}, 240_000);

it('says what to do where it cannot', async () => {
  for (const [args, code, said] of [
    [['backup', 'x.zip', '--data-dir', join(folder, 'nowhere')], 1, 'There is no database in'],
    [['backup', 'verify', join(folder, 'nothing.zip')], 1, 'There is no file'],
    [['restore', import.meta.filename, '--data-dir', join(folder, 'new')], 2, 'no zip file'],
    [['restore', file], 1, 'say --replace'],
    [['--server', 'http://127.0.0.1:1', 'restore', file], 2, 'where the server runs'],
    [['--server', 'http://127.0.0.1:1', 'backup', 'y.zip'], 4, 'No server answers'],
  ] as const) {
    const ended = await ratchet(...args);
    expect([ended.stderr, ended.code]).toEqual([expect.stringContaining(said), code]);
  }
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
}, 120_000);
