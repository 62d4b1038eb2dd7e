import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { createHttpFileServer } from '@ratchet/testing/http-file-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import yazl from 'yazl';
import { type Served, served } from './served.ts';

const metadata = (name: string, more: object = {}) =>
  `${JSON.stringify({ name, version: '1.0.0', description: 'as it was', ...more }, null, 2)}\n`;
const source = '(input) => {\n  return { double: input.n * 2 };\n}\n';

let one: Served;
let two: Served;
beforeAll(async () => {
  one = await served();
  two = await served();
});
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
});

async function register(server: Served, settings: object): Promise<string> {
  const made = await server.api('POST', '/repositories', { syncIntervalMinutes: 0, ...settings });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.id;
}
const sync = (server: Served, id: string) => server.api('POST', `/repositories/${id}/sync`);
const push = (server: Served, id: string) => server.api('POST', `/repositories/${id}/push`);
const actions = async (server: Served, id: string) =>
  (await server.api('POST', `/repositories/${id}/plan`)).body.actions;
const named = async (server: Served, name: string) =>
  (await server.api('GET', `/tasks?name=${encodeURIComponent(name)}`)).body.items[0];
const source1 = (server: Served, id: string, code: string) =>
  server.api('PUT', `/tasks/${id}/source`, { sourceCode: code });
const soon = <T>(work: () => Promise<T>) => vi.waitFor(work, { timeout: 20_000, interval: 50 });

