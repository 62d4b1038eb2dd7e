import { appendFile, chmod, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { committer, date, listAll, readAll, request, setUp, write } from './git-fixture.ts';

const executable = (bytes: string) => ({ bytes, mode: '100755' as const });

describe('listing and reading', () => {
  it('lists every kind of file with its mode, size and blob id, and reads it byte by byte', async () => {
    const { repository, open } = await setUp();
    const binary = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256);
    const submodule = '0123456789abcdef0123456789abcdef01234567';
    const head = await repository.commit({
      'a/main.js': 'return 1',
      'a/same.js': 'return 1',
      'a/run.sh': executable('#!/bin/sh\n'),
      'a/link': { bytes: '../target', mode: '120000' },
      'vendor/lib': { bytes: submodule, mode: '160000' },
      'data.bin': binary,
      'empty.txt': '',
      'model.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n',
    });
    const remote = open();
    expect(await remote.probe()).toBe(head);
    const { head: listed, files, problems } = await remote.list();
    expect(listed).toBe(head);
    expect(problems).toEqual([]);
    expect(Object.fromEntries(files.map((f) => [f.path, `${f.mode} ${f.size}`]))).toEqual({
      'a/main.js': '100644 8',
      'a/same.js': '100644 8',
      'a/run.sh': '100755 10',
      'a/link': '120000 9',
      'vendor/lib': '160000 40',
      'data.bin': '100644 70000',
      'empty.txt': '100644 0',
      'model.onnx': '100644 65',
    });
    const contents = new Map<string, Uint8Array>();
    for await (const { file, bytes } of remote.read(files)) contents.set(file.path, bytes);
    expect(contents.size).toBe(8);
    expect(Buffer.from(contents.get('data.bin') ?? []).equals(Buffer.from(binary))).toBe(true);
    expect(Buffer.from(contents.get('vendor/lib') ?? []).toString()).toBe(submodule);
    expect(Buffer.from(contents.get('a/link') ?? []).toString()).toBe('../target');
    expect(contents.get('empty.txt')).toHaveLength(0);
    expect(contents.get('a/same.js')).toEqual(contents.get('a/main.js'));
  });

  it('follows the branch and keeps tokens of what did not change', async () => {
    const { repository, open } = await setUp();
    await repository.commit({ a: '1', b: '1' });
    const remote = open();
    const before = await remote.list();
    const head = await repository.commit({ b: '2', c: '3' });
    const after = await remote.list();
    expect(after.head).toBe(head);
    const token = (files: typeof after.files, path: string) => files.find((f) => f.path === path)?.token;
    expect(token(after.files, 'a')).toBe(token(before.files, 'a'));
    expect(token(after.files, 'b')).not.toBe(token(before.files, 'b'));
    expect(await readAll(remote, after.files)).toEqual({ a: '1', b: '2', c: '3' });
    expect(await readAll(remote, before.files)).toEqual({ a: '1', b: '1' });
  });

  it('lists no files of an empty repository, and its first push makes the branch', async () => {
    const { repository, open } = await setUp();
    const remote = open();
    expect(await remote.probe()).toBeNull();
    expect(await remote.list()).toEqual({ head: null, files: [], problems: [] });
    const prepared = await remote.prepare(request(null, write('a/main.js', null, 'x')));
    if (!prepared) throw new Error('nothing was prepared');
    expect(await remote.publish(prepared)).toMatchObject({ status: 'published', head: prepared.token });
    expect(await repository.head()).toBe(prepared.token);
    expect(await listAll(remote)).toEqual({ 'a/main.js': 'x' });
  });

  it('follows the branch of HEAD when none is named, and main where HEAD names one that is not there', async () => {
    const { repository, open } = await setUp({ branch: 'trunk' });
    const remote = open({ branch: null });
    const prepared = await remote.prepare(request(null, write('a', null, '1')));
    expect(await remote.publish(prepared ?? { token: '', head: null })).toMatchObject({ status: 'published' });
    expect(await remote.probe()).toBe(await repository.head('main'));
    const trunk = await repository.commit({ t: 't' }, { branch: 'trunk' });
    expect(await remote.probe()).toBe(trunk);
    expect(await listAll(remote)).toEqual({ t: 't' });
  });

  it('says that a branch is gone rather than that it is empty', async () => {
    const { repository, open } = await setUp();
    const head = await repository.commit({ a: '1' });
    const remote = open();
    await remote.list();
    await repository.setBranch('other', head);
    await repository.setBranch('main', null);
    const gone = { name: 'EndpointError', code: 'branch_gone', transient: false };
    await expect(remote.probe()).rejects.toMatchObject(gone);
    await expect(remote.list()).rejects.toMatchObject(gone);
    await repository.setBranch('other', null);
    expect(await remote.probe()).toBeNull();
    await expect(remote.list()).rejects.toMatchObject(gone);
    await expect(open({ mirrorDir: 'unused' }).probe()).resolves.toBeNull();
  });

  it('lists all of a branch that was rewritten', async () => {
    const { repository, open } = await setUp();
    await repository.commit({ a: '1', b: '2' });
    const remote = open();
    await remote.list();
    await repository.commit({ c: '3' }, { onto: null });
    expect(await listAll(remote)).toEqual({ c: '3' });
  });

  it('takes a folder as its root', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ 'x/y/a.txt': '1', 'x/y/b.txt': '1', 'x/z': '2', w: '3' });
    const remote = open({ subPath: '/x/y/' });
    expect(await listAll(remote)).toEqual({ 'a.txt': '1', 'b.txt': '1' });
    const prepared = await remote.prepare(
      request(parent, write('a.txt', '1', '2'), write('n/c', null, '3'), write('b.txt', '1', null)),
    );
    await remote.publish(prepared ?? { token: '', head: null });
    expect(await repository.changes(parent, 'main')).toEqual(['M x/y/a.txt', 'D x/y/b.txt', 'A x/y/n/c']);
    expect(await open({ subPath: 'nowhere' }).list()).toMatchObject({ files: [], problems: [] });
    await expect(open({ subPath: 'x/z' }).list()).rejects.toMatchObject({ code: 'root_gone' });
  });

  it('works on a repository with SHA-256 ids', async () => {
    const { repository, open } = await setUp({ objectFormat: 'sha256' });
    const parent = await repository.commit({ a: '1' });
    expect(parent).toHaveLength(64);
    const remote = open();
    expect(await listAll(remote)).toEqual({ a: '1' });
    const prepared = await remote.prepare(request(parent, write('a', '1', '2')));
    expect(await remote.publish(prepared ?? { token: '', head: null })).toMatchObject({ status: 'published' });
    expect(await listAll(remote)).toEqual({ a: '2' });
  });
});

