import type { HttpFileServerOptions } from '@ratchet/testing/http-file-server';
import { describe, expect, it } from 'vitest';
import type { FileWrite } from '../src/remote.ts';
import { after, contents, entry, remoteAt, serve, write } from './http-fixture.ts';

describe('a registry that is written', () => {
  const files: readonly FileWrite[] = [
    { path: 'a/metadata.json', before: null, after: after('{"name":"a"}') },
    { path: 'a/main.js', before: null, after: after('() => 1') },
    { path: 'b/main.js', before: entry('b'), after: after('B') },
    { path: 'b/gone.txt', before: entry('gone'), after: null },
  ];
  const before = { 'b/main.js': 'b', 'b/gone.txt': 'gone', 'other.txt': 'other' };

  it.each<[string, HttpFileServerOptions]>([
    ['with strong ETags', {}],
    ['with weak ETags', { tags: 'weak' }],
    ['without ETags', { tags: 'none' }],
    ['that only lists paths', { index: 'paths' }],
  ])('%s takes files, what carries a task last', async (_, options) => {
    const server = await serve(before, options);
    const remote = remoteAt(server);
    expect(await write(remote, files)).toMatchObject({ status: 'published', failed: [] });
    expect(Object.fromEntries([...server.files].map(([path, bytes]) => [path, bytes.toString()]))).toEqual({
      'a/metadata.json': '{"name":"a"}',
      'a/main.js': '() => 1',
      'b/main.js': 'B',
      'other.txt': 'other',
    });
    const puts = server.asked.filter((each) => each.startsWith('PUT'));
    expect(puts.indexOf('PUT a/main.js')).toBeLessThan(puts.indexOf('PUT a/metadata.json'));
    expect((await remote.test()).message.includes('unsafe')).toBe(options.tags === 'weak' || options.tags === 'none');
  });
  it('lists a written file with the token it was answered with', async () => {
    const server = await serve(before);
    const remote = remoteAt(server);
    const published = await write(remote, files);
    const listed = new Map((await remote.list()).files.map((file) => [file.path, file.token]));
    if (published?.status !== 'published') throw new Error('not published');
    expect(published.files.map(({ path }) => path).sort()).toEqual(['a/main.js', 'a/metadata.json', 'b/main.js']);
    for (const { path, token } of published.files) expect(listed.get(path)).toBe(token);
  });
  it('whose index is a file gets that written too, and keeps what it does not know', async () => {
    const index = { version: 1, name: 'mine', files: [{ path: 'b/main.js', note: 'kept' }, { path: 'b/gone.txt' }] };
    const server = await serve({ ...before, 'index.json': JSON.stringify(index) }, { index: 'file' });
    const remote = remoteAt(server);
    expect(await write(remote, files)).toMatchObject({ status: 'published' });
    const written = JSON.parse(server.files.get('index.json')?.toString() ?? '');
    expect(written).toMatchObject({ version: 1, name: 'mine' });
    expect(written.files.map((file: { path: string }) => file.path)).toEqual([
      'b/main.js',
      'a/main.js',
      'a/metadata.json',
    ]);
    expect(written.files[0]).toMatchObject({ note: 'kept', digest: `sha256:${entry('B').digest}` });
  });
  it.each([
    ['before the write', 'b/main.js'],
    ['where nothing was', 'a/main.js'],
  ])('says that it moved when someone wrote %s', async (_, path) => {
    const server = await serve(before);
    const remote = remoteAt(server);
    const { head } = await remote.list();
    const prepared = await remote.prepare({
      parent: head,
      documents: [{ path: 'document', files: files.filter((file) => file.path === path) }],
      message: '',
      author: { name: 'A', email: 'a@example.org' },
      date: new Date(0),
    });
    server.put(path, 'theirs');
    expect(prepared && (await remote.publish(prepared))).toEqual({ status: 'moved' });
    expect(server.files.get(path)?.toString()).toBe('theirs');
  });
  it('tells after a crash whether a write arrived', async () => {
    const server = await serve(before);
    const remote = remoteAt(server);
    const { head } = await remote.list();
    const documents = [{ path: 'document', files }];
    const request = { parent: head, documents, message: '', author: { name: 'A', email: 'a@x' }, date: new Date(0) };
    const prepared = await remote.prepare(request);
    expect(await remoteAt(server).outcome(prepared?.token ?? '')).toBe('unpublished');
    if (prepared) await remote.publish(prepared);
    expect(await remoteAt(server).outcome(prepared?.token ?? '')).toBe('published');
  });
  it('that takes no writes says so', async () => {
    const server = await serve(before, { writable: false });
    expect(await write(remoteAt(server), files)).toMatchObject({ status: 'rejected', reason: 'denied' });
    expect(await write(remoteAt(server, { writable: false }), files)).toMatchObject({ status: 'rejected' });
  });
  it.each<[string, HttpFileServerOptions]>([
    ['says them with the index', { index: 'tags' }],
    ['says them with the answer to a write', { index: 'tags', tagsOnPut: true }],
    ['says them with each file', { index: 'paths' }],
  ])('and knows files by ETags, and %s: what was written lists with its token', async (_, options) => {
    const server = await serve(before, options);
    const remote = remoteAt(server);
    const published = await write(remote, files);
    const listed = new Map((await remote.list()).files.map((file) => [file.path, file.token]));
    if (published?.status !== 'published') throw new Error('not published');
    expect(published.files.map(({ path }) => path).sort()).toEqual(['a/main.js', 'a/metadata.json', 'b/main.js']);
    for (const { path, token } of published.files) expect(token).toBe(listed.get(path));
  });
  it('does not take someone else’s content for its own, written right after it', async () => {
    const server = await serve(before, { index: 'paths' });
    const late: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      if (request[1]?.method === 'PUT') server.put('b/main.js', 'theirs');
      return answer;
    };
    const remote = remoteAt(server, { fetch: late });
    const published = await write(remote, [files[2] as FileWrite]);
    expect(published).toMatchObject({ status: 'published', files: [] });
  });
  it('says that it moved when someone writes between the look and the write', async () => {
    for (const [path, theirs] of [
      ['b/main.js', 'theirs'],
      ['a/main.js', 'theirs'],
    ] as const) {
      const server = await serve(before);
      const race: typeof fetch = (...request) => {
        if (request[1]?.method === 'PUT') server.put(path, theirs);
        return fetch(...request);
      };
      const remote = remoteAt(server, { fetch: race });
      expect(
        await write(
          remote,
          files.filter((file) => file.path === path),
        ),
      ).toEqual({ status: 'moved' });
      expect(server.files.get(path)?.toString()).toBe(theirs);
    }
  });
  it('that keeps no modes says so, and does not claim to have written one', async () => {
    const server = await serve(before);
    const run = { path: 'a/run.sh', before: null, after: { ...after('#!'), mode: '100755' as const } };
    expect(await write(remoteAt(server), [run])).toMatchObject({
      status: 'published',
      files: [],
      failed: [{ path: 'document', code: 'not_written', message: expect.stringContaining('executed') }],
    });
  });
  it.each([
    ['a link', 'x', '120000'],
    ['a submodule', 'x', '160000'],
    ['a path that climbs out', '../x', '100644'],
    ['a name that is never synced', '.git/config', '100644'],
  ] as const)('is not sent %s', async (_, path, mode) => {
    const server = await serve({});
    expect(await write(remoteAt(server), [{ path, before: null, after: { ...after('x'), mode } }])).toMatchObject({
      failed: [{ code: 'path_refused' }],
    });
    expect(server.asked.filter((each) => !each.startsWith('GET'))).toEqual([]);
  });
  it('that does not answer a write leaves open whether it arrived', async () => {
    const server = await serve(before);
    const remote = remoteAt(server);
    await remote.list();
    server.faults.push(null, null, 'die');
    await expect(write(remote, files)).rejects.toMatchObject({ code: 'unreachable', transient: true });
  });
});

