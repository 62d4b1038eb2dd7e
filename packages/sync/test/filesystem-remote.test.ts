import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Entry } from '@ratchet/sync-core/tree';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../src/digest.ts';
import { createFilesystemRemote } from '../src/endpoints/filesystem/filesystem-remote.ts';
import type { DocumentWrite, FileWrite, Published, Remote, RemoteFile, WriteRequest } from '../src/remote.ts';

let top: string;
let root: string;
let remote: Remote;
/** Far ahead of the file system's clock, so that no file is young. */
const later = () => Date.now() + 60_000;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ratchet-filesystem-'));
  chmodSync(top, 0o755);
  root = join(top, 'root');
  mkdirSync(root);
  remote = createFilesystemRemote({ root, subPath: null, journalDir: join(top, 'journal'), now: later });
});

afterEach(async () => {
  await remote.close();
  rmSync(top, { recursive: true, force: true });
});

function put(path: string, text: string, mode = 0o644): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  chmodSync(full, mode);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const entry = (text: string, mode: Entry['mode'] = '100644'): Entry => ({ digest: digestOf(bytes(text)), mode });
const after = (text: string, mode: Entry['mode'] = '100644') => ({ bytes: bytes(text), mode });
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

async function contents(from = remote): Promise<Record<string, string>> {
  const { files } = await from.list();
  const found: Record<string, string> = {};
  for await (const { file, bytes: content } of from.read(files))
    found[file.path] = `${file.mode} ${new TextDecoder().decode(content)}`;
  return found;
}

async function listed(path: string, from = remote): Promise<RemoteFile> {
  const file = (await from.list()).files.find((one) => one.path === path);
  if (!file) throw new Error(`${path} is not listed`);
  return file;
}

const request = (documents: readonly DocumentWrite[]): WriteRequest => ({
  parent: null,
  documents,
  message: 'Change',
  author: { name: 'A', email: 'a@example.org' },
  date: new Date(0),
});

async function write(files: readonly FileWrite[], to = remote): Promise<Published> {
  const prepared = await to.prepare(request([{ path: 'document', files }]));
  if (!prepared) throw new Error('nothing to write');
  return to.publish(prepared);
}

