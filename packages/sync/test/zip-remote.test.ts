// Long because every rule of one endpoint is tried here against one kind of server or archive; writing is in zip-write.test.ts.

import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import yazl from 'yazl';
import { digestOf } from '../src/digest.ts';
import type { ZipOptions } from '../src/endpoints/zip/zip-remote.ts';
import {
  after,
  contents,
  entry,
  folder,
  path,
  problemsOf,
  put,
  remoteAt,
  replaced,
  write,
  zipOf,
} from './zip-fixture.ts';

describe('an archive that is read', () => {
  it('lists files with their bytes and modes, and names its state', async () => {
    await put({ 'a/metadata.json': '{}', 'a/': '', 'a/run.sh': { text: '#!', mode: 0o100755 }, 'b/ü.txt': 'ü' });
    const remote = remoteAt();
    expect(await contents(remote)).toEqual({
      'a/metadata.json': '100644 {}',
      'a/run.sh': '100755 #!',
      'b/ü.txt': '100644 ü',
    });
    const { head } = await remote.list();
    expect(head).toBe(digestOf(readFileSync(path)));
    expect(await remote.probe()).toBe(head);
  });
  it('lists only what is below its sub-path', async () => {
    await put({ 'in/a.txt': 'a', 'out/b.txt': 'b' });
    expect(await contents(remoteAt({ subPath: 'in' }))).toEqual({ 'a.txt': '100644 a' });
  });
  it('that is not there is empty; whose folder is not there is gone', async () => {
    expect(await remoteAt().list()).toEqual({ head: null, files: [], problems: [] });
    await expect(remoteAt({ path: join(folder, 'no', 'tasks.zip') }).list()).rejects.toMatchObject({
      code: 'root_gone',
    });
  });
  it('that is not there and may not be made is gone, and not empty', async () => {
    const remote = remoteAt({ writable: false });
    await expect(remote.list()).rejects.toMatchObject({ code: 'root_gone' });
    await expect(remote.probe()).rejects.toMatchObject({ code: 'root_gone' });
    expect(await remote.test()).toMatchObject({ reachable: false, readable: false });
  });
  it.each([
    ['no zip', () => Buffer.from('this is text')],
    ['empty', () => Buffer.alloc(0)],
    ['cut off', async () => (await zipOf({ 'a.txt': 'a'.repeat(1000) })).subarray(0, 60)],
  ])('that is %s is refused', async (_, bytes) => {
    writeFileSync(path, await bytes());
    await expect(remoteAt().list()).rejects.toMatchObject({ code: 'misconfigured' });
  });
  it('sets aside what cannot be synced, and takes the rest', async () => {
    await put({
      'good.txt': 'good',
      link: { text: '/etc/passwd', mode: 0o120777 },
      'a/.git/config': 'x',
      'Twin.txt': '1',
      'twin.txt': '2',
      'node_modules/x.js': 'x',
    });
    expect(Object.keys(await contents())).toEqual(['good.txt']);
    expect(await problemsOf()).toEqual(['path_refused link', 'unreadable Twin.txt', 'unreadable twin.txt']);
  });
  it.each([
    ['that climbs out', '../../x.txt'],
    ['that is absolute', '/etc/x.txt'],
    ['with backslashes', 'a\\..\\x.txt'],
    ['with a NUL', 'a\0b'],
  ])('refuses a name %s', async (_, name) => {
    const plain = 'N'.repeat(Buffer.byteLength(name));
    const bytes = await zipOf({ [plain]: 'x', 'good.txt': 'good' });
    writeFileSync(path, replaced(bytes, plain, name));
    expect(Object.keys(await contents())).toEqual(['good.txt']);
    expect(await problemsOf()).toEqual([`path_refused ${name}`]);
  });
  it('that holds a name twice gives neither', async () => {
    writeFileSync(
      path,
      replaced(await zipOf({ 'aaaa.txt': '1', 'bbbb.txt': '2', 'c.txt': '3' }), 'bbbb.txt', 'aaaa.txt'),
    );
    expect(Object.keys(await contents())).toEqual(['c.txt']);
    expect(await problemsOf()).toEqual(['unreadable aaaa.txt']);
  });
  it('whose content was changed is unreadable, not absent', async () => {
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from('stored as it is'), 'a.txt', { compress: false });
    zip.end();
    writeFileSync(path, replaced(await buffer(zip.outputStream), 'stored as it is', 'stored as it IS'));
    expect(await problemsOf()).toEqual(['unreadable a.txt']);
  });
  it('that is encrypted is unreadable', async () => {
    const bytes = await zipOf({ 'a.txt': 'a' });
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    bytes.writeUInt16LE(bytes.readUInt16LE(central + 8) | 1, central + 8);
    writeFileSync(path, bytes);
    expect(await problemsOf()).toEqual(['unreadable a.txt']);
  });
});

