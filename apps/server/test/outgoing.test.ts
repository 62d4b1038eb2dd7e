import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '@ratchet/access/credentials';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import { type answeringServer as Answering, answeringServer } from '@ratchet/testing/answering-server';
import { type ForgeServer, forgeServer, forgeToken } from '@ratchet/testing/forge-server';
import { startGitHttpServer } from '@ratchet/testing/git-http-server';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { gitHubAppTokens } from '../src/github-app-token.ts';
import { openForge } from '../src/open-forge.ts';
import { openRemote } from '../src/open-remote.ts';
import { outgoing } from '../src/outgoing.ts';
import { serverPlaces } from '../src/server-places.ts';
import { settingsOf } from '../src/settings.ts';
import { load } from './configuration/load.ts';

let web: Awaited<ReturnType<typeof Answering>>;
let folder: string;
beforeAll(async () => {
  web = await answeringServer();
  folder = mkdtempSync(join(tmpdir(), 'ratchet-outgoing-'));
});
afterAll(async () => {
  await web.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (text: string) => settingsOf(load(text));
const closed = settings('registry: { allow_private_networks: false }');
const open = settings('');
/** Names that lead to this machine, one of them only at its second look-up. */
const resolver = () => {
  let looked = 0;
  return async (host: string) => {
    looked += host.startsWith('rebinds') ? 1 : 0;
    const address = host.startsWith('rebinds') && looked === 1 ? '93.184.216.34' : '127.0.0.1';
    return [{ address, family: 4 }];
  };
};
const credentials = (secret: object): Credentials => ({ openSecret: async () => secret }) as unknown as Credentials;
const row = (more: Partial<RepositoryRow>) =>
  ({
    id: 'r',
    uri: '',
    subPath: null,
    branch: 'main',
    isWritable: true,
    metadata: {},
    credentialId: 'c',
    ...more,
  }) as RepositoryRow;
const refusal = { code: 'misconfigured', message: expect.stringContaining('not a public one') };

function remote(chosen: typeof open, resolve = resolver()) {
  const out = outgoing(chosen, resolve);
  const parts = {
    dataDir: folder,
    credentials: credentials({ type: 'token', token: 't' }),
    appToken: gitHubAppTokens(out),
    out,
    distrustLocal: true,
    places: serverPlaces(settings(`database: { data_dir: ${folder}/data }\nauth: { mode: none }`)),
  };
  return openRemote(parts);
}

describe('with registry.allow_private_networks: false nothing of this machine or its networks is asked', () => {
  it.each([
    'http://127.0.0.1:PORT/x',
    'http://[::ffff:127.0.0.1]:PORT/x',
    'http://2130706433:PORT/x',
    'http://local.invalid:PORT/x',
  ])('a registry, or a git repository, at %s', async (address) => {
    const uri = address.replace('PORT', new URL(web.base).port);
    const before = web.asked.length;
    for (const repositoryType of ['http', 'git'] as const) {
      const far = await remote(closed)(row({ repositoryType, uri }));
      await expect(far.probe()).rejects.toMatchObject(refusal);
    }
    expect(web.asked.length).toBe(before);
  });
  it.each(['ssh://git@127.0.0.1/x', 'git@127.0.0.1:x', 'git://10.0.0.8/x', 'ssh://git@metadata.invalid/x'])(
    'a git repository at %s',
    async (uri) => {
      const isSsh = /^ssh|@/.test(uri);
      const far = await remote(closed)(row({ repositoryType: 'git', uri, ...(isSsh ? { credentialId: null } : {}) }));
      await expect(far.probe()).rejects.toMatchObject(refusal);
    },
  );
  it('a name that leads here only when it is asked a second time', async () => {
    const before = web.asked.length;
    const { port } = new URL(web.base);
    const resolve = resolver();
    const git = outgoing(closed, resolve).git;
    expect(await git.addressesOf?.('rebinds.invalid', 80)).toEqual(['93.184.216.34']);
    await expect(git.addressesOf?.('rebinds.invalid', 80)).rejects.toMatchObject(refusal);
    await expect(outgoing(closed, resolve).fetch(`http://rebinds.invalid:${port}/count`)).rejects.toMatchObject(
      refusal,
    );
    expect(web.asked.length).toBe(before);
  });
  it.each(['github', 'gitlab', 'gitea'] as const)('a forge: %s', async (type) => {
    const forge = await forgeServer(type);
    onTestFinished(() => forge.close());
    const out = outgoing(closed);
    const find = openForge(credentials({ type: 'token', token: forgeToken }), gitHubAppTokens(out), out, '0');
    const repository = row({
      repositoryType: 'git',
      uri: `https://git.example.org/${type === 'gitlab' ? 'team/sub' : 'una'}/tasks.git`,
      metadata: { forge: { type, apiUrl: type === 'gitea' ? `${forge.url}/api/v1` : forge.url } },
    });
    await expect(find(repository)).rejects.toMatchObject(refusal);
    expect(forge.asked).toEqual([]);
  });
  it('where a GitHub App signs in', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const app = gitHubAppTokens(outgoing(closed));
    const secret = { type: 'github_app', appId: '1', installationId: '2', privateKey: pem } as const;
    const before = web.asked.length;
    await expect(app(secret, 'https://github.com/a/b', web.base)).rejects.toMatchObject(refusal);
    expect(web.asked.length).toBe(before);
  });
});

describe('by default private addresses are for whoever manages repositories', () => {
  it('git over HTTP, past the resolver only where it is told to', async () => {
    const repository = await createGitRepository(join(folder, 'served', 'x.git'));
    const head = await repository.commit({ a: '1' });
    const server = await startGitHttpServer({ root: join(folder, 'served') });
    onTestFinished(() => server.close());
    const far = await remote(open)(row({ repositoryType: 'git', uri: server.url('x.git'), credentialId: null }));
    expect(await far.probe()).toBe(head);
  });
  it.each(['github', 'gitlab', 'gitea'] as const)('%s answers through the same client', async (type) => {
    const forge: ForgeServer = await forgeServer(type);
    onTestFinished(() => forge.close());
    const out = outgoing(open);
    const find = openForge(credentials({ type: 'token', token: forgeToken }), gitHubAppTokens(out), out, '0');
    const repository = row({
      repositoryType: 'git',
      uri: `https://git.example.org/${type === 'gitlab' ? 'team/sub' : 'una'}/tasks.git`,
      metadata: { forge: { type, apiUrl: type === 'gitea' ? `${forge.url}/api/v1` : forge.url } },
    });
    const found = await find(repository);
    expect(await found?.findOpen('ratchet/main/1', 'main')).toBeNull();
    expect(forge.asked.length).toBeGreaterThan(0);
  });
  it('a forge’s redirect is followed where it stays with the forge, and refused elsewhere', async () => {
    const out = outgoing(open);
    const answer = await out.forgeFetch(`${web.base}/moved`, { headers: { authorization: 'x' } });
    expect(await answer.json()).toMatchObject({ count: expect.any(Number) });
    const other = await answeringServer();
    onTestFinished(() => other.close());
    const server = await startGitHttpServer({ root: folder });
    onTestFinished(() => server.close());
    server.setFault('refs', { status: 302, location: `${other.base}/count` });
    await expect(out.forgeFetch(`${server.url('x.git')}/info/refs?service=git-upload-pack`)).rejects.toMatchObject({
      message: expect.stringContaining('redirects to another server'),
    });
    expect(other.asked).toEqual([]);
  });
});
