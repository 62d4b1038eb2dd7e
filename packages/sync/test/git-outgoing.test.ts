import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startGitHttpServer } from '@ratchet/testing/git-http-server';
import { createGitRepository, hermeticGit } from '@ratchet/testing/git-repository';
import { freePort } from '@ratchet/testing/server-process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pinned } from '../src/endpoints/git/git-outgoing.ts';
import { parseGitUrl } from '../src/endpoints/git/git-url.ts';
import { EndpointError } from '../src/problem.ts';
import { listAll, request, write } from './git-fixture.ts';
import { here, name, served } from './outgoing-fixture.ts';

const refused = async (): Promise<string[]> => {
  throw new EndpointError('misconfigured', 'The address is not a public one.', false);
};

describe('git goes to the addresses that were judged, and asks no resolver', () => {
  it('over HTTP', async () => {
    const { folder, open } = await served();
    const server = await startGitHttpServer({ root: folder });
    onTestFinished(() => server.close());
    const url = server.url('tasks.git').replace('127.0.0.1', name);
    expect(await listAll(open(url, { outgoing: { addressesOf: here } }))).toEqual({ 'a.txt': 'a' });
    expect(server.requests.every(({ headers }) => headers.host?.startsWith(name))).toBe(true);
    const asked = server.requests.length;
    await expect(open(url, { outgoing: { addressesOf: refused } }).list()).rejects.toMatchObject({
      code: 'misconfigured',
    });
    server.setFault('refs', { status: 302, location: server.url('elsewhere.git') });
    await expect(open(url, { outgoing: { addressesOf: here } }).list()).rejects.toThrow(EndpointError);
    expect(server.requests.slice(asked).some(({ url: path }) => path.includes('elsewhere'))).toBe(false);
  });
  it('over git://', async () => {
    const { folder, open } = await served();
    const port = await freePort();
    const daemon = spawn(
      'git',
      ['daemon', '--export-all', `--base-path=${folder}`, '--listen=127.0.0.1', `--port=${port}`, '--verbose', folder],
      { env: hermeticGit, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    onTestFinished(async () => {
      const gone = new Promise((resolve) => daemon.once('exit', resolve));
      if (daemon.pid) process.kill(-daemon.pid);
      await gone;
    });
    await new Promise((resolve) => daemon.stderr.once('data', resolve));
    const remote = open(`git://${name}:${port}/tasks.git`, { outgoing: { addressesOf: here } });
    expect(await listAll(remote)).toEqual({ 'a.txt': 'a' });
  });
  it('through a proxy that is named', async () => {
    const { folder, open } = await served();
    const server = await startGitHttpServer({ root: folder });
    onTestFinished(() => server.close());
    // The server stands in for the proxy: it is asked for the whole address.
    const proxies = { http_proxy: server.url('').replace(/\/$/, '') };
    await open(`http://${name}/tasks.git`, { outgoing: { proxies } })
      .list()
      .catch(() => undefined);
    expect(server.requests[0]?.url).toContain(`http://${name}/tasks.git/info/refs`);
  });
});

it.each([
  [false, true],
  [true, false],
])(
  'a repository on this machine that is distrusted (%s) runs its hooks and commands: %s',
  async (distrustLocal, ran) => {
    const { folder, repository, open } = await served();
    const alternate = await createGitRepository(join(folder, 'other.git'));
    await repository.installHook('post-receive', `#!/bin/sh\ntouch ${folder}/hook-ran\n`);
    await writeFile(join(repository.path, 'objects/info/alternates'), `${alternate.path}/objects\n`);
    await appendFile(
      join(repository.path, 'config'),
      `[core]\n\talternateRefsCommand = touch ${folder}/command-ran;\n`,
    );
    const remote = open(repository.path, { allowFileProtocol: true, distrustLocal });
    const head = await repository.head();
    const prepared = await remote.prepare(request(head, write('a.txt', 'a', 'b')));
    expect(prepared && (await remote.publish(prepared))).toMatchObject({ status: 'published' });
    expect([existsSync(`${folder}/hook-ran`), existsSync(`${folder}/command-ran`)]).toEqual([ran, ran]);
  },
);

it.each([
  ['https://h.org/x.git', 'h.org', 443],
  ['http://h.org:8080/x.git', 'h.org', 8080],
  ['http://[::1]:81/x.git', '::1', 81],
  ['ssh://git@h.org/x.git', 'h.org', 22],
  ['ssh://git@h.org:2222/x.git', 'h.org', 2222],
  ['git@h.org:x.git', 'h.org', 22],
  ['git@[fe80::1]:x.git', 'fe80::1', 22],
  ['git://h.org/x.git', 'h.org', 9418],
])('%s is judged as %s, port %i', async (url, host, port) => {
  const asked: unknown[] = [];
  const addressesOf = async (...place: unknown[]) => {
    asked.push(place);
    return ['192.0.2.1', '2001:db8::1'];
  };
  const pin = await pinned(parseGitUrl(url, false), { addressesOf });
  expect(asked).toEqual([[host, port]]);
  expect(pin).toMatchSnapshot();
});