describe('what an archive may say of itself', () => {
  const central = Buffer.from([0x50, 0x4b, 1, 2]);
  const local = Buffer.from([0x50, 0x4b, 3, 4]);
  const end = Buffer.from([0x50, 0x4b, 5, 6]);

  it('a way of packing that is not known here: unreadable', async () => {
    const bytes = await zipOf({ 'a.txt': 'a', 'good.txt': 'good' });
    bytes.writeUInt16LE(93, bytes.indexOf(central) + 10);
    writeFileSync(path, bytes);
    expect(Object.keys(await contents())).toEqual(['good.txt']);
    expect(await problemsOf()).toEqual(['unreadable a.txt']);
  });
  it('names in both Unicode forms: both are told apart from others, and neither is taken', async () => {
    await put({ 'caf\u00e9.txt': '1', 'cafe\u0301.txt': '2', '日本.txt': '3' });
    expect(Object.keys(await contents())).toEqual(['日本.txt']);
    expect(await problemsOf()).toEqual(['unreadable cafe\u0301.txt', 'unreadable caf\u00e9.txt']);
  });
  it('UTF-8 without the mark for it is UTF-8; other bytes are letters of the first PCs', async () => {
    const bytes = await zipOf({ 'ü.txt': 'a', 'NN.txt': 'b' });
    for (const [from, add] of [
      [bytes.indexOf(central), 8],
      [bytes.indexOf(central, bytes.indexOf(central) + 4), 8],
    ] as const)
      bytes.writeUInt16LE(bytes.readUInt16LE(from + add) & ~0x800, from + add);
    const old = bytes.lastIndexOf('NN.txt');
    bytes.writeUInt16BE(0x8194, old);
    writeFileSync(path, bytes);
    expect(await contents()).toEqual({ 'ü.txt': '100644 a', 'üö.txt': '100644 b' });
  });
  it('UTF-8 with the mark for it that is none: refused, and the archive is not written anew', async () => {
    const bytes = await zipOf({ 'a.txt': 'a', 'NN.txt': 'b' });
    bytes.writeUInt16BE(0x8194, bytes.lastIndexOf('NN.txt'));
    writeFileSync(path, bytes);
    expect(Object.keys(await contents())).toEqual(['a.txt']);
    expect(await write([{ path: 'a.txt', before: entry('a'), after: after('b') }])).toMatchObject({
      status: 'rejected',
      message: expect.stringContaining('UTF-8'),
    });
  });
  it('fewer entries than it holds: refused, for the others would be lost', async () => {
    const bytes = await zipOf({ 'a.txt': 'a', 'b.txt': 'b' });
    bytes.writeUInt16LE(1, bytes.lastIndexOf(end) + 10);
    writeFileSync(path, bytes);
    await expect(remoteAt().list()).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('more entries than it says'),
    });
  });
  it('more entries than it holds: refused', async () => {
    const bytes = await zipOf({ 'a.txt': 'a' });
    bytes.writeUInt16LE(9, bytes.lastIndexOf(end) + 10);
    writeFileSync(path, bytes);
    await expect(remoteAt().list()).rejects.toMatchObject({ code: 'misconfigured' });
  });
  it('content that is another one’s: unpacking it again and again has an end', async () => {
    const one = await zipOf({ 'a.txt': '\0'.repeat(3_000_000) });
    const at = one.indexOf(central);
    const [content, directory] = [one.subarray(0, at), one.subarray(at, one.lastIndexOf(end))];
    const copies = Array.from({ length: 100 }, (_, i) => {
      const copy = Buffer.from(directory);
      copy.write(String.fromCharCode(97 + (i % 26)), copy.indexOf('a.txt'));
      return copy;
    });
    const tail = Buffer.from(one.subarray(one.lastIndexOf(end)));
    tail.writeUInt16LE(100, 8);
    tail.writeUInt16LE(100, 10);
    tail.writeUInt32LE(directory.length * 100, 12);
    writeFileSync(path, Buffer.concat([content, ...copies, tail]));
    await expect(remoteAt({ limits: { totalBytes: 20_000_000 } }).list()).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('more than 20000000 bytes'),
    });
  });
  it('a place for its content that is outside of it, or not where one begins', async () => {
    const bytes = await zipOf({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
    const second = bytes.indexOf(central, bytes.indexOf(central) + 4);
    bytes.writeUInt32LE(bytes.length + 10, bytes.indexOf(central) + 42);
    bytes.writeUInt32LE(bytes.indexOf(local) + 1, second + 42);
    writeFileSync(path, bytes);
    expect(await contents()).toEqual({ 'c.txt': '100644 c' });
    expect(await problemsOf()).toEqual(['unreadable a.txt', 'unreadable b.txt']);
  });
  it('sizes of 64 bits', async () => {
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from('a'), 'a.txt', { forceZip64Format: true, mode: 0o100644 });
    zip.addBuffer(Buffer.from('b'), 'b.txt', { forceZip64Format: true, mode: 0o100755, compress: false });
    zip.end({ forceZip64Format: true, comment: '' });
    writeFileSync(path, await buffer(zip.outputStream));
    expect(await contents()).toEqual({ 'a.txt': '100644 a', 'b.txt': '100755 b' });
    await write([{ path: 'a.txt', before: entry('a'), after: after('A') }]);
    expect(await contents()).toEqual({ 'a.txt': '100644 A', 'b.txt': '100755 b' });
  });
  it('a name of a folder, with content: that is kept out, and not lost', async () => {
    writeFileSync(path, replaced(await zipOf({ folderX: 'content', 'a.txt': 'a' }), 'folderX', 'folder/'));
    expect(Object.keys(await contents())).toEqual(['a.txt']);
    expect(await write([{ path: 'a.txt', before: entry('a'), after: after('b') }])).toMatchObject({
      status: 'rejected',
      message: expect.stringContaining('folder/'),
    });
  });
});

