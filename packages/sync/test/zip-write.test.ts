import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Mode } from '@ratchet/sync-core/tree';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import yazl from 'yazl';
import { digestOf } from '../src/digest.ts';
import { readArchive } from '../src/endpoints/zip/read-archive.ts';
import { zipLimits } from '../src/endpoints/zip/zip-limits.ts';
import { after, contents, entry, folder, path, put, remoteAt, replaced, request, write, zipOf } from './zip-fixture.ts';

describe('an archive that is written', () => {
  it('keeps the bytes, modes, times, order and comments of everything else', async () => {
    const before = {
      'folder/': '',
      'z.sh': { text: '#!', mode: 0o100750 },
      link: { text: 'z.sh', mode: 0o120777 },
      'a/metadata.json': '{}',
      'unknown.bin': '\0\u0001',
    } as const;
    await put(before, 'a comment');
    expect(await write([{ path: 'a/metadata.json', before: entry('{}'), after: after('{"x":1}') }])).toMatchObject({
      status: 'published',
      head: digestOf(readFileSync(path)),
      files: [{ path: 'a/metadata.json', mode: '100644', token: entry('{"x":1}').digest }],
    });
    const expected = await readArchive(
      await zipOf({ ...before, 'a/metadata.json': '{"x":1}' }, 'a comment'),
      zipLimits,
    );
    const written = await readArchive(readFileSync(path), zipLimits);
    expect(written.entries).toEqual(expected.entries);
    expect(written.comment.toString()).toBe('a comment');
    expect(await readdir(folder)).toEqual(['tasks.zip']);
  });
  it('gains and loses files, and folders that become empty go', async () => {
    await put({ 'a/': '', 'a/x.txt': 'x', 'b.txt': 'b' });
    await write([
      { path: 'a/x.txt', before: entry('x'), after: null },
      { path: 'new/run.sh', before: null, after: after('#!', '100755') },
    ]);
    expect(await contents()).toEqual({ 'b.txt': '100644 b', 'new/run.sh': '100755 #!' });
    expect(readFileSync(path).includes('a/')).toBe(false);
  });
  it('keeps a folder in which one file takes the place of the other', async () => {
    await put({ 'a/': '', 'a/x.txt': 'x' });
    await write([
      { path: 'a/x.txt', before: entry('x'), after: null },
      { path: 'a/y.txt', before: null, after: after('y') },
    ]);
    expect((await readArchive(readFileSync(path), zipLimits)).entries.map(({ name }) => name)).toEqual([
      'a/',
      'a/y.txt',
    ]);
  });
  it('is made by the first write, below its sub-path', async () => {
    await write([{ path: 'a.txt', before: null, after: after('a') }], remoteAt({ subPath: 'tasks' }));
    expect(await contents()).toEqual({ 'tasks/a.txt': '100644 a' });
  });
  it('keeps the rights of the old one', async () => {
    await put({ 'a.txt': 'a' });
    await chmod(path, 0o640);
    await write([{ path: 'a.txt', before: entry('a'), after: after('b') }]);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
  it('stays behind the link that names it', async () => {
    const link = join(folder, 'link.zip');
    await put({ 'a.txt': 'a' });
    symlinkSync('tasks.zip', link);
    await write([{ path: 'a.txt', before: entry('a'), after: after('b') }], remoteAt({ path: link }));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await contents()).toEqual({ 'a.txt': '100644 b' });
  });
  it('leaves nothing beside it of a write that was interrupted, and what is not its own', async () => {
    await put({ 'a.txt': 'a' });
    const own = `.ratchet-tmp-zip-${digestOf(Buffer.from('tasks.zip')).slice(0, 16)}-left`;
    for (const name of [own, '.ratchet-tmp-of-another']) writeFileSync(join(folder, name), 'x');
    await write([{ path: 'a.txt', before: entry('a'), after: after('b') }]);
    expect(readdirSync(folder).sort()).toEqual(['.ratchet-tmp-of-another', 'tasks.zip']);
  });
  it('has the same bytes whenever the same is written to the same', async () => {
    await put({ 'a.txt': 'a', 'b/': '', 'b/c.txt': 'c' });
    const before = readFileSync(path);
    const files = [
      { path: 'a.txt', before: entry('a'), after: after('A') },
      { path: 'd.txt', before: null, after: after('d', '100755') },
    ];
    await write(files);
    const first = readFileSync(path);
    writeFileSync(path, before);
    await write(files);
    expect(readFileSync(path).equals(first)).toBe(true);
  });
  it('keeps times to the second where it had them so', async () => {
    const mtime = new Date('2024-05-06T07:08:09Z');
    const zip = new yazl.ZipFile();
    for (const name of ['a.txt', 'b.txt']) zip.addBuffer(Buffer.from(name), name, { mtime });
    zip.end();
    writeFileSync(path, await buffer(zip.outputStream));
    await write([{ path: 'a.txt', before: entry('a.txt', '100644'), after: after('b') }]);
    const { entries } = await readArchive(readFileSync(path), zipLimits);
    expect(entries.map(({ modified: time }) => time)).toEqual([mtime, mtime]);
  });
  it.each([
    ['that climbs out', '../../x.txt', '".." part'],
    ['that is absolute', '/etc/xx.txt', 'absolute'],
    ['with backslashes', 'aa\\b\\x.txt', 'backslash'],
    ['with a drive letter', 'C:/xx/x.txt', 'drive letter'],
  ])('is left as it is where it holds a name %s, which could not be written back', async (_, name, message) => {
    const plain = 'N'.repeat(name.length);
    writeFileSync(path, replaced(await zipOf({ [plain]: 'x', 'good.txt': 'good' }), plain, name));
    const old = readFileSync(path);
    const answer = await write([{ path: 'good.txt', before: entry('good'), after: after('better') }]);
    expect(answer).toMatchObject({ status: 'rejected', message: expect.stringContaining(message) });
    expect(await remoteAt().test()).toMatchObject({ readable: true, writable: false });
    expect(readFileSync(path).equals(old)).toBe(true);
  });
  it('with a thousand folders in a row is written; with more it is left as it is', async () => {
    const folders = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}/`, '']));
    const file = { path: 'a.txt', before: entry('a'), after: after('b') };
    await put({ 'a.txt': 'a', ...folders(1000) });
    expect(await write([file])).toMatchObject({ status: 'published' });
    expect((await readArchive(readFileSync(path), zipLimits)).entries).toHaveLength(1001);
    await put({ 'a.txt': 'a', ...folders(1001) });
    expect(await write([file])).toMatchObject({ status: 'rejected' });
  });
  it('holds what it held and what was written, whatever that is', async () => {
    const name = fc.stringMatching(/^[a-c](\/[a-c]){0,2}$/);
    const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    const mode = fc.constantFrom<Mode>('100644', '100755');
    const apart = (names: readonly string[]) => !names.some((a) => names.some((b) => b.startsWith(`${a}/`)));
    const trees = fc
      .tuple(fc.dictionary(name, fc.tuple(content, mode)), fc.dictionary(name, fc.option(fc.tuple(content, mode))))
      .filter(([a, b]) => apart([...new Set([...Object.keys(a), ...Object.keys(b)])]));
    await fc.assert(
      fc.asyncProperty(trees, async ([held, changes]) => {
        await put(
          Object.fromEntries(Object.entries(held).map(([n, [text, m]]) => [n, { text, mode: Number.parseInt(m, 8) }])),
        );
        const files = Object.entries(changes).map(([at, to]) => {
          const [text, m] = held[at] ?? [];
          return {
            path: at,
            before: text === undefined ? null : entry(text, m),
            after: to && after(to[0], to[1]),
          };
        });
        await write(files);
        const wanted = new Map(Object.entries(held));
        for (const [at, to] of Object.entries(changes)) {
          if (to) wanted.set(at, to);
          else wanted.delete(at);
        }
        const expected = Object.fromEntries([...wanted].map(([at, [text, m]]) => [at, `${m} ${text}`]));
        expect(await contents()).toEqual(expected);
      }),
      { numRuns: 40, seed: 20_261_121 },
    );
  });
  it('is not touched by a write that changes nothing', async () => {
    await put({ 'a.txt': 'a' });
    expect(await write([{ path: 'a.txt', before: entry('a'), after: after('a') }])).toBeNull();
  });
  it('says that it moved when someone wrote it since: before the write, and during it', async () => {
    await put({ 'a.txt': 'a' });
    const files = [{ path: 'a.txt', before: entry('a'), after: after('b') }];
    const remote = remoteAt();
    const { head } = await remote.list();
    const prepared = await remote.prepare(request(head, files));
    await put({ 'a.txt': 'theirs' });
    expect(prepared && (await remote.publish(prepared))).toEqual({ status: 'moved' });
    expect(prepared && (await remote.outcome(prepared.token))).toBe('unpublished');
    const late = await remote.prepare(request(head, files));
    expect(late && (await remote.publish(late))).toEqual({ status: 'moved' });
    expect(await contents()).toEqual({ 'a.txt': '100644 theirs' });
  });
  it('tells after a crash whether a write arrived', async () => {
    await put({ 'a.txt': 'a' });
    const remote = remoteAt();
    const { head } = await remote.list();
    const prepared = await remote.prepare(request(head, [{ path: 'a.txt', before: entry('a'), after: after('b') }]));
    expect(await remoteAt().outcome(prepared?.token ?? '')).toBe('unpublished');
    if (prepared) await remote.publish(prepared);
    expect(await remoteAt().outcome(prepared?.token ?? '')).toBe('published');
  });
  it.each([
    ['a path that climbs out', '../x', '100644'],
    ['a submodule', 'x', '160000'],
    ['a link', 'x', '120000'],
    ['a path with a drive letter', 'C:/x', '100644'],
    ['a path with a backslash', 'a\\b', '100644'],
    ['a name that is another’s in other letters', 'A.txt', '100644'],
    ['a file below a file', 'a.txt/x', '100644'],
    ['a file where a folder is', 'folder', '100644'],
  ] as const)('refuses %s', async (_, where, mode) => {
    await put({ 'a.txt': 'a', 'folder/b.txt': 'b' });
    const old = readFileSync(path);
    expect(await write([{ path: where, before: null, after: after('x', mode) }])).toMatchObject({ status: 'rejected' });
    expect(readFileSync(path).equals(old)).toBe(true);
  });
  it('refuses to write what it could not write back whole', async () => {
    const bytes = await zipOf({ 'a.txt': 'a', 'secret.txt': 's' });
    const central = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    bytes.writeUInt16LE(bytes.readUInt16LE(central + 8) | 1, central + 8);
    writeFileSync(path, bytes);
    expect(await write([{ path: 'a.txt', before: entry('a'), after: after('b') }])).toMatchObject({
      status: 'rejected',
      message: expect.stringContaining('secret.txt'),
    });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
  it('read-only is refused, and said', async () => {
    await put({ 'a.txt': 'a' });
    const remote = remoteAt({ writable: false });
    expect(await write([{ path: 'a.txt', before: entry('a'), after: after('b') }], remote)).toMatchObject({
      status: 'rejected',
    });
    expect(await remote.test()).toMatchObject({ readable: true, writable: false });
  });
});