interface Place {
  readonly settings: object;
  read(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<void>;
  close?(): Promise<void>;
}
let places = 0;
async function folderPlace(files: Record<string, string>): Promise<Place> {
  const uri = join(one.folder, `folder-${++places}`);
  const write = async (path: string, text: string) => {
    mkdirSync(join(uri, path, '..'), { recursive: true });
    writeFileSync(join(uri, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    settings: { repositoryType: 'filesystem', uri },
    read: async (path) => readFileSync(join(uri, path), 'utf8'),
    write,
  };
}
async function zipPlace(files: Record<string, string>): Promise<Place> {
  const uri = join(one.folder, `tasks-${++places}.zip`);
  const all = new Map(Object.entries(files));
  const save = async () => {
    const zip = new yazl.ZipFile();
    for (const [path, text] of all) zip.addBuffer(Buffer.from(text), path);
    zip.end();
    writeFileSync(uri, await buffer(zip.outputStream));
  };
  await save();
  return {
    settings: { repositoryType: 'zip', uri },
    read: async (path) => (await contentsOf(uri)).get(path),
    write: async (path, text) => {
      for (const [known, content] of await contentsOf(uri)) all.set(known, content);
      all.set(path, text);
      await save();
    },
  };
}
async function contentsOf(uri: string): Promise<Map<string, string>> {
  const { createZipRemote } = await import('@ratchet/sync/endpoints/zip/zip-remote');
  const remote = createZipRemote({ path: uri, subPath: null });
  const found = new Map<string, string>();
  for await (const { file, bytes } of remote.read((await remote.list()).files))
    found.set(file.path, Buffer.from(bytes).toString('utf8'));
  return found;
}
async function httpPlace(files: Record<string, string>): Promise<Place> {
  const server = await createHttpFileServer({ authorization: 'Bearer good' });
  for (const [path, text] of Object.entries(files)) server.put(path, text);
  return {
    settings: { repositoryType: 'registry', uri: server.url, authConfig: { type: 'bearer', token: 'good' } },
    read: async (path) => server.files.get(path)?.toString('utf8'),
    write: async (path, text) => server.put(path, text),
    close: () => server.close(),
  };
}
async function gitPlace(files: Record<string, string>): Promise<Place> {
  const upstream = await createGitRepository(join(one.folder, `git-${++places}.git`));
  await upstream.commit(files);
  return {
    settings: { repositoryType: 'git', uri: `file://${upstream.path}`, branch: 'main' },
    read: async (path) => (await upstream.files()).get(path)?.bytes.toString('utf8'),
    write: async (path, text) => void (await upstream.commit({ [path]: text })),
  };
}
const kinds = { git: gitPlace, filesystem: folderPlace, zip: zipPlace, http: httpPlace } as const;

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('a repository of type %s', (kind) => {
  it('is pulled, run, edited, pushed, merged and brought into conflict, which is resolved', async () => {
    const name = `Job ${kind}`;
    const place = await kinds[kind]({
      'job/metadata.json': metadata(name),
      'job/main.js': source,
      'job/notes.txt': 'kept as it is',
    });
    // By hand alone: a watcher may be first, and its sync is another's.
    const id = await register(one, { name: `place ${kind}`, syncEnabled: false, ...place.settings });
    expect((await one.api('POST', `/repositories/${id}/test`)).body).toMatchObject({ success: true });
    expect((await sync(one, id)).body).toMatchObject({ tasksAdded: 1, problems: [], conflicts: [] });
    const task = await named(one, name);
    const ran = await one.api('POST', `/tasks/${task.id}/run`, { input: { n: 21 }, wait: true });
    expect(ran.body.output).toEqual({ double: 42 });

    await source1(one, task.id, source.replace('* 2', '* 3'));
    expect((await actions(one, id)).map((a: { action: string }) => a.action)).toEqual(['push']);
    expect((await push(one, id)).status).toBe(200);
    expect(await place.read('job/main.js')).toBe(source.replace('* 2', '* 3'));
    expect(await place.read('job/notes.txt')).toBe('kept as it is');
    expect(await actions(one, id)).toEqual([]);

    await place.write('job/metadata.json', metadata(name, { description: 'from there' }));
    await one.api('PATCH', `/tasks/${task.id}`, { label: 'From here' });
    expect((await sync(one, id)).body).toMatchObject({ tasksMerged: 1, conflicts: [] });
    expect((await push(one, id)).status).toBe(200);
    expect(JSON.parse((await place.read('job/metadata.json')) ?? '')).toMatchObject({
      description: 'from there',
      label: 'From here',
    });
    expect(await actions(one, id)).toEqual([]);

    await place.write('job/main.js', source.replace('* 2', '* 5'));
    await source1(one, task.id, source.replace('* 2', '* 7'));
    const conflicted = await sync(one, id);
    expect(conflicted.status).toBe(409);
    const [conflict] = conflicted.body.conflicts;
    expect(conflict.files[0]).toMatchObject({ path: 'main.js', local: source.replace('* 2', '* 7') });
    expect((await push(one, id)).status).toBe(409);
    const resolved = await one.api('POST', `/conflicts/${conflict.id}/resolve`, { resolution: 'take_local' });
    expect(resolved.status).toBe(200);
    expect((await push(one, id)).status).toBe(200);
    expect(await place.read('job/main.js')).toBe(source.replace('* 2', '* 7'));
    expect(await actions(one, id)).toEqual([]);
    await place.close?.();
  });
});

describe('one server as the registry of another', () => {
  it('keeps both in step, both ways', async () => {
    const home = await folderPlace({ 'shared/metadata.json': metadata('Shared'), 'shared/main.js': source });
    const there = await register(one, { name: 'shared home', ...home.settings });
    await sync(one, there);
    const uri = `${one.address}/api/v1/registry/@${encodeURIComponent('shared home')}`;
    const here = await register(two, { name: 'from the other', repositoryType: 'http', uri });
    expect((await sync(two, here)).body).toMatchObject({ tasksAdded: 1, problems: [] });
    const task = await named(two, 'Shared');

    await source1(two, task.id, source.replace('* 2', '* 9'));
    await two.api('POST', '/tasks', { name: 'Born there', sourceCode: source, repositoryId: here });
    const pushed = await push(two, here);
    expect(pushed.body.map((r: { success: boolean }) => r.success)).toEqual([true, true]);
    expect((await one.api('GET', `/tasks/${(await named(one, 'Shared')).id}`)).body).toMatchObject({
      sourceCode: source.replace('* 2', '* 9'),
      needsPush: true,
    });
    expect(await named(one, 'Born there')).toBeDefined();
    expect(await actions(two, here)).toEqual([]);

    const edited = await named(one, 'Shared');
    await one.api('PATCH', `/tasks/${edited.id}`, { description: 'Edited at home' });
    expect((await sync(two, here)).body).toMatchObject({ tasksUpdated: 1 });
    expect(await named(two, 'Shared')).toMatchObject({ description: 'Edited at home' });
    await two.api('DELETE', `/tasks/${(await named(two, 'Born there')).id}`);
    expect((await push(two, here)).status).toBe(200);
    expect(await named(one, 'Born there')).toBeUndefined();
  });

  it('is a plain registry to anyone else', async () => {
    const index = await one.api('GET', '/registry/index.json');
    expect(index.status).toBe(200);
    const file = index.body.files.find((each: { path: string }) => each.path === 'shared home/shared/main.js');
    expect(file).toMatchObject({ digest: expect.stringMatching(/^sha256:/) });
    const tag = index.headers.get('etag') ?? '';
    expect((await one.api('GET', '/registry/index.json', undefined, { 'if-none-match': tag })).status).toBe(304);
    const path = '/registry/shared%20home/shared/main.js';
    const got = await one.api('GET', path);
    expect(got.body).toBe(source.replace('* 2', '* 9'));
    const stale = await one.api('PUT', path, 'x', { 'if-match': '"old"', 'content-type': 'text/plain' });
    expect([stale.status, stale.body.code]).toEqual([412, 'REVISION_MISMATCH']);
    const good = { 'if-match': got.headers.get('etag') ?? '', 'content-type': 'text/plain' };
    expect((await one.api('PUT', path, source, good)).status).toBe(204);
    expect((await one.api('GET', '/registry/nowhere/x')).status).toBe(404);
    expect((await one.api('GET', '/registry/@nobody/index.json')).status).toBe(404);
  });
});

describe('what starts a sync by itself', () => {
  it('a change in a watched folder, and in a watched archive', async () => {
    for (const kind of ['filesystem', 'zip'] as const) {
      const name = `Watched ${kind}`;
      const place = await kinds[kind]({ 'w/metadata.json': metadata(name), 'w/main.js': source });
      const id = await register(one, { name, ...place.settings });
      await soon(async () => expect(await named(one, name)).toBeDefined());
      await place.write('w/metadata.json', metadata(name, { description: 'changed there' }));
      await soon(async () => expect(await named(one, name)).toMatchObject({ description: 'changed there' }));
      const { items } = (await one.api('GET', `/repositories/${id}/runs`)).body;
      expect(items.some((run: { trigger: string }) => run.trigger === 'file_watcher')).toBe(true);
    }
  });

  it('the interval', async () => {
    const place = await gitPlace({ 'p/metadata.json': metadata('Polled'), 'p/main.js': source });
    await register(one, { name: 'polled', ...place.settings, syncIntervalMinutes: 0.01 });
    await soon(async () => expect(await named(one, 'Polled')).toBeDefined());
    await place.write('p/metadata.json', metadata('Polled', { description: 'again' }));
    await soon(async () => expect(await named(one, 'Polled')).toMatchObject({ description: 'again' }));
  });

  it('an edit, where the repository pushes by itself', async () => {
    const place = await gitPlace({ 'e/metadata.json': metadata('Edited'), 'e/main.js': source });
    const id = await register(one, { name: 'edited', ...place.settings, pushOnChange: true });
    await sync(one, id);
    await source1(one, (await named(one, 'Edited')).id, source.replace('* 2', '* 8'));
    await soon(async () => expect(await place.read('e/main.js')).toBe(source.replace('* 2', '* 8')));
    await soon(async () => expect(await named(one, 'Edited')).toMatchObject({ pushStatus: 'completed' }));
  });

  it('a signed webhook, once for each delivery', async () => {
    const place = await gitPlace({ 'h/metadata.json': metadata('Hooked'), 'h/main.js': source });
    const secret = 'between us two';
    const id = await register(one, { name: 'hooked', ...place.settings, webhookSecret: secret });
    const shown = (await one.api('GET', `/repositories/${id}`)).body;
    expect(shown).toMatchObject({ hasWebhookSecret: true });
    expect(JSON.stringify(shown)).not.toContain(secret);
    const body = JSON.stringify({ ref: 'refs/heads/main' });
    const send = (delivery: string, more: object = {}, text = body, to = id) =>
      one.api('POST', `/webhooks/${to}`, text, {
        host: 'ratchet.example.org',
        'x-github-event': 'push',
        'x-github-delivery': delivery,
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        ...more,
      });
    const taken = await send('d-1');
    expect([taken.status, taken.body.accepted]).toEqual([202, true]);
    await soon(async () => expect(await named(one, 'Hooked')).toBeDefined());
    expect((await send('d-1')).body).toMatchObject({ accepted: false, duplicate: true });
    expect((await send('d-2', {}, body.replace('main', 'evil'))).status).toBe(401);
    expect((await send('d-3', { 'x-hub-signature-256': '' })).status).toBe(401);
    expect((await send('d-4', {}, body, '00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await send('d-5', {}, body, 'nonsense')).status).toBe(404);
    const { items } = (await one.api('GET', `/repositories/${id}/runs`)).body;
    expect(items.map((run: { trigger: string }) => run.trigger)).toEqual(['webhook']);
  });
});

describe('what can be seen', () => {
  it('figures for Prometheus', async () => {
    const { status, body, headers } = await one.call('GET', '/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(body).toMatch(/ratchet_sync_runs_total\{[^}]*repository="edited"[^}]*direction="push"[^}]*\} [1-9]/);
    expect(body).toMatch(/ratchet_repository_tasks\{repository="edited"\} 1/);
  });
  it('analytics, push status and alerts', async () => {
    const { items } = (await one.api('GET', '/repositories?name=edited')).body;
    const analytics = (await one.api('GET', `/repositories/${items[0].id}/analytics?days=7`)).body;
    expect(analytics.daily).toHaveLength(7);
    expect(analytics.totals).toMatchObject({ pushes: expect.any(Number), failures: 0 });
    expect(analytics.totals.pushes).toBeGreaterThan(0);
    const status = (await one.api('GET', '/registry/push-status')).body;
    expect(status.repositories.map((r: { repositoryName: string }) => r.repositoryName)).toContain('edited');
    const made = await one.api('POST', '/alerts', { name: 'stuck', metric: 'open_conflicts', threshold: 0 });
    expect([made.status, made.body.state]).toEqual([201, 'ok']);
    expect((await one.api('POST', '/alerts', { name: 'stuck', metric: 'open_conflicts', threshold: 0 })).status).toBe(
      409,
    );
    const stale = await one.api('PATCH', `/alerts/${made.body.id}`, { threshold: 3 }, { 'if-match': '"9"' });
    expect(stale.status).toBe(412);
    expect((await one.api('DELETE', `/alerts/${made.body.id}`)).status).toBe(204);
  });
  it('how far a long sync is', async () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 300; i++)
      Object.assign(files, { [`t${i}/metadata.json`]: metadata(`Many ${i}`), [`t${i}/main.js`]: source });
    const place = await gitPlace(files);
    const id = await register(one, { name: 'many', ...place.settings });
    const { body } = await one.api('POST', `/repositories/${id}/sync`, {}, { accept: 'text/event-stream' });
    const events = String(body)
      .split('\n\n')
      .flatMap((frame) => {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        return data ? [JSON.parse(data)] : [];
      });
    expect(events.some((event) => event.type === 'progress' && event.total >= 300)).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'result', status: 200, output: { tasksAdded: 300 } });
  });
});