describe('a mirror that was disturbed', () => {
  it('goes on after a process was killed and left its locks, keys and halves', async () => {
    const { folder, repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const mirrorDir = join(folder, 'killed');
    await open({ mirrorDir }).list();
    const git = join(mirrorDir, 'mirror.git');
    const upstream = (await readdir(join(git, 'refs/ratchet/upstream')))[0] ?? '';
    const left = [
      'HEAD.lock',
      'packed-refs.lock',
      'shallow.lock',
      `refs/ratchet/upstream/${upstream}.lock`,
      'refs/ratchet/prepared.lock',
    ];
    for (const name of left) await writeFile(join(git, name), '');
    await mkdir(join(mirrorDir, 'ssh-abc'));
    await utimes(join(mirrorDir, 'ssh-abc'), 0, 0);
    await repository.commit({ b: '2' });
    const remote = open({ mirrorDir });
    expect(await listAll(remote)).toEqual({ a: '1', b: '2' });
    expect(await remote.prepare(request(parent, write('a', '1', '3')))).not.toBeNull();
    expect(await readdir(mirrorDir)).toEqual(['mirror.git']);
  });

  it.each([
    ['lost its HEAD', (git: string) => rm(join(git, 'HEAD'))],
    ['lost its objects', (git: string) => rm(join(git, 'objects'), { recursive: true })],
    ['has a broken configuration', (git: string) => writeFile(join(git, 'config'), '[[[')],
    [
      'has broken refs',
      async (git: string) => {
        for (const name of await readdir(join(git, 'refs/ratchet/upstream')))
          await writeFile(join(git, 'refs/ratchet/upstream', name), 'rubbish\n');
      },
    ],
    ['is gone', (git: string) => rm(git, { recursive: true })],
    [
      'has turned into a file',
      async (git: string) => {
        await rm(git, { recursive: true });
        await appendFile(git, 'x');
      },
    ],
  ])('is made anew when it %s', async (_, disturb) => {
    const { folder, repository, open } = await setUp();
    const parent = await repository.commit({ a: '1', b: '2' });
    const git = join(folder, 'broken', 'mirror.git');
    const remote = open({ mirrorDir: join(folder, 'broken') });
    const { files } = await remote.list();
    await disturb(git);
    expect(await readAll(remote, files)).toEqual({ a: '1', b: '2' });
    await disturb(git);
    expect(await listAll(remote)).toEqual({ a: '1', b: '2' });
    await disturb(git);
    const prepared = await remote.prepare(request(parent, write('a', '1', '3')));
    expect(await remote.publish(prepared ?? { token: '', head: null })).toMatchObject({ status: 'published' });
    const next = await remote.prepare(request(prepared?.token ?? null, write('b', '2', '4')));
    await disturb(git);
    const { status } = await remote.publish(next ?? { token: '', head: null });
    // Where the commit outlived the disturbance it is sent.
    expect(['moved', 'published']).toContain(status);
    expect(await remote.outcome(prepared?.token ?? '')).toBe('published');
    expect(await listAll(remote)).toEqual({ a: '3', b: status === 'published' ? '4' : '2' });
  });

  it('leaves out what upstream has dropped for good', async () => {
    const { folder, repository, open } = await setUp();
    await repository.commit({ a: '1', b: 'old' });
    const remote = open({ mirrorDir: join(folder, 'm') });
    const { files } = await remote.list();
    await repository.commit({ a: '1' }, { onto: null });
    await repository.git(['gc', '--quiet', '--prune=now']);
    await rm(join(folder, 'm'), { recursive: true });
    expect(await readAll(remote, files)).toEqual({ a: '1' });
  });
});

describe('the connection test', () => {
  it('tells how far it got with a folder', async () => {
    const { folder, repository, open } = await setUp();
    expect(await open({ branch: null }).test()).toMatchObject({
      readable: true,
      writable: true,
      branch: 'main',
      head: null,
    });
    const head = await repository.commit({ a: '1' });
    const good = { reachable: true, authenticated: true, readable: true, writable: true, branch: 'main', head };
    expect(await open().test()).toEqual({ ...good, message: 'The branch main can be read and can be written.' });
    expect(await open({ branch: 'other' }).test()).toMatchObject({
      reachable: true,
      readable: true,
      writable: false,
      branch: null,
      message: 'The repository has no branch other. Create it there, or name another one.',
    });
    expect(await open({ url: join(folder, 'nothing') }).test()).toMatchObject({ reachable: true, readable: false });
    expect(await repository.log()).toHaveLength(1);
  });

  it('sees that it may not write into a folder', async () => {
    const { repository, open } = await setUp();
    await repository.commit({ a: '1' });
    await chmod(join(repository.path, 'objects'), 0o555);
    onTestFinished(() => chmod(join(repository.path, 'objects'), 0o755));
    // root may write wherever it wants.
    expect(await open().test()).toMatchObject({ readable: true, writable: process.getuid?.() === 0 });
  });
});

it('refuses a folder that is not served and never shows where it is', async () => {
  const { folder, open } = await setUp();
  const error = await open({ url: join(folder, 'nothing') })
    .list()
    .catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: 'not_found', transient: false });
  expect((error as Error).message).not.toContain(folder);
});

