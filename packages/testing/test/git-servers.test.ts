import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { type GitHttpServerOptions, startGitHttpServer } from '../src/git-http-server.ts';
import { createGitRepository } from '../src/git-repository.ts';

async function serve(options: Omit<GitHttpServerOptions, 'root'> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'ratchet-git-servers-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const repository = await createGitRepository(join(root, 'r.git'));
  const server = await startGitHttpServer({ root, ...options });
  onTestFinished(() => server.close());
  return { repository, server, refs: `${server.url('r.git')}/info/refs?service=git-upload-pack` };
}

it('makes commits from files and reads them back', async () => {
  const { repository } = await serve();
  expect(await repository.head()).toBeNull();
  const first = await repository.commit({ a: '1', 'b/c': { bytes: 'x', mode: '100755' } }, { message: 'first' });
  const second = await repository.commit({ a: null, 'new\nline': Uint8Array.of(0, 255) }, { message: 'second' });
  expect([...(await repository.files())].map(([path, { mode, bytes }]) => [path, mode, [...bytes]])).toEqual([
    ['b/c', '100755', [0x78]],
    ['new\nline', '100644', [0, 255]],
  ]);
  expect((await repository.log()).map((entry) => [entry.id, entry.parents, entry.message])).toEqual([
    [second, [first], 'second'],
    [first, [], 'first'],
  ]);
  expect(await repository.changes(first, second)).toEqual(['D a', 'A new\nline']);
  const rewritten = await repository.commit({ z: '1' }, { onto: null });
  expect((await repository.log(rewritten))[0]?.parents).toEqual([]);
  await repository.setBranch('main', null);
  expect(await repository.head()).toBeNull();
  await expect(repository.git(['rev-parse', 'main'])).rejects.toThrow(/git rev-parse ended with 128/);
});

it('asks for credentials and takes each form of them', async () => {
  const { server, refs } = await serve({
    token: 't',
    basic: { username: 'u', password: 'p' },
    header: { name: 'X-Key', value: 'k' },
  });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const status = async (headers: Record<string, string>) => (await fetch(refs, { headers })).status;
  const refused = await fetch(refs);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="git"']);
  expect(await status({ authorization: 'Bearer t' })).toBe(200);
  expect(await status({ authorization: basic('anyone:t') })).toBe(200);
  expect(await status({ authorization: basic('u:p') })).toBe(200);
  expect(await status({ 'x-key': 'k' })).toBe(200);
  expect(await status({ authorization: basic('u:t2') })).toBe(401);
  expect(await status({ authorization: 'Bearer p' })).toBe(401);
  expect(server.requests).toHaveLength(7);
});

it('takes compressed requests', async () => {
  const { repository, server } = await serve();
  const head = await repository.commit({ a: '1' });
  const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
  const body = `${line('command=ls-refs\n')}0001${line('ref-prefix refs/heads/\n')}0000`;
  const answer = await fetch(`${server.url('r.git')}/git-upload-pack`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      'content-encoding': 'gzip',
      'git-protocol': 'version=2',
    },
    body: gzipSync(body),
  });
  expect([answer.status, await answer.text()]).toEqual([200, `${line(`${head} refs/heads/main\n`)}0000`]);
});

it('fails as it is told, and recovers', async () => {
  const { server, refs } = await serve();
  server.setFault('refs', { status: 503 });
  expect((await fetch(refs)).status).toBe(503);
  server.setFault('refs', 'cut');
  await expect(fetch(refs)).rejects.toThrow();
  server.setFault('refs', 'cut_answer');
  await expect(fetch(refs)).rejects.toThrow();
  server.setFault('refs', 'stall');
  await expect(fetch(refs, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  server.setFault('refs', null);
  expect((await fetch(refs)).status).toBe(200);
  await server.close();
  await server.close();
});
