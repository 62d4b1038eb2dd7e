import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitHttpServerOptions, startGitHttpServer } from '@ratchet/testing/git-http-server';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GitAuth, GitRemoteOptions } from '../src/endpoints/git/git-remote.ts';
import { createGitRemote } from '../src/endpoints/git/git-remote.ts';
import type { Remote } from '../src/remote.ts';
import { committer, listAll, readAll, request, temporaryFolder, write } from './git-fixture.ts';

async function serve(options: Omit<GitHttpServerOptions, 'root'> = {}) {
  const folder = await temporaryFolder();
  const repository = await createGitRepository(join(folder, 'served', 'tasks.git'));
  const server = await startGitHttpServer({ root: join(folder, 'served'), ...options });
  onTestFinished(() => server.close());
  let mirrors = 0;
  const open = (auth: GitAuth | null, overrides: Partial<GitRemoteOptions> = {}): Remote =>
    createGitRemote({
      url: server.url('tasks.git'),
      branch: 'main',
      subPath: null,
      mirrorDir: join(folder, `mirror-${mirrors++}`),
      auth,
      allowFileProtocol: false,
      committer,
      ...overrides,
    });
  return { folder, repository, server, open };
}

async function prepared(remote: Remote, parent: string) {
  const ready = await remote.prepare(request(parent, write('a', '1', '2')));
  if (!ready) throw new Error('nothing was prepared');
  return ready;
}

