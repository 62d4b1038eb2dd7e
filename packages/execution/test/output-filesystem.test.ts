import { fork } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bench, sampleOf } from './output-fixture.ts';

let folder: string;
let root: string;
const { deliver, fault, test, types, written } = bench();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-output-'));
  root = join(folder, 'root');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  it('are written whole, with their folders, permissions and nothing beside them', async () => {
    const config = { root, path: '{{task.name}}/{{date}}/{{output.id}}.json', fileMode: '0604', directoryMode: '711' };
    const delivered = await deliver('filesystem', config, sampleOf({ id: 7 }));
    expect(delivered).toEqual({ target: 'HTTP check/2026-11-21/7.json', response: null, bytes: 14 });
    expect(read('HTTP check/2026-11-21/7.json')).toBe('{\n  "id": 7\n}\n');
    expect(statSync(join(root, 'HTTP check/2026-11-21/7.json')).mode & 0o777).toBe(0o604);
    expect(statSync(join(root, 'HTTP check')).mode & 0o777).toBe(0o711);
    expect(readdirSync(join(root, 'HTTP check/2026-11-21'))).toEqual(['7.json']);
  });
  it.each([
    ['json', 'x.json', '{\n  "a": 1\n}\n'],
    ['yaml', 'x.yaml', 'a: 1\n'],
    ['csv', 'x.csv', 'a\r\n1\r\n'],
    ['raw', 'x.txt', '{\n  "a": 1\n}'],
  ])('are %s', async (format, path, text) => {
    await deliver('filesystem', { root, path, format }, sampleOf({ a: 1 }));
    expect(read(path)).toBe(text);
  });
  it('hold the error of a run that failed, or the envelope', async () => {
    const failed = sampleOf(null, { error: { class: 'TypeError', message: 'no' } });
    const message = { ...failed, execution: { ...failed.execution, status: 'failed' as const } };
    await deliver('filesystem', { root, path: 'a.json', indent: 0 }, message);
    expect(JSON.parse(read('a.json'))).toEqual({ error: { class: 'TypeError', message: 'no' } });
    await deliver('filesystem', { root, path: 'b.json', content: 'envelope' }, message);
    expect(JSON.parse(read('b.json'))).toMatchObject({
      deliveryId: message.deliveryId,
      execution: { status: 'failed' },
    });
  });
  it('that are there already are replaced, numbered beside, or in the way', async () => {
    const config = { root, path: 'a.txt', format: 'raw' };
    await deliver('filesystem', config, sampleOf('one'));
    await deliver('filesystem', config, sampleOf('two'));
    expect(read('a.txt')).toBe('two');
    const numbered = await deliver('filesystem', { ...config, onCollision: 'number' }, sampleOf('three'));
    expect([numbered.target, read('a-1.txt')]).toEqual(['a-1.txt', 'three']);
    expect(await fault('filesystem', { ...config, onCollision: 'fail' }, sampleOf('four'))).toMatchObject({
      message: 'The file is there already.',
      final: true,
      outage: false,
    });
    // An attempt before may have got as far as this.
    const again = sampleOf('two', { attempt: 2 });
    expect((await deliver('filesystem', { ...config, onCollision: 'fail' }, again)).target).toBe('a.txt');
    expect((await deliver('filesystem', { ...config, onCollision: 'number' }, again)).target).toBe('a.txt');
    expect(readdirSync(root).sort()).toEqual(['a-1.txt', 'a.txt']);
  });
  it('never take the place of what is outside', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'kept.txt'), 'kept');
    symlinkSync(outside, join(root, 'way-out'));
    symlinkSync(join(outside, 'kept.txt'), join(root, 'link.txt'));
    mkdirSync(join(root, 'inside'));
    symlinkSync('inside', join(root, 'way-in'));
    expect((await fault('filesystem', { root, path: 'way-out/x.txt' })).message).toMatch(/leads out of root/);
    expect((await fault('filesystem', { root, path: 'link.txt', mode: 'append' })).message).toMatch(/is a link/);
    await deliver('filesystem', { root, path: 'way-in/x.txt', format: 'raw' }, sampleOf('in'));
    expect(read('inside/x.txt')).toBe('in');
    await deliver('filesystem', { root, path: 'link.txt', format: 'raw' }, sampleOf('new'));
    expect([read('link.txt'), readFileSync(join(outside, 'kept.txt'), 'utf8')]).toEqual(['new', 'kept']);
    for (const evil of ['..', '../../x', '/etc/x', '.', 'a/../../b', '\0'])
      await deliver('filesystem', { root, path: '{{output.v}}/{{output.v}}', format: 'raw' }, sampleOf({ v: evil }));
    expect(readdirSync(folder).sort()).toEqual(['outside', 'root']);
    expect(readdirSync(outside)).toEqual(['kept.txt']);
  });
  it('lie only where the server lets them', async () => {
    mkdirSync(join(folder, 'data', 'deep'), { recursive: true });
    mkdirSync(join(folder, 'rooted'));
    const guarded = bench({ places: { allowedRoots: [root], forbiddenRoots: [join(folder, 'data')] } });
    const message = /not among the folders/;
    for (const at of [join(folder, 'data'), join(folder, 'data', 'deep'), join(folder, 'rooted'), folder])
      expect((await guarded.fault('filesystem', { root: at, path: 'x' })).message).toMatch(message);
    await guarded.deliver('filesystem', { root, path: 'x' }, sampleOf(1));
    const open = bench({ places: { allowedRoots: null, forbiddenRoots: [join(folder, 'data')] } });
    expect((await open.fault('filesystem', { root: folder, path: 'data/keys.json' })).message).toMatch(
      /may not be written/,
    );
    expect((await open.fault('filesystem', { root: folder, path: 'data/new/keys.json' })).message).toMatch(
      /may not be/,
    );
    expect(existsSync(join(folder, 'data', 'new'))).toBe(false);
  });
  it.each([
    [{ root: 'relative', path: 'x' }, 'config.root'],
    [{ root: '/nowhere/at/all', path: 'x' }, 'config.root'],
    [{ root: '/tmp', path: '/x' }, 'config.path'],
    [{ root: '/tmp', path: '../x' }, 'config.path'],
    [{ root: '/tmp', path: 'a//b' }, 'config.path'],
    [{ root: '/tmp', path: '{{task.nme}}' }, 'config.path'],
    [{ root: '/tmp', path: 'x', fileMode: '999' }, 'config.fileMode'],
    [{ root: '/tmp', path: 'x', mode: 'append', format: 'yaml' }, 'config.format'],
    [{ root: '/tmp', path: 'x', nope: 1 }, 'config'],
    [{ path: 'x' }, 'config.root'],
  ])('with %j are refused when they are saved', async (config, path) => {
    expect(await fault('filesystem', config)).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path }] });
  });
  it('can be tried without leaving one behind', async () => {
    const tried = await test('filesystem', { root, path: 'rows.csv', mode: 'append', format: 'csv' });
    expect([tried.target, readdirSync(root)]).toEqual(['.', []]);
  });
  it('say why they cannot be written', async () => {
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'folder'));
    expect(await fault('filesystem', { root, path: 'file/x' })).toMatchObject({ final: true });
    expect((await fault('filesystem', { root, path: 'folder' })).message).toBe('The path is a folder.');
    expect((await fault('filesystem', { root, path: '{{output.absent}}.json' })).message).toMatch(/output.absent/);
    if (process.getuid?.() !== 0) {
      chmodSync(root, 0o500);
      expect((await fault('filesystem', { root, path: 'x' })).message).toMatch(/may not write there/);
      chmodSync(root, 0o700);
    }
  });
});

