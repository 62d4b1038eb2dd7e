import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGitRepository, hermeticGit } from '@ratchet/testing/git-repository';
import { freePort } from '@ratchet/testing/server-process';
import { expect, it, onTestFinished } from 'vitest';
import { createGitRemote } from '../src/endpoints/git/git-remote.ts';
import { committer, listAll, request, temporaryFolder, write } from './git-fixture.ts';

/** `git daemon` over a folder; it lets anyone push only where it is told to. */
async function daemon(root: string, receive: boolean): Promise<string> {
  const port = await freePort();
  const args = ['daemon', '--export-all', `--base-path=${root}`, '--listen=127.0.0.1', `--port=${port}`, '--reuseaddr'];
  const server = spawn('git', [...args, ...(receive ? ['--enable=receive-pack'] : []), root], {
    env: hermeticGit,
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    // git starts the daemon as a child of its own: the group goes together.
    if (server.pid) process.kill(-server.pid);
    await gone;
  });
  for (let tries = 0; tries < 200; tries++) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (listens) return `git://127.0.0.1:${port}`;
    await sleep(25);
  }
  throw new Error('git daemon does not start.');
}

it.each([
  ['that takes pushes', true],
  ['that only gives', false],
])('git daemon %s', async (_, receive) => {
  const folder = await temporaryFolder();
  const repository = await createGitRepository(`${folder}/tasks.git`);
  await repository.commit({ 'a.txt': 'a' });
  const remote = createGitRemote({
    url: `${await daemon(folder, receive)}/tasks.git`,
    branch: 'main',
    subPath: null,
    mirrorDir: `${folder}/mirror`,
    auth: null,
    allowFileProtocol: false,
    committer,
  });
  expect(await listAll(remote)).toEqual({ 'a.txt': 'a' });
  const prepared = await remote.prepare(request(await repository.head(), write('a.txt', 'a', 'b')));
  const published = prepared && (await remote.publish(prepared));
  expect(published).toMatchObject(receive ? { status: 'published' } : { status: 'rejected', reason: 'denied' });
  expect((await repository.files()).get('a.txt')?.bytes.toString()).toBe(receive ? 'b' : 'a');
  await remote.close();
});