describe('credentials', () => {
  const basic = { username: 'ada', password: 'pass:wörd' };
  const header = { name: 'X-Api-Key', value: 'k3y' };

  it.each<[string, GitAuth]>([
    ['a token', { type: 'token', token: 's3cret' }],
    ['a token with a user', { type: 'token', token: 's3cret', username: 'oauth2' }],
    ['a bearer token', { type: 'bearer', token: 's3cret' }],
    ['a user and password', { type: 'basic', ...basic }],
    ['a header', { type: 'header', ...header }],
  ])('pull and push with %s', async (_, auth) => {
    const { repository, open } = await serve({ token: 's3cret', basic, header });
    const parent = await repository.commit({ a: '1', b: 'x'.repeat(100_000) });
    const remote = open(auth);
    expect(await remote.probe()).toBe(parent);
    expect(await remote.test()).toMatchObject({ authenticated: true, readable: true, writable: true });
    expect(await listAll(remote)).toEqual({ a: '1', b: 'x'.repeat(100_000) });
    const ready = await prepared(remote, parent);
    expect(await remote.publish(ready)).toMatchObject({ status: 'published', head: ready.token });
    expect(await repository.head()).toBe(ready.token);
  });

  it.each<[string, GitAuth | null]>([
    ['a wrong token', { type: 'token', token: 'wr0ng-s3cret' }],
    ['a wrong password', { type: 'basic', username: 'ada', password: 'wr0ng-s3cret' }],
    ['none', null],
  ])('say so with %s, and never name the secret', async (_, auth) => {
    const { repository, open } = await serve({ token: 's3cret', basic });
    await repository.commit({ a: '1' });
    const remote = open(auth);
    const error = await remote.list().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'unauthenticated', transient: false });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('wr0ng');
    expect(await remote.test()).toMatchObject({
      reachable: true,
      authenticated: false,
      readable: false,
      writable: false,
    });
  });

  it('come as the user name of the address where a token names none', async () => {
    const { repository, server, open } = await serve({ basic: { username: 'bob', password: 's3cret' } });
    await repository.commit({ a: '1' });
    const url = server.url('tasks.git').replace('//', '//bob@');
    expect(await listAll(open({ type: 'token', token: 's3cret' }, { url }))).toEqual({ a: '1' });
  });

  it('stay out of the mirror folder', async () => {
    const { folder, repository, open } = await serve({ token: 's3cret' });
    await repository.commit({ a: '1' });
    const mirrorDir = join(folder, 'm');
    await open({ type: 'token', token: 's3cret' }, { mirrorDir }).list();
    const config = await repository.git(['config', '--file', join(mirrorDir, 'mirror.git', 'config'), '--list']);
    expect(config.toString()).not.toMatch(/s3cret|http/);
  });

  it('do not follow a redirect', async () => {
    const { server, open } = await serve({ token: 's3cret' });
    server.setFault('refs', { status: 301, location: 'http://127.0.0.1:1/tasks.git/info/refs' });
    await expect(open({ type: 'token', token: 's3cret' }).probe()).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('a server in trouble', () => {
  it('is unreachable when nobody listens', async () => {
    const { server, open } = await serve();
    const remote = open(null);
    await server.close();
    await expect(remote.probe()).rejects.toMatchObject({ code: 'unreachable', transient: true });
    expect(await remote.test()).toMatchObject({
      reachable: false,
      authenticated: false,
      readable: false,
      writable: false,
    });
  });

  it.each([
    [404, 'not_found', false],
    [403, 'denied', false],
    [429, 'busy', true],
    [500, 'unreachable', true],
    [503, 'unreachable', true],
  ])('means by %i: %s', async (status, code, transient) => {
    const { server, open } = await serve();
    server.setFault('refs', { status });
    await expect(open(null).probe()).rejects.toMatchObject({ code, transient });
  });

  it('is not found when the repository is not there', async () => {
    const { server, open } = await serve();
    await expect(open(null, { url: server.url('other.git') }).list()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('may drop the connection while it sends, and be asked again', async () => {
    const { repository, server, open } = await serve();
    await repository.commit({ a: '1' });
    const remote = open(null);
    server.setFault('fetch', 'cut');
    await expect(remote.list()).rejects.toMatchObject({ code: 'unreachable', transient: true });
    server.setFault('fetch', null);
    expect(await listAll(remote)).toEqual({ a: '1' });
  });

  it('may hang: the wait has an end, and can be ended', async () => {
    const { folder, repository, server, open } = await serve();
    await repository.commit({ a: '1' });
    server.setFault('refs', 'stall');
    const late = open(null, { timeouts: { ask: 300 } });
    await expect(late.probe()).rejects.toMatchObject({ code: 'unreachable', transient: true });
    server.setFault('refs', null);
    server.setFault('fetch', 'stall');
    const controller = new AbortController();
    const mirrorDir = join(folder, 'aborted');
    const remote = open(null, { mirrorDir });
    const listing = remote.list(controller.signal);
    const reason = new Error('stop');
    setTimeout(() => controller.abort(reason), 200);
    await expect(listing).rejects.toBe(reason);
    server.setFault('fetch', null);
    expect(await listAll(remote)).toEqual({ a: '1' });
    expect(await readdir(mirrorDir)).toEqual(['mirror.git']);
  });
});

describe('pushes', () => {
  it('that the server denies are rejected', async () => {
    const { repository, server, open } = await serve();
    const parent = await repository.commit({ a: '1' });
    const remote = open(null);
    const ready = await prepared(remote, parent);
    await repository.git(['config', 'http.receivepack', 'false']);
    expect(await remote.publish(ready)).toMatchObject({ status: 'rejected', reason: 'denied' });
    const report = await remote.test();
    expect(report).toMatchObject({
      reachable: true,
      authenticated: true,
      readable: true,
      writable: false,
      head: parent,
    });
    await repository.git(['config', 'http.receivepack', 'true']);
    server.setFault('push', { status: 401 });
    await expect(remote.publish(ready)).rejects.toMatchObject({ code: 'unauthenticated' });
    server.setFault('push', { status: 403 });
    expect(await remote.publish(ready)).toMatchObject({ status: 'rejected', reason: 'denied' });
    expect(await repository.head()).toBe(parent);
  });

  it('that a hook declines bring its words', async () => {
    const { repository, open } = await serve();
    const parent = await repository.commit({ a: '1' });
    await repository.installHook('update', 'echo "error: GH006: Protected branch update failed" >&2; exit 1');
    const remote = open(null);
    expect(await remote.publish(await prepared(remote, parent))).toEqual({
      status: 'rejected',
      reason: 'protected_branch',
      message: expect.stringContaining('error: GH006: Protected branch update failed'),
    });
  });

  it('that come second have moved', async () => {
    const { repository, open } = await serve();
    const parent = await repository.commit({ a: '1' });
    const remote = open(null);
    const ready = await prepared(remote, parent);
    await repository.commit({ other: '1' });
    expect(await remote.publish(ready)).toEqual({ status: 'moved' });
  });

  it('whose answer is lost are found by asking again', async () => {
    const { repository, server, open } = await serve();
    const parent = await repository.commit({ a: '1' });
    const remote = open(null);
    const ready = await prepared(remote, parent);
    server.setFault('push', 'cut_answer');
    await expect(remote.publish(ready)).rejects.toMatchObject({ code: 'unreachable', transient: true });
    expect(await repository.head()).toBe(ready.token);
    expect(await remote.outcome(ready.token)).toBe('published');
    expect(await open(null).outcome(ready.token)).toBe('published');
  });

  it('that never arrived are known for it', async () => {
    const { repository, server, open } = await serve();
    const parent = await repository.commit({ a: '1' });
    const remote = open(null);
    const ready = await prepared(remote, parent);
    server.setFault('push', 'cut');
    await expect(remote.publish(ready)).rejects.toMatchObject({ code: 'unreachable', transient: true });
    server.setFault('push', null);
    expect(await remote.outcome(ready.token)).toBe('unpublished');
    expect(await remote.publish(ready)).toMatchObject({ status: 'published' });
  });

  it('of many bytes go through in pieces', async () => {
    const { repository, server, open } = await serve();
    const parent = await repository.commit({ a: '1' });
    const remote = open(null);
    // Hashes do not compress, so the pack is larger than what git sends in one piece.
    const bytes = Buffer.concat(Array.from({ length: 40_000 }, (_, i) => createHash('sha512').update(`${i}`).digest()));
    const ready = await remote.prepare(request(parent, write('big', null, { bytes, mode: '100644' })));
    expect(await remote.publish(ready ?? { token: '', head: null })).toMatchObject({ status: 'published' });
    expect((await repository.files()).get('big')?.bytes.equals(bytes)).toBe(true);
    expect(server.requests.some(({ headers }) => headers['transfer-encoding'] === 'chunked')).toBe(true);
  });
});

it('serves a first push into an empty repository', async () => {
  const { repository, open } = await serve();
  const remote = open(null, { branch: null });
  expect(await remote.test()).toMatchObject({ readable: true, writable: true, branch: 'main', head: null });
  expect((await remote.list()).head).toBeNull();
  const ready = await remote.prepare(request(null, write('a', null, '1')));
  await remote.publish(ready ?? { token: '', head: null });
  const { files } = await remote.list();
  expect(await readAll(remote, files)).toEqual({ a: '1' });
  expect(await repository.head()).toBe(ready?.token);
});
