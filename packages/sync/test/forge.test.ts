import { type ForgeServer, forgeServer, forgeToken } from '@ratchet/testing/forge-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Forge } from '../src/forges/forge.ts';
import { forgeFor } from '../src/forges/forge-for.ts';
import { type ForgeType, forgePlace } from '../src/forges/forge-place.ts';
import { gitHubProxy, type ValidatingProxy } from './github-prism.ts';

const apis: Record<ForgeType, { uri: string; path: string }> = {
  github: { uri: 'https://git.example.org/una/tasks.git', path: '' },
  gitlab: { uri: 'git@git.example.org:team/sub/tasks.git', path: '' },
  gitea: { uri: 'ssh://git@git.example.org/una/tasks', path: '/api/v1' },
};
const forgeAt = (type: ForgeType, url: string, secret = forgeToken): Forge =>
  forgeFor(
    { uri: apis[type].uri, type, apiUrl: url + apis[type].path },
    { type: 'token', token: secret },
    { userAgent: 'ratchet/test', retries: 1 },
  ) as Forge;
const draft = { branch: 'ratchet/main/1', base: 'main', title: 'Update Sum', body: '- Update **Sum**' };

describe.each<ForgeType>(['github', 'gitlab', 'gitea'])('pull requests on %s', (type) => {
  let server: ForgeServer;
  let proxy: ValidatingProxy | null = null;
  let forge: Forge;
  beforeAll(async () => {
    server = await forgeServer(type);
    if (type === 'github') {
      proxy = await gitHubProxy(server.url);
      server.examples = proxy.examples;
    }
    forge = forgeAt(type, proxy?.url ?? server.url);
  }, 60_000);
  afterAll(async () => {
    await proxy?.close();
    await server.close();
  });
  beforeEach(() => {
    server.pulls.length = 0;
    server.failures.length = 0;
    for (const name of ['ratchet/main/1', 'ratchet/main/2']) server.branches.add(name);
  });

  it('are made, found, changed and closed', async () => {
    expect(await forge.findOpen(draft.branch, 'main')).toBeNull();
    const made = await forge.create(draft);
    expect(made).toMatchObject({ number: 1, state: 'open', ...draft });
    expect(made.url).toMatch(/^https:.*1$/);
    expect(await forge.findOpen(draft.branch, 'main')).toEqual(made);
    expect(await forge.findOpen(draft.branch, 'other')).toBeNull();
    expect(await forge.update(1, { title: 'Update 2 tasks', body: 'both' })).toMatchObject({
      title: 'Update 2 tasks',
      body: 'both',
    });
    await forge.close(1);
    expect(await forge.get(1)).toMatchObject({ state: 'closed', mergeCommit: null });
    expect(await forge.findOpen(draft.branch, 'main')).toBeNull();
  });

  it('made twice are one: the answer to the first may have been lost', async () => {
    const first = await forge.create(draft);
    expect(await forge.create(draft)).toEqual(first);
    expect(server.pulls).toHaveLength(1);
  });

  it('that were merged say so', async () => {
    await forge.create(draft);
    const [pull] = server.pulls;
    if (pull) pull.state = 'merged';
    expect(await forge.get(1)).toMatchObject({ state: 'merged', mergeCommit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });

  it('that are gone are null, and so is a branch that is removed twice', async () => {
    expect(await forge.get(77)).toBeNull();
    await forge.deleteBranch('ratchet/main/2');
    expect(server.branches.has('ratchet/main/2')).toBe(false);
    await forge.deleteBranch('ratchet/main/2');
  });

  it('are tried out without making one', async () => {
    expect(await forge.test()).toMatchObject({ ok: true });
    expect(server.pulls).toHaveLength(0);
  });

  it('are refused with what to do', async () => {
    await expect(forgeAt(type, proxy?.url ?? server.url, 'wrong').test()).rejects.toMatchObject({
      code: 'unauthenticated',
      transient: false,
      message: expect.stringContaining('credential'),
    });
    await expect(forge.create({ ...draft, branch: 'nowhere' })).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('give up when asked to', async () => {
    const gone = AbortSignal.abort(new Error('given up'));
    await expect(forge.get(1, gone)).rejects.toThrow();
  });
});

describe.each<ForgeType>(['github', 'gitlab', 'gitea'])('%s in trouble', (type) => {
  let server: ForgeServer;
  beforeEach(async () => {
    server = await forgeServer(type);
  });
  afterEach(() => server.close());

  it.each([
    [403, 'denied', false],
    [500, 'unreachable', true],
  ] as const)('answers %i', async (status, code, transient) => {
    server.failures.push(...Array.from({ length: 12 }, () => status));
    await expect(forgeAt(type, server.url).test()).rejects.toMatchObject({ code, transient });
  });
  it('does not answer at all', async () => {
    await server.close();
    await expect(forgeAt(type, server.url).test()).rejects.toMatchObject({ code: 'unreachable', transient: true });
  });
});

describe('forgePlace', () => {
  it.each([
    ['https://github.com/una/tasks.git', {}, ['github', 'https://api.github.com', 'una/tasks']],
    ['git@github.com:una/tasks.git', {}, ['github', 'https://api.github.com', 'una/tasks']],
    ['ssh://git@gitlab.com/team/sub/tasks', {}, ['gitlab', 'https://gitlab.com', 'team/sub/tasks']],
    ['https://codeberg.org/una/tasks/', {}, ['gitea', 'https://codeberg.org/api/v1', 'una/tasks']],
    ['https://git.corp:8443/una/tasks', { type: 'gitea' }, ['gitea', 'https://git.corp:8443/api/v1', 'una/tasks']],
    ['https://ghe.corp/una/tasks', { type: 'github' }, ['github', 'https://ghe.corp/api/v3', 'una/tasks']],
    [
      'ssh://git@git.corp:2222/una/tasks',
      { type: 'gitlab', apiUrl: 'http://gitlab.corp/' },
      ['gitlab', 'http://gitlab.corp', 'una/tasks'],
    ],
  ] as const)('%s', (uri, more, [type, apiUrl, project]) => {
    expect(forgePlace({ uri, ...more })).toEqual({ type, apiUrl, project });
  });
  it.each(['https://example.org/una/tasks', '/srv/tasks.git', 'file:///srv/tasks.git', 'https://github.com/una', 'x'])(
    'knows no forge for %s',
    (uri) => {
      expect(forgePlace({ uri })).toBeNull();
    },
  );
});