describe('a registry whose index is a file', () => {
  const added: FileWrite = { path: 'new.txt', before: null, after: after('new') };
  const start = async (files: readonly unknown[], options: HttpFileServerOptions = {}) => {
    const server = await serve(
      { 'a.txt': 'a', 'index.json': JSON.stringify({ version: 1, by: 'hand', files }) },
      { index: 'file', ...options },
    );
    const remote = remoteAt(server);
    await remote.list();
    server.asked.length = 0;
    return { server, remote, index: () => JSON.parse(server.files.get('index.json')?.toString() ?? '') };
  };
  const digest = (text: string) => `sha256:${entry(text).digest}`;
  const change: FileWrite = { path: 'a.txt', before: entry('a'), after: after('A') };

  it('is written after the file, and where it failed the write is finished when its outcome is asked for', async () => {
    const { server, remote, index } = await start([{ path: 'a.txt', digest: digest('a') }]);
    const { head } = await remote.list();
    const documents = [{ path: 'document', files: [change, added] }];
    const request = { parent: head, documents, message: '', author: { name: 'A', email: 'a@x' }, date: new Date(0) };
    const prepared = await remote.prepare(request);
    const dying: typeof fetch = (url, init) =>
      init?.method === 'PUT' && String(url).endsWith('index.json')
        ? Promise.reject(new Error('gone'))
        : fetch(url, init);
    const broken = remoteAt(server, { fetch: dying });
    const again = await broken.prepare(request);
    await expect(broken.publish(again as NonNullable<typeof again>)).rejects.toMatchObject({ transient: true });
    expect(index().files).toEqual([{ path: 'a.txt', digest: digest('a') }]);
    expect(await remoteAt(server).outcome(prepared?.token ?? '')).toBe('published');
    expect(index()).toMatchObject({ by: 'hand' });
    expect(index().files.map((file: { digest: string }) => file.digest)).toEqual([digest('A'), digest('new')]);
    expect(await contents(remoteAt(server))).toEqual({ 'a.txt': 'A', 'new.txt': 'new' });
  });
  it('and that cannot be written: the files are not said to be published', async () => {
    const { server, remote, index } = await start(['a.txt']);
    const refusing: typeof fetch = (url, init) =>
      init?.method === 'PUT' && String(url).endsWith('index.json')
        ? Promise.resolve(new Response(null, { status: 405 }))
        : fetch(url, init);
    const answer = await write(remoteAt(server, { fetch: refusing }), [added]);
    expect(answer).toMatchObject({
      status: 'published',
      files: [],
      failed: [{ code: 'not_written', message: expect.stringContaining('index') }],
    });
    expect(index().files).toEqual(['a.txt']);
    expect(await write(remote, [added])).toMatchObject({ status: 'published', failed: [] });
    expect(await contents(remote)).toEqual({ 'a.txt': 'a', 'new.txt': 'new' });
  });
  it('shows what was written before a refusal ended the push', async () => {
    const { server, index } = await start([{ path: 'a.txt', digest: digest('a') }]);
    const refusing: typeof fetch = (url, init) =>
      String(url).endsWith('new.txt') ? Promise.resolve(new Response(null, { status: 403 })) : fetch(url, init);
    const broken = write(remoteAt(server, { fetch: refusing }), [change, added]);
    await expect(broken).rejects.toMatchObject({ code: 'denied', transient: false });
    expect(index().files.map((file: { digest: string }) => file.digest)).toEqual([digest('A')]);
    expect(await contents(remoteAt(server))).toEqual({ 'a.txt': 'A' });
  });
  it('and that someone else writes meanwhile keeps what they wrote', async () => {
    const { server, index } = await start(['a.txt']);
    let once = true;
    const race: typeof fetch = (url, init) => {
      if (once && init?.method === 'PUT' && String(url).endsWith('index.json')) {
        once = false;
        server.put('theirs.txt', 'theirs');
        server.put('index.json', JSON.stringify({ version: 1, by: 'them', files: ['a.txt', 'theirs.txt'] }));
      }
      return fetch(url, init);
    };
    expect(await write(remoteAt(server, { fetch: race }), [added])).toMatchObject({ status: 'published', failed: [] });
    expect(index()).toMatchObject({ by: 'them' });
    expect(
      index().files.map((file: string | { path: string }) => (typeof file === 'string' ? file : file.path)),
    ).toEqual(['a.txt', 'theirs.txt', 'new.txt']);
  });
  it.each<[string, unknown, HttpFileServerOptions]>([
    ['an ETag that is not the file’s any more', { path: 'a.txt', etag: '"old"' }, {}],
    ['a digest, and the server has no ETags', { path: 'a.txt', digest: digest('a') }, { tags: 'none' }],
    ['a digest, and the server has weak ETags', { path: 'a.txt', digest: digest('a') }, { tags: 'weak' }],
  ])('and lists %s: it lists what was written', async (_, listed, options) => {
    const { remote, index } = await start([listed], options);
    expect(await write(remote, [change])).toMatchObject({ status: 'published', failed: [] });
    expect(index().files).toEqual([{ path: 'a.txt', size: 1, digest: digest('A') }]);
    expect(await contents(remote)).toEqual({ 'a.txt': 'A' });
  });
  it('keeps modes', async () => {
    const { remote, index } = await start(['a.txt']);
    const mode = '100755' as const;
    const executable: FileWrite = { path: 'a.txt', before: entry('a'), after: { ...after('a'), mode } };
    expect(await write(remote, [executable])).toMatchObject({ status: 'published', failed: [], files: [{ mode }] });
    expect(index().files).toEqual([{ path: 'a.txt', size: 1, digest: digest('a'), mode }]);
    expect((await remote.list()).files).toMatchObject([{ path: 'a.txt', mode }]);
  });
  it('does not take a mode for written because the content is the same', async () => {
    const { server, remote } = await start(['a.txt']);
    const files = [{ path: 'a.txt', before: entry('a'), after: { ...after('a'), mode: '100755' as const } }];
    const documents = [{ path: 'document', files }];
    const author = { name: 'A', email: 'a@x' };
    const prepared = await remote.prepare({ parent: null, documents, message: '', author, date: new Date(0) });
    expect(await remoteAt(server).outcome(prepared?.token ?? '')).toBe('unpublished');
    expect(server.asked.filter((each) => each.startsWith('PUT'))).toEqual([]);
  });
});

