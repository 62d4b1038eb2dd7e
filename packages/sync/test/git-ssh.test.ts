import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';
import { type SshServer, startSshServer } from '@ratchet/testing/ssh-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGitRemote, type GitAuth } from '../src/endpoints/git/git-remote.ts';
import { committer, listAll, request, temporaryFolder, write } from './git-fixture.ts';

let server: SshServer;
let repository: GitRepository;
let folder: string;
beforeAll(async () => {
  server = await startSshServer();
});
afterAll(() => server?.close());
beforeEach(async () => {
  folder = await temporaryFolder();
  repository = await createGitRepository(`${folder}/tasks with space.git`);
  await repository.commit({ 'a.txt': 'a' });
});

const open = (changes: Partial<Extract<GitAuth, { type: 'ssh_key' }>> = {}) =>
  createGitRemote({
    url: server.url(encodeURI(repository.path)),
    branch: 'main',
    subPath: null,
    mirrorDir: `${folder}/mirror`,
    auth: { type: 'ssh_key', privateKey: server.key, knownHosts: server.knownHosts, ...changes },
    allowFileProtocol: false,
    committer,
  });

describe('a repository over SSH', () => {
  it('is read and written with a key', async () => {
    const remote = open();
    expect(await listAll(remote)).toEqual({ 'a.txt': 'a' });
    const head = await repository.head();
    const prepared = await remote.prepare(request(head, write('a.txt', 'a', 'b')));
    expect(prepared && (await remote.publish(prepared))).toMatchObject({ status: 'published' });
    expect((await repository.files()).get('a.txt')?.bytes.toString()).toBe('b');
    expect(await remote.test()).toMatchObject({ readable: true, writable: true, authenticated: true });
    await remote.close();
  });
  it('takes a key with the line ends of Windows', async () => {
    expect(await listAll(open({ privateKey: server.key.replaceAll('\n', '\r\n') }))).toEqual({ 'a.txt': 'a' });
  });
  it('refuses a key that it does not know', async () => {
    await expect(open({ privateKey: server.strangeKey }).list()).rejects.toMatchObject({ code: 'unauthenticated' });
  });
  it.each([
    [
      'of a server that shows another key',
      () => server.knownHosts.replace(/AAAA\S+/, (key) => `${key.slice(0, -8)}AAAAAAAA`),
    ],
    ['of a server that is not known', () => ''],
  ])('gives no credential into the hands %s', async (_, knownHosts) => {
    const error = await open({ knownHosts: knownHosts() })
      .list()
      .then(
        () => null,
        (reason: { code?: string; message?: string }) => reason,
      );
    expect(['unauthenticated', 'misconfigured', 'unreachable', 'denied']).toContain(error?.code);
    expect(error?.message).toMatch(/key/i);
    expect(error?.message).not.toContain(folder);
  });
  it('that is not there is said so', async () => {
    await createGitRemote({
      url: server.url('/nowhere.git'),
      branch: 'main',
      subPath: null,
      mirrorDir: `${folder}/other`,
      auth: { type: 'ssh_key', privateKey: server.key, knownHosts: server.knownHosts },
      allowFileProtocol: false,
      committer,
    })
      .list()
      .then(
        () => expect.unreachable(),
        (error) => expect(error).toMatchObject({ code: 'not_found' }),
      );
  });
});