describe('limits', () => {
  it('a file that unpacks to far more than it was packed to is not unpacked to its end', async () => {
    await put({ 'bomb.txt': '\0'.repeat(4_000_000), 'good.txt': 'good' });
    expect(Object.keys(await contents())).toEqual(['good.txt']);
    expect(await problemsOf()).toEqual(['unreadable bomb.txt']);
  });
  it.each<[string, Partial<NonNullable<ZipOptions['limits']>>]>([
    ['entries', { entries: 1 }],
    ['bytes in all', { totalBytes: 5 }],
    ['bytes of the archive', { archiveBytes: 20 }],
  ])('too many %s are refused', async (_, limits) => {
    await put({ 'a.txt': 'aaaa', 'b.txt': 'bbbb' });
    await expect(remoteAt({ limits }).list()).rejects.toMatchObject({ code: 'misconfigured' });
  });
  it('a size that the archive lies about does not matter', async () => {
    const bytes = await zipOf({ 'a.txt': 'x'.repeat(5000) });
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    bytes.writeUInt32LE(10, central + 24);
    writeFileSync(path, bytes);
    expect(await problemsOf()).toEqual(['unreadable a.txt']);
  });
  it('20,000 files are read, and written with one changed', async () => {
    await put(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`${i}/x`, 'x'])));
    const remote = remoteAt();
    expect((await remote.list()).files).toHaveLength(20_000);
    await write([{ path: '77/x', before: entry('x'), after: after('y') }], remote);
    const { files } = await remoteAt().list();
    expect(files.filter(({ token }) => token !== entry('x').digest).map((file) => file.path)).toEqual(['77/x']);
    expect(files).toHaveLength(20_000);
  });
  it('a file that packs very well can be read again after it was written', async () => {
    const text = '\0'.repeat(4_000_000);
    const added = { path: 'zeros.bin', before: null, after: after(text) };
    expect(await write([added])).toMatchObject({ status: 'published' });
    expect(await problemsOf()).toEqual([]);
    await write([{ path: 'b.txt', before: null, after: after('b') }]);
    expect((await remoteAt().list()).files.map(({ token }) => token)).toEqual([entry(text).digest, entry('b').digest]);
  });
  it.each<[string, Partial<NonNullable<ZipOptions['limits']>>, string]>([
    ['entries', { entries: 1 }, '2 entries'],
    ['bytes in all', { totalBytes: 5 }, 'more than 5 bytes'],
    ['bytes of a file', { fileBytes: 3, ratioFrom: 3 }, 'more than 3 bytes'],
    ['bytes of the archive', { archiveBytes: 130 }, '130 are allowed'],
  ])('what would have too many %s when it is read again is not written', async (_, limits, message) => {
    await put({ 'a.txt': 'a' });
    const old = readFileSync(path);
    const answer = await write([{ path: 'b.txt', before: null, after: after('bbbbb') }], remoteAt({ limits }));
    expect(answer).toMatchObject({ status: 'rejected', message: expect.stringContaining(message) });
    expect(readFileSync(path).equals(old)).toBe(true);
  });
});

it('a folder in its place is said', async () => {
  await mkdir(path);
  expect(await remoteAt().test()).toMatchObject({ readable: false, message: expect.stringContaining('no file') });
});