describe('appending', () => {
  it('adds lines of JSON, and closes off half a line that a crash left', async () => {
    const config = { root, path: 'log.ndjson', mode: 'append' };
    await deliver('filesystem', config, sampleOf({ n: 1 }));
    writeFileSync(join(root, 'log.ndjson'), `${read('log.ndjson')}{"n":`);
    await deliver('filesystem', config, sampleOf({ n: 2 }));
    expect(read('log.ndjson')).toBe('{"n":1}\n{"n":\n{"n":2}\n');
  });
  it('adds rows of CSV under the columns that are there', async () => {
    const config = { root, path: 'rows.csv', mode: 'append', format: 'csv' };
    await deliver('filesystem', config, sampleOf([{ a: 1, b: 2 }]));
    await deliver('filesystem', config, sampleOf([{ b: 4, a: 3 }, { a: 5 }]));
    expect(read('rows.csv')).toBe('a,b\r\n1,2\r\n3,4\r\n5,\r\n');
    expect((await fault('filesystem', config, sampleOf([{ c: 1 }]))).message).toMatch(/no column c/);
    expect(read('rows.csv')).toBe('a,b\r\n1,2\r\n3,4\r\n5,\r\n');
  });
  it('goes on past the lock of a process that died', async () => {
    writeFileSync(join(root, 'a.lock'), '');
    utimesSync(join(root, 'a.lock'), new Date(0), new Date(0));
    await deliver('filesystem', { root, path: 'a', mode: 'append' }, sampleOf(1));
    expect([read('a'), readdirSync(root)]).toEqual(['1\n', ['a']]);
  });
  it('never mixes what many processes add at once', async () => {
    const [writers, each] = [3, 25];
    const writer = fileURLToPath(new URL('fixtures/append-many.ts', import.meta.url));
    const wide = 'x'.repeat(20_000);
    await Promise.all(
      Array.from(
        { length: writers },
        (_, n) =>
          new Promise<void>((resolve, reject) => {
            const child = fork(writer, [root, String(n), String(each), String(wide.length)], { stdio: 'inherit' });
            child.once('exit', (code) =>
              code === 0 ? resolve() : reject(new Error(`The writer ended with ${code}.`)),
            );
          }),
      ),
    );
    const [header, ...lines] = read('all.csv').trimEnd().split('\r\n');
    expect(header).toBe('writer,n,wide');
    const seen = lines.map((line) => line.split(','));
    expect(seen.every(([, , text]) => text === wide)).toBe(true);
    const wanted = Array.from({ length: writers * each }, (_, i) => `${Math.floor(i / each)},${i % each}`);
    expect(seen.map(([w, n]) => `${w},${n}`).sort()).toEqual(wanted.sort());
    expect(readdirSync(root)).toEqual(['all.csv']);
  });
});

describe('standard output', () => {
  it('gets a line of JSON', async () => {
    const message = sampleOf({ text: 'two\nlines' });
    await deliver('stdio', {}, message);
    await deliver('stdio', { content: 'output' }, message);
    expect(written).toHaveLength(2);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ deliveryId: message.deliveryId, output: message.output });
    expect(written[1]).toBe('{"text":"two\\nlines"}\n');
    expect(types.stdio.secrets).toEqual([]);
  });
});