it('leaves no key behind and says that nobody listens over SSH', async () => {
  const { folder, open } = await setUp();
  const mirrorDir = join(folder, "it's 100% odd");
  const remote = open({
    url: 'ssh://git@127.0.0.1:1/r.git',
    mirrorDir,
    auth: { type: 'ssh_key', privateKey: 'not a key', knownHosts: '' },
  });
  await expect(remote.probe()).rejects.toMatchObject({ code: 'unreachable', transient: true });
  expect(await readdir(mirrorDir)).toEqual([]);
  await expect(remote.list()).rejects.toMatchObject({ code: 'unreachable' });
  expect(await readdir(mirrorDir)).toEqual([]);
});

describe('abort and time', () => {
  it('ends with the reason of the signal', async () => {
    const { repository, open } = await setUp();
    await repository.commit({ a: '1' });
    const remote = open();
    const reason = new Error('enough');
    await expect(remote.list(AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const listing = remote.list(controller.signal);
    controller.abort(reason);
    await expect(listing).rejects.toBe(reason);
    expect(await listAll(remote)).toEqual({ a: '1' });
  });

  it('says that git took too long', async () => {
    const { repository, open } = await setUp();
    await repository.commit({ a: '1' });
    const remote = open({ timeouts: { ask: 0 } });
    await expect(remote.probe()).rejects.toMatchObject({ code: 'unreachable', transient: true });
  });

  it('stops reading when its reader does', async () => {
    const { repository, open } = await setUp();
    await repository.commit(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, `${i}`.repeat(9000)])));
    const remote = open();
    const { files } = await remote.list();
    for await (const { file } of remote.read(files)) {
      expect(file.path).toMatch(/^f/);
      break;
    }
    expect(Object.keys(await readAll(remote, files))).toHaveLength(300);
    await remote.close();
  });
});

it('commits as its author and committer at the given time', async () => {
  const { repository, open } = await setUp();
  const parent = await repository.commit({ a: '1' });
  const remote = open();
  const prepared = await remote.prepare({
    ...request(parent, write('a', '1', '2')),
    author: { name: 'A <b>\nd', email: '<x@y>' },
  });
  await remote.publish(prepared ?? { token: '', head: null });
  const [entry] = await repository.log();
  const seconds = date.getTime() / 1000;
  expect(entry).toEqual({
    id: prepared?.token,
    parents: [parent],
    author: `A b d <x@y> ${seconds} +0000`,
    committer: `${committer.name} <${committer.email}> ${seconds} +0000`,
    message: 'Change\n\nRatchet-Task: t1\n',
  });
});