describe('a registry that takes changes whole', () => {
  const mode = '100755' as const;
  const files: readonly FileWrite[] = [
    { path: 'a/metadata.json', before: null, after: after('{"name":"a"}') },
    { path: 'a/run.sh', before: null, after: { ...after('#!'), mode } },
    { path: 'b.txt', before: entry('b'), after: null },
  ];
  const start = async () => {
    const server = await serve({ 'b.txt': 'b', 'c.txt': 'c' }, { changes: true });
    return { server, remote: remoteAt(server) };
  };

  it('is sent them once', async () => {
    const { server, remote } = await start();
    const published = await write(remote, files);
    const { head, files: listed } = await remote.list();
    expect(published).toMatchObject({ status: 'published', head, failed: [] });
    expect(listed.map(({ path, mode: m }) => `${path} ${m}`)).toEqual([
      'a/metadata.json 100644',
      'a/run.sh 100755',
      'c.txt 100644',
    ]);
    if (published?.status === 'published') expect(published.files).toEqual(listed.slice(0, 2));
    expect(server.asked.filter((each) => !each.startsWith('GET'))).toEqual(['POST .ratchet/changes']);
  });
  it('says that it moved, and nothing of them is done', async () => {
    const { server, remote } = await start();
    const { head } = await remote.list();
    const documents = [{ path: 'document', files }];
    const author = { name: 'A', email: 'a@x' };
    const prepared = await remote.prepare({ parent: head, documents, message: '', author, date: new Date(0) });
    server.put('c.txt', 'theirs');
    expect(prepared && (await remote.publish(prepared))).toEqual({ status: 'moved' });
    expect([...server.files.keys()]).toEqual(['b.txt', 'c.txt']);
  });
  it.each([403, 422] as const)('says no with %i', async (status) => {
    const { server, remote } = await start();
    await remote.list();
    server.faults.push(null, null, { status });
    expect(await write(remote, files)).toMatchObject({ status: 'rejected', reason: 'denied' });
  });
  it.each([
    ['lost', 'published'],
    ['die', 'unpublished'],
  ] as const)('whose answer does not come (%s) tells later what became of them', async (fault, outcome) => {
    const { server, remote } = await start();
    const { head } = await remote.list();
    const documents = [{ path: 'document', files }];
    const author = { name: 'A', email: 'a@x' };
    const prepared = await remote.prepare({ parent: head, documents, message: '', author, date: new Date(0) });
    server.faults.push(null, fault);
    await expect(remote.publish(prepared as NonNullable<typeof prepared>)).rejects.toMatchObject({ transient: true });
    expect(await remoteAt(server).outcome(prepared?.token ?? '')).toBe(outcome);
  });
});