/** Runs as an ordinary user, for whom permissions count. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('listing and reading', () => {
  it('finds nothing in an empty folder', async () => {
    const { memo: _, mark, ...listing } = await remote.list();
    expect(listing).toEqual({ head: null, files: [], problems: [] });
    expect(await remote.probe()).toBe(mark);
  });

  it('lists files of every kind with their content, and leaves alone what is never synced', async () => {
    put('a/metadata.json', '{}');
    put('a/run.sh', '#!/bin/sh', 0o755);
    put('a/new\nline.txt', 'n');
    put('a/back\\slash', 'b');
    put('empty', '');
    put('a/node_modules/x/index.js', 'no');
    put('.git/config', 'no');
    put('a/old.js.bak', 'no');
    put('a/.ratchet-tmp-1', 'no');
    put('big', 'x'.repeat(600_000));
    symlinkSync('/etc/passwd', join(root, 'a/out'));
    symlinkSync('../..', join(root, 'a/up'));
    expect(await contents()).toEqual({
      'a/metadata.json': '100644 {}',
      'a/run.sh': '100755 #!/bin/sh',
      'a/new\nline.txt': '100644 n',
      'a/back\\slash': '100644 b',
      empty: '100644 ',
      big: `100644 ${'x'.repeat(600_000)}`,
      'a/out': '120000 /etc/passwd',
      'a/up': '120000 ../..',
    });
  });

  it('keeps tokens while nothing changes and changes them with every write', async () => {
    put('a', 'one');
    const first = await listed('a');
    expect(await listed('a')).toEqual(first);
    put('a', 'two');
    const { mtime } = statSync(join(root, 'a'));
    const second = await listed('a');
    expect(second.token).not.toBe(first.token);
    put('a', 'six');
    utimesSync(join(root, 'a'), mtime, mtime);
    expect((await listed('a')).token).not.toBe(second.token);
  });

  it('sees a rewrite within one tick of the clock by the content', async () => {
    put('a', 'one');
    const young = createFilesystemRemote({ root, subPath: null, now: () => lstatSync(join(root, 'a')).ctimeMs });
    const file = await listed('a', young);
    expect(file.token).toContain(digestOf(bytes('one')));
    // The same signature with another content is what a write in the same tick leaves.
    const forged = { ...file, token: file.token.replace(digestOf(bytes('one')), digestOf(bytes('six'))) };
    expect(await Array.fromAsync(young.read([forged]))).toEqual([]);
    expect(await Array.fromAsync(young.read([file]))).toHaveLength(1);
  });

  it('leaves out of a reading what changed, vanished or became something else since the listing', async () => {
    for (const name of ['same', 'changed', 'gone', 'folder', 'link']) put(name, name);
    const { files } = await remote.list();
    put('changed', 'other');
    rmSync(join(root, 'gone'));
    for (const name of ['folder', 'link']) rmSync(join(root, name));
    mkdirSync(join(root, 'folder'));
    symlinkSync('same', join(root, 'link'));
    const read = await Array.fromAsync(remote.read(files));
    expect(read.map(({ file }) => file.path)).toEqual(['same']);
  });

  it('reports pipes and sockets as unreadable', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    const { files, problems } = await remote.list();
    await new Promise((resolve) => server.close(resolve));
    expect(files).toEqual([]);
    expect(problems.map(({ path, code }) => [path, code]).sort()).toEqual([
      ['pipe', 'unreadable'],
      ['socket', 'unreadable'],
    ]);
  });

  it('reports files and folders without permission as unreadable, not as absent', async () => {
    put('task/metadata.json', '{}');
    put('task/secret.js', 'x', 0o000);
    put('locked/metadata.json', '{}');
    chmodSync(join(root, 'locked'), 0o000);
    const { files, problems } = await asOrdinaryUser(() => remote.list());
    chmodSync(join(root, 'locked'), 0o755);
    if (process.geteuid?.() !== 0) chmodSync(join(root, 'task/secret.js'), 0o644);
    expect(files.map((file) => file.path)).toEqual(['task/metadata.json']);
    expect(problems.map(({ path, code }) => [path, code]).sort()).toEqual([
      ['locked', 'unreadable'],
      ['task/secret.js', 'unreadable'],
    ]);
  });

  it('reports names that cannot be synced and goes on', async () => {
    put('good', 'g');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]), 'x');
    put('git~1/config', 'x');
    const { files, problems } = await remote.list();
    expect(files.map((file) => file.path)).toEqual(['good']);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['path_refused', 'warning'],
      ['path_refused', 'warning'],
    ]);
  });

  it('sets aside files that are one on other file systems', async () => {
    put('Readme.md', '1');
    put('other', '2');
    if (existsSync(join(root, 'README.md'))) return;
    put('README.md', '3');
    const { files, problems } = await remote.list();
    expect(files.map((file) => file.path)).toEqual(['other']);
    expect(problems.map(({ path, code }) => [path, code]).sort()).toEqual([
      ['README.md', 'unreadable'],
      ['Readme.md', 'unreadable'],
    ]);
  });

  it('works below a sub-path only', async () => {
    put('in/side/a', 'a');
    put('b', 'b');
    const inner = createFilesystemRemote({ root, subPath: './in/side/', now: later });
    expect(await contents(inner)).toEqual({ a: '100644 a' });
  });

  it.each([
    ['a missing folder', () => rmSync(root, { recursive: true }), null, 'root_gone'],
    ['a file in its place', () => replaceByFile(root), null, 'root_gone'],
    ['a missing sub-path', () => undefined, 'nothing', 'root_gone'],
    ['a sub-path that climbs', () => undefined, 'a/../..', 'misconfigured'],
    ['a sub-path that leads out', () => symlinkSync(tmpdir(), join(root, 'out')), 'out', 'misconfigured'],
  ])('cannot be used with %s', async (_, arrange, subPath, code) => {
    arrange();
    const broken = createFilesystemRemote({ root, subPath, now: later });
    for (const attempt of [
      broken.probe(),
      broken.list(),
      write([{ path: 'a', before: null, after: after('a') }], broken),
    ])
      await expect(attempt).rejects.toMatchObject({
        name: 'EndpointError',
        code,
        message: expect.not.stringContaining(top),
      });
    expect(await broken.test()).toMatchObject({ reachable: false, readable: false, writable: false });
  });
});

describe('writing', () => {
  it('creates, changes and removes files, keeps permissions and removes folders that became empty', async () => {
    put('t/keep', 'k', 0o640);
    put('t/run', 'r', 0o700);
    put('t/deep/er/gone', 'g');
    const result = await write([
      { path: 't/keep', before: entry('k'), after: after('K') },
      { path: 't/run', before: entry('r', '100755'), after: after('r') },
      { path: 't/deep/er/gone', before: entry('g'), after: null },
      { path: 't/new/file.sh', before: null, after: after('n', '100755') },
      { path: 't/link', before: null, after: after('../elsewhere', '120000') },
    ]);
    expect(result).toMatchObject({ status: 'published', head: null, failed: [] });
    expect(await contents()).toEqual({
      't/keep': '100644 K',
      't/run': '100644 r',
      't/new/file.sh': '100755 n',
      't/link': '120000 ../elsewhere',
    });
    expect(statSync(join(root, 't/keep')).mode & 0o777).toBe(0o640);
    expect(statSync(join(root, 't/run')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(root, 't')).sort()).toEqual(['keep', 'link', 'new', 'run']);
    const { files } = await remote.list();
    if (result.status === 'published') expect(result.files.toSorted(byPath)).toEqual(files.toSorted(byPath));
  });

  it('never removes the root', async () => {
    put('only', 'x');
    await write([{ path: 'only', before: entry('x'), after: null }]);
    expect(readdirSync(root)).toEqual([]);
  });

  it('puts a folder where a file was, and a file where the folder was', async () => {
    put('x', 'file');
    const there = await write([
      { path: 'x/y/z', before: null, after: after('inner') },
      { path: 'x', before: entry('file'), after: null },
    ]);
    expect(there).toMatchObject({ failed: [] });
    expect(text('x/y/z')).toBe('inner');
    const back = await write([
      { path: 'x', before: null, after: after('file') },
      { path: 'x/y/z', before: entry('inner'), after: null },
    ]);
    expect(back).toMatchObject({ failed: [] });
    expect(text('x')).toBe('file');
  });

  it('has nothing to prepare where nothing would change', async () => {
    put('a', 'a');
    expect(await remote.prepare(request([]))).toBeNull();
    expect(
      await remote.prepare(request([{ path: 'a', files: [{ path: 'a', before: entry('a'), after: after('a') }] }])),
    ).toBeNull();
  });

  it.each<[string, () => void, FileWrite]>([
    ['edited', () => put('a', 'mine'), { path: 'a', before: entry('a'), after: after('b') }],
    ['edited, to be removed', () => put('a', 'mine'), { path: 'a', before: entry('a'), after: null }],
    ['made executable', () => chmodSync(join(root, 'a'), 0o755), { path: 'a', before: entry('a'), after: after('b') }],
    ['removed', () => rmSync(join(root, 'a')), { path: 'a', before: entry('a'), after: after('b') }],
    ['created', () => put('new', 'mine'), { path: 'new', before: null, after: after('b') }],
    ['made a folder', () => mkdirSync(join(root, 'new')), { path: 'new', before: null, after: after('b') }],
  ])('writes nothing over a file that was %s meanwhile', async (_, meanwhile, file) => {
    put('a', 'a');
    meanwhile();
    const was = await contents();
    expect(await write([file])).toEqual({ status: 'moved' });
    expect(await contents()).toEqual(was);
    expect(readdirSync(root).filter((name) => name.startsWith('.ratchet'))).toEqual([]);
  });

  it('writes the other documents where one moved', async () => {
    put('a/f', 'mine');
    const prepared = await remote.prepare(
      request([
        { path: 'a', files: [{ path: 'a/f', before: entry('theirs'), after: after('x') }] },
        { path: 'b', files: [{ path: 'b/f', before: null, after: after('b') }] },
      ]),
    );
    const result = await remote.publish(prepared as NonNullable<typeof prepared>);
    expect(result).toMatchObject({
      status: 'published',
      failed: [{ path: 'a', code: 'moved' }],
      files: [{ path: 'b/f' }],
    });
    expect([text('a/f'), text('b/f')]).toEqual(['mine', 'b']);
  });

  it('does not write through a link', async () => {
    const outside = join(top, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(root, 'link'));
    expect(await write([{ path: 'link/a', before: null, after: after('x') }])).toMatchObject({
      failed: [{ code: 'path_refused' }],
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('removes a link and never what it points to', async () => {
    put('target', 't');
    symlinkSync('target', join(root, 'link'));
    await write([{ path: 'link', before: entry('target', '120000'), after: null }]);
    expect(await contents()).toEqual({ target: '100644 t' });
  });

  it.each([
    '../out',
    '/etc/x',
    'a//b',
    '.git/hooks/x',
    'a/.GIT/x',
    'node_modules/x',
    'a.bak',
    '.ratchet-tmp-x',
    'nul\0',
  ])('refuses the path %j', async (path) => {
    const result = await write([{ path, before: null, after: after('x') }]);
    expect(result).toMatchObject({
      status: 'published',
      files: [],
      failed: [{ path: 'document', code: 'path_refused' }],
    });
    expect(readdirSync(top).sort()).toEqual(['journal', 'root']);
    expect(readdirSync(root)).toEqual([]);
  });

  it('is refused where the repository or the folder is read-only', async () => {
    const files = [{ path: 'a', before: null, after: after('x') }];
    const fixed = createFilesystemRemote({ root, subPath: null, writable: false, now: later });
    expect(await write(files, fixed)).toMatchObject({ status: 'rejected', reason: 'denied' });
    expect(await fixed.test()).toMatchObject({ readable: true, writable: false });
    const open = createFilesystemRemote({ root, subPath: null, now: later });
    // What a connection test asks the system counts for the real user, who may be root here.
    chmodSync(root, 0o555);
    const result = await asOrdinaryUser(async () => [await write(files, open), await open.test()]);
    chmodSync(root, 0o755);
    expect(result).toMatchObject([
      { status: 'rejected', reason: 'denied' },
      { readable: true, writable: process.getuid?.() === 0 },
    ]);
  });

  it('removes temporary files that an interrupted write left, and only those', async () => {
    put('a/.ratchet-tmp-0123', 'half');
    put('a/f', 'f');
    await remote.list();
    await write([{ path: 'b', before: null, after: after('b') }]);
    expect(readdirSync(join(root, 'a'))).toEqual(['f']);
  });
});

describe('after a crash', () => {
  const writeAll = (mode: number) => {
    put('t/a', 'a');
    put('t/b', 'b', mode);
    rmSync(join(root, 't/old'));
  };

  const files: FileWrite[] = [
    { path: 't/a', before: null, after: after('a') },
    { path: 't/b', before: null, after: after('b', '100755') },
    { path: 't/old', before: entry('old'), after: null },
  ];

  it.each<[string, () => void, string]>([
    ['before anything was written', () => undefined, 'unpublished'],
    ['half-way', () => put('t/a', 'a'), 'unpublished'],
    ['with all but a mode', () => writeAll(0o644), 'unpublished'],
    ['when all was written', () => writeAll(0o755), 'published'],
  ])('%s', async (_, meanwhile, outcome) => {
    put('t/old', 'old');
    const prepared = await remote.prepare(request([{ path: 't', files }]));
    meanwhile();
    const restarted = createFilesystemRemote({ root, subPath: null, journalDir: join(top, 'journal'), now: Date.now });
    expect(await restarted.outcome(prepared?.token ?? '')).toBe(outcome);
    expect(await restarted.publish({ token: prepared?.token ?? '', head: null })).toEqual({ status: 'moved' });
  });

  it('knows nothing of other tokens, and no token leads out of the journal', async () => {
    for (const token of ['', '../root/x', '00000000-0000-4000-8000-000000000000'])
      expect(await remote.outcome(token)).toBe('unpublished');
  });

  it('does not take an absent folder for an unwritten one', async () => {
    const prepared = await remote.prepare(request([{ path: 't', files }]));
    renameSync(root, `${root}2`);
    await expect(remote.outcome(prepared?.token ?? '')).rejects.toMatchObject({ code: 'root_gone' });
  });
});

function replaceByFile(path: string): void {
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
}

const byPath = (a: RemoteFile, b: RemoteFile): number => (a.path < b.path ? -1 : 1);
