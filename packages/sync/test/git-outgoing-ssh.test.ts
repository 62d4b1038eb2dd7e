import { startSshServer } from '@ratchet/testing/ssh-server';
import { expect, it, onTestFinished } from 'vitest';
import { listAll } from './git-fixture.ts';
import { here, name, served } from './outgoing-fixture.ts';

it('git goes over SSH to the address that was judged, with the host’s key under its own name', async () => {
  const { repository, open } = await served();
  const server = await startSshServer();
  onTestFinished(() => server.close());
  const url = server.url(repository.path);
  const port = new URL(url).port;
  const knownHosts = server.knownHosts.replaceAll('127.0.0.1', name);
  const auth = { type: 'ssh_key', privateKey: server.key, knownHosts } as const;
  const remote = open(url.replace('127.0.0.1', name), { auth, outgoing: { addressesOf: here } });
  expect(knownHosts).toContain(`[${name}]:${port}`);
  expect(await listAll(remote)).toEqual({ 'a.txt': 'a' });
});
