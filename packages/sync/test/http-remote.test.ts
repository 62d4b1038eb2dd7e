// Long because every rule of one endpoint is tried here against one kind of server or archive; writing is in http-write.test.ts.

import type { HttpFileServerOptions } from '@ratchet/testing/http-file-server';
import { describe, expect, it } from 'vitest';
import { createHttpRemote } from '../src/endpoints/http/http-remote.ts';
import { amendedIndex, readIndex } from '../src/endpoints/http/registry-index.ts';
import { after, contents, entry, journalDir, remoteAt, serve, write } from './http-fixture.ts';

describe('a registry that is read', () => {
  it.each<[string, HttpFileServerOptions]>([
    ['with digests', {}],
    ['that only lists paths', { index: 'paths' }],
    ['without ETags', { tags: 'none' }],
    ['that only lists paths, with weak ETags', { index: 'paths', tags: 'weak' }],
  ])('%s gives its files, and the same tokens until one changes', async (_, options) => {
    const server = await serve({ 'a/metadata.json': '{}', 'a/ü x.txt': 'ü' }, options);
    const remote = remoteAt(server);
    expect(await contents(remote)).toEqual({ 'a/metadata.json': '{}', 'a/ü x.txt': 'ü' });
    const [one, two] = [await remote.list(), await remoteAt(server).list()];
    expect(two).toEqual(one);
    server.put('a/ü x.txt', 'other');
    const three = await remote.list();
    expect(three.files.map(({ token }, i) => token === one.files[i]?.token)).toEqual([true, false]);
  });
  it('is asked for no more than its index while nothing changes', async () => {
    const server = await serve({ 'a.txt': 'a' });
    const remote = remoteAt(server);
    const { head } = await remote.list();
    server.asked.length = 0;
    expect(await remote.probe()).toBe(head);
    expect(server.asked).toEqual(['GET index.json']);
    expect(server.headers.at(-1)?.['if-none-match']).toBeDefined();
    server.put('a.txt', 'b');
    expect(await remote.probe()).not.toBe(head);
  });
  it('whose index only lists paths has no head: a look at the files is needed', async () => {
    const remote = remoteAt(await serve({ 'a.txt': 'a' }, { index: 'paths' }));
    expect(await remote.probe()).toBeNull();
  });
  it.each<[string, HttpFileServerOptions, readonly string[]]>([
    ['its own ETags', { index: 'tags' }, []],
    ['the ETags of its files', { index: 'paths' }, ['HEAD a.txt', 'HEAD b.txt']],
  ])('without digests is told by %s, and no content is sent for that', async (_, options, asked) => {
    const server = await serve({ 'a.txt': 'a', 'b.txt': 'b' }, options);
    const remote = remoteAt(server);
    const [first] = [await remote.list(), server.asked.splice(0)];
    expect((await remote.list()).files).toEqual(first.files);
    expect(server.asked.filter((each) => !each.includes('index.json')).sort()).toEqual(asked);
    server.put('b.txt', 'other');
    const changed = (await remote.list()).files.filter(
      ({ token }) => !first.files.some((file) => file.token === token),
    );
    expect(changed.map(({ path }) => path)).toEqual(['b.txt']);
    expect(await contents(remote)).toEqual({ 'a.txt': 'a', 'b.txt': 'other' });
  });
  it('whose index names ETags that the server then calls weak is read', async () => {
    const tag = (text: string) => `"${entry(text).digest.slice(0, 20)}"`;
    const index = {
      files: [
        { path: 'a.txt', etag: tag('a') },
        { path: 'b.txt', etag: tag('older') },
      ],
    };
    const server = await serve(
      { 'a.txt': 'a', 'b.txt': 'b', 'index.json': JSON.stringify(index) },
      { index: 'file', tags: 'weak' },
    );
    expect(await contents(remoteAt(server))).toEqual({ 'a.txt': 'a' });
  });
  it('that does not answer HEAD is asked for contents', async () => {
    for (const status of [403, 405, 501]) {
      const server = await serve({ 'a.txt': 'a' }, { index: 'paths' });
      server.faults.push(null, null, { status });
      const { files, problems } = await remoteAt(server).list();
      expect([files.map(({ token }) => token), problems]).toEqual([[`sha256:${entry('a').digest}`], []]);
    }
  });
  it('that refuses names with a dot is asked at its other place', async () => {
    const server = await serve({ 'a.txt': 'a' });
    server.faults.push({ status: 403 });
    expect(await contents(remoteAt(server))).toEqual({ 'a.txt': 'a' });
  });
  it('whose index moved is found again', async () => {
    const index = JSON.stringify(['a.txt']);
    const server = await serve({ 'a.txt': 'a', '.ratchet/index.json': index }, { index: 'file' });
    const remote = remoteAt(server);
    await remote.list();
    server.files.delete('.ratchet/index.json');
    server.put('index.json', index);
    expect(await contents(remote)).toEqual({ 'a.txt': 'a' });
  });
  it('is asked for contents as they are, not packed', async () => {
    const server = await serve({ 'a.txt': 'a' });
    await contents(remoteAt(server));
    expect(new Set(server.headers.map((headers) => headers['accept-encoding']))).toEqual(new Set(['identity']));
  });
  it('that is slow, and not silent, is waited for', async () => {
    const server = await serve({ 'a.txt': 'a' }, { index: 'paths' });
    server.faults.push(null, { slow: { pauseMs: 150 } });
    expect((await remoteAt(server).list()).files).toHaveLength(1);
  });
  it('does not take a file for gone that the index names', async () => {
    for (const status of [404, 410]) {
      const server = await serve({ 'a.txt': 'a', 'b.txt': 'b' }, { index: 'paths', tags: 'none' });
      server.faults.push(null, null, { status }, null, { status });
      const { files, problems } = await remoteAt(server).list();
      expect(files).toHaveLength(1);
      expect(problems).toMatchObject([{ code: 'unreadable' }]);
      expect([...files, ...problems].map(({ path }) => path).sort()).toEqual(['a.txt', 'b.txt']);
    }
  });
  it('can be named by its index', async () => {
    const server = await serve({ 'a.txt': 'a' });
    expect(await contents(remoteAt(server, { url: `${server.url}index.json` }))).toEqual({ 'a.txt': 'a' });
  });
  it('loses no file because one vanished or changed between index and file', async () => {
    const server = await serve({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
    const remote = remoteAt(server);
    const { files } = await remote.list();
    server.files.delete('a.txt');
    server.put('b.txt', 'changed');
    const read: string[] = [];
    for await (const { file } of remote.read(files)) read.push(file.path);
    expect(read).toEqual(['c.txt']);
  });
});

describe('signing in', () => {
  it('is done with every request', async () => {
    const server = await serve({ 'a.txt': 'a' }, { authorization: 'Bearer good' });
    expect(await contents(remoteAt(server, { headers: { authorization: 'Bearer good' } }))).toEqual({ 'a.txt': 'a' });
    const wrong = remoteAt(server, { headers: { authorization: 'Bearer bad' } });
    await expect(wrong.list()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await wrong.test()).toMatchObject({ reachable: true, authenticated: false, readable: false });
  });
  it.each([
    ['basic', { authorization: `Basic ${Buffer.from('una:pw').toString('base64')}` }],
    ['an API key', { 'x-api-key': 'k', authorization: 'any' }],
  ])('with %s sends just that', async (_, headers) => {
    const server = await serve({ 'a.txt': 'a' }, { authorization: headers.authorization });
    expect(await contents(remoteAt(server, { headers }))).toEqual({ 'a.txt': 'a' });
    for (const sent of server.headers) expect(sent).toMatchObject(headers);
  });
  it.each(['Bearer two\r\nlines', 'Bearer \u20ac'])(
    'with what no header can carry is refused, and not shown',
    (secret) => {
      const make = () => createHttpRemote({ url: 'http://x/', journalDir, headers: { authorization: secret } });
      expect(make).toThrow('The credential holds characters that a header cannot carry.');
    },
  );
  it('is not done again at home by way of another server', async () => {
    const [server, other] = [await serve({ 'a.txt': 'a', 'b.txt': 'b' }), await serve({})];
    server.faults.push(null, null, { redirect: `${other.url}x` });
    other.faults.push({ redirect: `${server.url}b.txt` });
    const remote = remoteAt(server, { headers: { authorization: 'Bearer secret' } });
    const { files } = await remote.list();
    for await (const _ of remote.read(files.slice(0, 1)));
    expect(server.asked.at(-1)).toBe('GET b.txt');
    expect(server.headers.at(-1)?.authorization).toBeUndefined();
  });
  it('is never done where an index wants changes sent to', async () => {
    const other = await serve({}, { changes: true });
    const index = JSON.stringify({ changes: `${other.url}.ratchet/changes`, files: [] });
    const server = await serve({ 'index.json': index }, { index: 'file' });
    const written = write(remoteAt(server, { headers: { authorization: 'Bearer secret' } }), [
      { path: 'a.txt', before: null, after: after('a') },
    ]);
    await expect(written).rejects.toThrow('The registry wants its changes sent to another server.');
    expect(other.asked).toEqual([]);
  });
  it('and writing is never done where a redirect leads to', async () => {
    const [server, other] = [await serve({}), await serve({})];
    const remote = remoteAt(server, { headers: { authorization: 'Bearer secret' } });
    await remote.list();
    server.faults.push(null, null, null, null, { redirect: `${other.url}a.txt`, status: 307 });
    const written = write(remote, [{ path: 'a.txt', before: null, after: after('a') }]);
    await expect(written).rejects.toMatchObject({ code: 'misconfigured' });
    expect([other.asked, [...other.files]]).toEqual([[], []]);
  });
  it('is never done elsewhere', async () => {
    const [server, other] = [await serve({ 'a.txt': 'a' }), await serve({ 'a.txt': 'a' })];
    server.faults.push(null, null, { redirect: `${other.url}a.txt` });
    expect(await contents(remoteAt(server, { headers: { authorization: 'Bearer secret' } }))).toEqual({ 'a.txt': 'a' });
    expect(server.headers.at(-1)?.authorization).toBe('Bearer secret');
    expect(other.headers.at(-1)?.authorization).toBeUndefined();
  });
});

describe('a registry in trouble', () => {
  it.each([
    ['answers 500', { status: 500 }, 'unreachable'],
    ['answers 403', { status: 403 }, 'denied'],
    ['answers 429', { status: 429 }, 'busy'],
    ['is silent', 'stall', 'unreachable'],
    ['dies', 'die', 'unreachable'],
    ['ends early', 'short', 'unreachable'],
    ['redirects to a file', { redirect: 'file:///etc/passwd' }, 'misconfigured'],
  ] as const)('%s: an error, never an empty listing', async (_, fault, code) => {
    const server = await serve({ 'a.txt': 'a' });
    server.faults.push(fault, fault);
    await expect(remoteAt(server).list()).rejects.toMatchObject({ code });
  });
  it('redirects in a circle', async () => {
    const server = await serve({});
    server.faults.push(...Array.from({ length: 20 }, () => ({ redirect: `${server.url}x` })));
    await expect(remoteAt(server).list()).rejects.toMatchObject({ code: 'misconfigured' });
  });
  it('has no index', async () => {
    const server = await serve({}, { index: 'file' });
    await expect(remoteAt(server).list()).rejects.toMatchObject({ code: 'not_found' });
  });
  it('fails for one file: that file is unreadable, not absent', async () => {
    const server = await serve({ 'a.txt': 'a', 'b.txt': 'b' }, { index: 'paths' });
    server.faults.push(null, null, { status: 500 });
    const { files, problems } = await remoteAt(server).list();
    expect([...files.map(({ path }) => path), ...problems.map(({ path }) => path)].sort()).toEqual(['a.txt', 'b.txt']);
    expect(problems).toMatchObject([{ code: 'unreadable' }]);
  });
  it('fails for file after file: then it is the server', async () => {
    const server = await serve(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.txt`, 'x'])));
    const remote = remoteAt(server);
    const { files } = await remote.list();
    server.faults.push(...Array.from({ length: 30 }, () => 'die' as const));
    const read = async () => {
      for await (const _ of remote.read(files));
    };
    await expect(read()).rejects.toMatchObject({ code: 'unreachable' });
  });
  it.each([
    ['ftp://x/', 'begins with'],
    ['http://una:secret@x/', 'password'],
    ['not an address', 'begins with'],
  ])('cannot be at %s', (url, message) => {
    expect(() => createHttpRemote({ url, journalDir })).toThrow(message);
  });
});

describe('readIndex', () => {
  it.each([
    ['<html></html>', 'web page'],
    ['{', 'not JSON'],
    ['{}', 'lists no files'],
    ['null', 'lists no files'],
    ['{"version":2,"files":[]}', 'version'],
    ['[1]', 'no file'],
    ['[{"size":1}]', 'without a path'],
  ])('refuses %s', (text, message) => {
    expect(() => readIndex(text, 'x')).toThrow(message);
  });
  it('sets aside what cannot be synced', () => {
    const paths = ['good.txt', '../x', '/etc/x', '.git/x', 'Twin', 'twin', 'node_modules/x', 'twice', 'twice'];
    const index = readIndex(JSON.stringify([...paths, { path: 'link', mode: '120000' }]), 'x');
    expect(index.files.map(({ path }) => path)).toEqual(['good.txt']);
    expect(index.problems.map(({ path, code }) => `${code} ${path}`).sort()).toEqual([
      'path_refused ../x',
      'path_refused /etc/x',
      'path_refused link',
      'unreadable Twin',
      'unreadable twice',
      'unreadable twin',
    ]);
  });
  it('takes no weak ETag for the name of a content', () => {
    const files = ['W/"a"', '"b"', 'c', '', 7].map((etag, i) => ({ path: `${i}`, etag }));
    expect(readIndex(JSON.stringify({ files }), 'x').files.map(({ etag }) => etag)).toEqual([
      null,
      '"b"',
      'c',
      null,
      null,
    ]);
    expect(readIndex(JSON.stringify({ files }), 'x').head).toBeNull();
    expect(readIndex(JSON.stringify({ files: files.slice(1, 3) }), 'x').head).toBe('x');
  });
  it('amends a plain list of paths as one', () => {
    const change = { digest: '00', size: 1, mode: '100644' as const, tag: null };
    expect(
      amendedIndex(
        ['a', 'b'],
        new Map([
          ['b', null],
          ['c', change],
        ]),
      ),
    ).toEqual(['a', 'c']);
  });
});
