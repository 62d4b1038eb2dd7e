import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import yazl from 'yazl';
import { changedSince, listSource, type SourceEntry } from '../src/migration/source-listing.ts';
import { processEnvironment } from './process-environment.ts';
import { type Ended, runCommand } from './run-command.ts';
import { type ServerProcess, serve } from './server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-migrate-'));
let server: ServerProcess;
beforeAll(async () => {
  server = await serve(folder);
}, 300_000);
afterAll(async () => {
  await server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const ratchet = (...args: string[]): Promise<Ended> => runCommand(folder, ['--server', server.address, ...args]);
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await ratchet('--json', 'migrate-tasks', ...args);
  if (code !== 0) throw new Error(`${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
};
const put = (root: string, path: string, text: string | Buffer) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const metadata = (name: string, more: object = {}) => JSON.stringify({ name, version: '1.0.0', ...more });
/** Times are told apart too: a migration reads, and a rollback puts everything back. */
const stamp = (root: string): SourceEntry[] => listSource(root);
const home = async () => (await server.client.repositories.list({})).items.find(({ isDefault }) => isDefault)?.id ?? '';
const tasksUnder = async (prefix: string) =>
  (await server.client.tasks.list({ limit: 1000 })).items.filter((task) =>
    task.repositoryInfo?.repositoryPath.startsWith(prefix),
  );

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end({ forceZip64Format: false, comment: '' });
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

it('takes every form over, says what it leaves, verifies bytes and tests, and takes all of it back', async () => {
  const root = join(folder, 'forms');
  put(root, 'folder/metadata.json', metadata('Folder'));
  put(root, 'folder/main.js', '(input) => ({ doubled: input.n * 2 })\n');
  put(root, 'folder/tests/one.json', JSON.stringify({ input: { n: 2 }, expected: { doubled: 4 } }));
  put(root, 'folder/kept.bin', Buffer.from([0, 255, 13, 10]));
  chmodSync(join(root, 'folder/kept.bin'), 0o755);
  put(root, 'pairs/one.js', '() => 1\n');
  put(root, 'pairs/one.yaml', 'version: 1.0.0\ndescription: One\n');
  put(root, 'scripts/lone.js', '/**\n * @version 1.0.0\n * @description Lone\n */\n() => 3\n');
  put(root, 'manifest/task.yaml', 'name: Manifest\nversion: 1.0.0\ndescription: M\n');
  put(root, 'manifest/task.js', 'function main() { return 4; }\n');
  put(root, 'packed.zip', await zipOf({ 'metadata.json': metadata('Packed'), 'main.js': '() => 5\n' }));
  put(root, '.ratchet/registry.yaml', 'name: mine\n');
  put(root, 'collections/all.yaml', 'name: all\n');
  put(root, 'broken/metadata.json', '{ "name": ');
  put(root, 'broken/main.js', '() => 6\n');
  symlinkSync('/etc/passwd', join(root, 'folder/link'));
  const before = stamp(root);

  const plan = await json(root, '--under', 'forms', '--dry-run');
  expect(plan.tasks.map(({ form, action }: { form: string; action: string }) => [form, action])).toEqual(
    expect.arrayContaining([
      ['folder', 'create'],
      ['pair', 'create'],
      ['script', 'create'],
      ['manifest', 'create'],
    ]),
  );
  expect(await tasksUnder('forms/')).toEqual([]);

  const done = await json(root, '--under', 'forms', '--run-tests');
  expect(done).toMatchObject({ created: 5, replaced: 0, same: 0, verified: { same: 5, differences: [], invalid: [] } });
  expect(done.verified.tests).toEqual({ passed: 5, failed: [] });
  expect(done.others).toEqual(expect.arrayContaining(['.ratchet/registry.yaml', 'collections/all.yaml']));
  expect(done.problems.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['folder/link', 'broken/metadata.json']),
  );
  expect((await tasksUnder('forms/')).map(({ name }) => name).sort()).toEqual(
    ['Folder', 'Manifest', 'Packed', 'lone', 'one'].sort(),
  );
  expect(await json(root, '--under', 'forms', '--verify')).toMatchObject({ verified: { same: 5, differences: [] } });
  expect(await json(root, '--under', 'forms')).toMatchObject({ id: null, created: 0, same: 5 });

  expect(await json('--rollback', done.id)).toMatchObject({ removed: 5, returned: 0, files: [] });
  expect(await tasksUnder('forms/')).toEqual([]);
  expect(stamp(root)).toEqual(before);
  expect((await ratchet('migrate-tasks', '--rollback', done.id)).stderr).toContain('rolled back already');
}, 180_000);

it('replaces only when that is said, and gives back what it replaced and what was lost of the folder', async () => {
  const root = join(folder, 'again');
  put(root, 'a/metadata.json', metadata('Again'));
  put(root, 'a/main.js', '() => "from the folder"\n');
  put(root, 'b/metadata.json', metadata('Fresh'));
  put(root, 'b/main.js', '() => 2\n');
  const standing = await server.client.tasks.create({
    name: 'Again',
    sourceCode: '() => "was there"\n',
    repositoryId: await home(),
    repositoryPath: 'again/a',
  });
  const clash = await ratchet('migrate-tasks', root, '--under', 'again');
  expect(clash.code).toBe(3);
  expect(clash.stderr).toContain('1 of 2 clash');
  expect(await tasksUnder('again/')).toHaveLength(1);

  const done = await json(root, '--under', 'again', '--on-conflict', 'replace', '--backup', join(folder, 'again.tar'));
  expect(done).toMatchObject({ created: 1, replaced: 1 });
  const before = stamp(root);
  // What was edited since stops it, with a list; what is gone of the folder does not.
  rmSync(join(root, 'b'), { recursive: true });
  appendFileSync(join(root, 'a/main.js'), '// edited\n');
  const fresh = (await tasksUnder('again/b'))[0];
  await server.client.tasks.updateSource({ id: fresh?.id ?? '', sourceCode: '() => "edited"\n' });
  const refused = await ratchet('migrate-tasks', '--rollback', done.id);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('again/b was edited (revision 2)');
  expect(refused.stderr).toContain('a/main.js was edited');
  expect(await tasksUnder('again/')).toHaveLength(2);

  const back = await json('--rollback', done.id, '--force');
  expect(back).toMatchObject({ removed: 1, returned: 1 });
  expect(readFileSync(join(back.keptIn, 'a/main.js'), 'utf8')).toContain('// edited');
  expect(changedSince(before, root)).toEqual({ missing: [], edited: [] });
  expect(stamp(root)).toEqual(before);
  const returned = await server.client.tasks.get({ id: standing.id });
  expect(returned.checksum).toBe(standing.checksum);
  expect(await tasksUnder('again/')).toHaveLength(1);
  // What was edited is not lost: the deleted task comes back with it.
  expect((await server.client.tasks.restore({ id: fresh?.id ?? '' })).sourceCode).toBe('() => "edited"\n');
}, 180_000);

it('moves a thousand, is killed and goes on, and takes them all back', async () => {
  const root = join(folder, 'many');
  for (let n = 0; n < 1000; n++) {
    if (n % 2 === 0) {
      put(root, `g${n % 7}/t${n}/metadata.json`, metadata(`T${n}`));
      put(root, `g${n % 7}/t${n}/main.js`, `() => ${n}\n`);
    } else {
      put(root, `g${n % 7}/u${n}.ts`, `() => ${n} as number\n`);
      put(root, `g${n % 7}/u${n}.yaml`, `version: 1.0.0\ndescription: U${n}\n`);
    }
  }
  const before = stamp(root);
  const main = join(import.meta.dirname, '../src/main.ts');
  const args = [main, '--server', server.address, 'migrate-tasks', root, '--under', 'many'];
  const child = spawn(process.execPath, args, { env: processEnvironment(folder), stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // It says its id before it moves anything; it is killed as soon as something was moved.
  const [, id = ''] =
    /Migration (\S+);/.exec(String(await new Promise((resolve) => child.stderr.once('data', resolve)))) ?? [];
  while (child.exitCode === null && (await tasksUnder('many/')).length === 0) await sleep(20);
  child.kill('SIGKILL');
  await gone;
  const again = await ratchet('migrate-tasks', root, '--under', 'many');
  expect(again.code).toBe(3);
  expect(again.stderr).toContain(`--continue ${id}`);

  const done = await json('--continue', id);
  expect(done.verified).toMatchObject({ same: 1000, files: 2000, differences: [], invalid: [] });
  const { meta } = await server.client.tasks.list({
    filters: [{ field: 'repositoryPath', op: 'like', value: 'many/' }],
  });
  expect(meta.total).toBe(1000);
  expect(
    (await json('--list')).map(({ id: one, state }: { id: string; state: string }) => [one, state]),
  ).toContainEqual([id, 'done']);

  expect(await json('--rollback', id)).toMatchObject({ removed: 1000, returned: 0 });
  expect(await tasksUnder('many/')).toEqual([]);
  expect(stamp(root)).toEqual(before);
}, 600_000);

it('says what is wrong with what it is given, and migrates what is whole', async () => {
  const root = join(folder, 'hostile');
  put(root, 'good/metadata.json', metadata('Good'));
  put(root, 'good/main.js', '() => 1\n');
  put(root, 'big/metadata.json', metadata('Big'));
  put(root, 'big/main.js', '() => 2\n');
  put(root, 'big/blob.bin', Buffer.alloc(50 * 1024 * 1024, 7));
  put(root, 'twins/metadata.json', metadata('Twins'));
  put(root, 'twins/main.js', '() => 3\n');
  put(root, 'twins/Readme', '1');
  put(root, 'twins/README', '2');
  symlinkSync('/etc', join(root, 'outside'));
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'good/')), Buffer.from([0x62, 0xff, 0xfe])]), 'x');
  put(root, 'same-name/metadata.json', metadata('Good'));
  put(root, 'same-name/main.js', '() => 4\n');
  const before = stamp(root);
  const clash = await ratchet('migrate-tasks', root, '--under', 'hostile');
  expect(clash.code).toBe(3);
  expect(clash.stdout).toContain('The name "Good" is taken');
  const done = await json(root, '--under', 'hostile', '--on-conflict', 'skip');
  expect(done).toMatchObject({ created: 2, skipped: 1, verified: { same: 2, differences: [] } });
  expect(done.verified.bytes).toBeGreaterThan(50 * 1024 * 1024);
  const paths = done.problems.map(({ path }: { path: string }) => path);
  expect(paths).toEqual(expect.arrayContaining(['twins/README', 'twins/Readme']));
  expect(JSON.stringify(done.problems)).toContain('not UTF-8');
  await json('--rollback', done.id);
  expect(stamp(root)).toEqual(before);

  for (const [args, code, said] of [
    [['nowhere'], 1, 'There is nothing at'],
    [[mkdtempSync(join(folder, 'empty-'))], 1, 'No task was found'],
    [['--rollback', '20990101-000000-abcd'], 2, 'There is no migration'],
    [['--rollback', '../../etc'], 2, 'There is no migration'],
    [[], 2, 'Name the folder'],
    [[root, '--on-conflict', 'guess'], 2, 'fail, skip or replace'],
  ] as const) {
    const ended = await ratchet('migrate-tasks', ...args);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(said)]);
  }
  expect(
    readdirSync(join(folder, '.ratchet'), { recursive: true }).filter((name) => String(name).endsWith('.part')),
  ).toEqual([]);
}, 240_000);
