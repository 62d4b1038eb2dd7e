import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PushPolicy } from '@ratchet/contract/entities/repository';
import { emptyArchive, readArchive } from '@ratchet/sync/endpoints/zip/read-archive';
import { writeArchive } from '@ratchet/sync/endpoints/zip/write-archive';
import { zipLimits } from '@ratchet/sync/endpoints/zip/zip-limits';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExportResult, taskExporter } from '../src/exchange/export-tasks.ts';
import { taskFinder } from '../src/exchange/find-tasks.ts';
import { type ImportRequest, taskImporter } from '../src/exchange/import-tasks.ts';
import { taskStore } from '../src/task-store.ts';
import { metadata, source, una, type Workbench, workbench } from './workbench.ts';

type Bytes = Readonly<Record<string, string | Uint8Array>>;
const at = new Date('2020-02-02T00:00:00Z');

/** Every form on disk, with files that Ratchet does not know. */
const forms: Bytes = {
  'folder/metadata.json': metadata('folder', { odd: { kept: [1, 1.0] } }),
  'folder/main.js': source,
  'folder/lib/deep/er.js': 'export const n = 1;\r\n',
  'folder/tests/one.json': '{"input":{"n":1},"expected":{"sum":7}}',
  'folder/blob.bin': Uint8Array.from([0, 255, 254, 1]),
  'folder/README.md': '\uFEFF# read me\r\n',
  'pairs/add.js': source,
  'pairs/add.yaml': '# a comment\nversion: 1.0.0\ndescription: "adds"\n',
  'scripts/lone.ts': '/**\n * @version 1.2.3\n * @tag x\n */\nexport default (input: { n: number }) => input.n;\n',
  'manifest/task.js': source,
  'manifest/task.yaml': 'name: manifest\nversion: 2.0.0\n',
};

let bench: Workbench;
let folder: string;
const edits: string[] = [];
beforeAll(async () => {
  bench = await workbench({ 'README.md': 'nothing' });
  folder = mkdtempSync(join(tmpdir(), 'ratchet-exchange-'));
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

const checkPlace = (path: string): void => {
  if (!path.startsWith(folder)) throw new Error('not allowed');
};
const importer = () => taskImporter(bench.context, taskStore(bench.context), (id) => void edits.push(id), checkPlace);
const take = (request: Partial<ImportRequest>) =>
  importer()({ format: 'zip', onConflict: 'fail', dryRun: false, ...request }, { actor: una });
const give = (request: { ids?: string[]; repositoryId?: string; format?: 'zip' | 'json' } = {}) =>
  taskExporter(bench.context)({ format: 'zip', ...request }, {});

const bytesOf = (content: string | Uint8Array) => (typeof content === 'string' ? Buffer.from(content) : content);
const zip = (files: Bytes): Promise<Buffer> =>
  writeArchive(
    emptyArchive,
    new Map(
      Object.entries(files).map(([path, content]) => [path, { bytes: bytesOf(content), mode: '100644' as const }]),
    ),
    at,
    zipLimits,
  );
const archived = async (files: Bytes) => ({ archive: (await zip(files)).toString('base64') });
async function filesIn({ archive }: Pick<ExportResult, 'archive'>): Promise<Map<string, Buffer>> {
  const { files } = await readArchive(Buffer.from(archive ?? '', 'base64'), zipLimits);
  return new Map([...files].map(([path, { bytes }]) => [path, Buffer.from(bytes as Uint8Array)]));
}
const under = (prefix: string, files: Bytes): Map<string, Buffer> =>
  new Map(Object.entries(files).map(([path, content]) => [`${prefix}/${path}`, Buffer.from(bytesOf(content))]));
/** A repository of its own, which nothing else writes to. */
let repositories = 0;
async function repository({ isWritable = true } = {}): Promise<string> {
  const lists = { watchPatterns: [], ignorePatterns: [], metadata: {}, pushPolicy: PushPolicy.parse({}) };
  const rules = { conflictPolicy: 'manual', syncEnabled: true, syncIntervalMinutes: 0, priority: 0 } as const;
  const name = `r${++repositories}`;
  const place = { repositoryType: 'git', uri: `file:///${name}`, branch: 'main', subPath: null } as const;
  const none = { credentialId: null, pushOnChange: false, isDefault: false } as const;
  return (await bench.registry.create({ name, isWritable, ...place, ...lists, ...rules, ...none })).id;
}
const paths = (items: readonly { repositoryPath: string }[]) =>
  items.map(({ repositoryPath }) => repositoryPath).sort();

describe('import', () => {
  it('takes every form over, byte for byte, and the history says so', async () => {
    const repositoryId = await repository();
    const result = await take({ ...(await archived(forms)), repositoryId });
    expect(paths(result.imported)).toEqual(['folder', 'manifest', 'pairs/add.js', 'scripts/lone.ts']);
    expect(result).toMatchObject({ replaced: [], skipped: [], problems: [] });
    expect(edits.at(-1)).toBe(repositoryId);
    const exported = await give({ repositoryId });
    expect(await filesIn(exported)).toEqual(
      new Map(Object.entries(forms).map(([p, c]) => [p, Buffer.from(bytesOf(c))])),
    );
    const task = await bench.reader.get(result.imported[0]?.taskId ?? '');
    expect(task).toMatchObject({ needsPush: true, revision: 1 });
    expect((await bench.reader.history(task.id, { page: 1, limit: 10 })).items).toMatchObject([
      { changeSource: 'import', changedBy: 'Una', changeDescription: 'Imported' },
    ]);
  });

  it('takes the same from JSON, from a folder and from a zip on the server, into a folder of the repository', async () => {
    const place = join(folder, 'forms');
    for (const [path, content] of Object.entries(forms)) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), content);
    }
    symlinkSync('/etc/passwd', join(place, 'folder', 'link'));
    writeFileSync(join(folder, 'forms.zip'), await zip(forms));
    const files = Object.entries(forms).map(([path, content]) => ({
      path,
      content: Buffer.from(bytesOf(content)).toString('base64'),
      encoding: 'base64' as const,
      mode: '100644' as const,
    }));
    for (const request of [
      { format: 'json' as const, files },
      { format: 'folder' as const, path: place },
      { format: 'folder' as const, path: join(folder, 'forms.zip') },
    ]) {
      const repositoryId = await repository();
      const result = await take({ ...request, repositoryId, repositoryPath: './in/here/' });
      expect(result.imported).toHaveLength(4);
      expect(await filesIn(await give({ repositoryId }))).toEqual(under('in/here', forms));
      expect(result.problems.map(({ path }) => path)).toEqual(request.path === place ? ['folder/link'] : []);
    }
  });

  it('finds tasks in archives in folders in archives, and leaves an archive of a task alone', async () => {
    const inner = await zip({ 'metadata.json': metadata('inner'), 'main.js': source });
    const middle = await zip({
      'a/inner.zip': inner,
      'a/other/metadata.json': metadata('other'),
      'a/other/main.js': source,
    });
    const repositoryId = await repository();
    const result = await take({
      ...(await archived({
        'middle.ZIP': middle,
        'own/metadata.json': metadata('own'),
        'own/main.js': source,
        'own/data.zip': inner,
        'broken.zip': 'no zip at all',
        'bomb.zip': await zip({ 'b.zip': await zip({ 'c.zip': await zip({ 'd.zip': inner }) }) }),
      })),
      repositoryId,
    });
    expect(paths(result.imported)).toEqual(['middle/a/inner', 'middle/a/other', 'own']);
    expect(result.problems).toMatchObject([{ path: 'broken.zip', code: 'bad_archive' }]);
    expect((await filesIn(await give({ repositoryId }))).get('own/data.zip')).toEqual(inner);
  });

  it('puts one task at the top of an archive where it is asked to, else under its name', async () => {
    const one = { 'metadata.json': metadata('The One!'), 'main.js': source };
    const repositoryId = await repository();
    expect(paths((await take({ ...(await archived(one)), repositoryId })).imported)).toEqual(['the-one']);
    const other = { 'metadata.json': metadata('Two'), 'main.js': source };
    const placed = await take({ ...(await archived(other)), repositoryId, repositoryPath: 'x/y' });
    expect(paths(placed.imported)).toEqual(['x/y']);
  });

  it('reports what cannot be a task and takes the rest', async () => {
    const repositoryId = await repository();
    const result = await take({
      ...(await archived({
        ...forms,
        'bad/metadata.json': '{ not json',
        'bad/main.js': source,
        'broken/metadata.json': metadata('broken'),
        'broken/main.js': 'syntax(',
      })),
      repositoryId,
    });
    expect(paths(result.imported)).toContain('broken');
    expect(paths(result.imported)).not.toContain('bad');
    expect(result.problems).toMatchObject([
      { path: 'bad/metadata.json', severity: 'error' },
      { path: 'broken/main.js', code: 'syntax_error' },
    ]);
  });

  it.each<[string, () => Promise<Partial<ImportRequest>>, RegExp]>([
    ['no archive', async () => ({}), /archive/],
    ['no base64', async () => ({ archive: '***' }), /base64/],
    ['no zip', async () => ({ archive: Buffer.from('hello').toString('base64') }), /no zip/],
    ['no task', () => archived({ 'README.md': 'x' }), /No task was found among 1 files/],
    ['no files', async () => ({ format: 'json' }), /files/],
    ['an empty list', async () => ({ format: 'json', files: [] }), /No task/],
    ['a path out of it', async () => given('../x/metadata.json'), /"\.\."/],
    ['an absolute path', async () => given('/x/metadata.json'), /absolute/],
    ['a path twice', async () => given('x/main.js', 'x/main.js'), /twice/],
    ['paths that differ in case', async () => given('x/Main.js', 'x/main.js'), /side by side/],
    ['a place that is not there', async () => ({ format: 'folder', path: join(folder, 'nowhere') }), /no such folder/],
    ['a folder out of the repository', async () => ({ ...(await archived(forms)), repositoryPath: '../x' }), /"\.\."/],
  ])('refuses %s', async (_, request, message) => {
    await expect(request().then(take)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
  const given = (...names: string[]): Partial<ImportRequest> => ({
    format: 'json',
    files: names.map((path) => ({ path, content: '{}', encoding: 'utf8', mode: '100644' })),
  });

  it('asks whether a path on the server may be read', async () => {
    await expect(take({ format: 'folder', path: '/etc' })).rejects.toThrow('not allowed');
  });

  it('refuses a repository that is read-only or gone', async () => {
    const readOnly = await repository({ isWritable: false });
    await expect(take({ ...(await archived(forms)), repositoryId: readOnly })).rejects.toMatchObject({
      code: 'REPOSITORY_READ_ONLY',
    });
    await expect(take({ ...(await archived(forms)), repositoryId: crypto.randomUUID() })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('what stands there already', () => {
  const first = { 'a/metadata.json': metadata('a'), 'a/main.js': source, 'b.js': '/** @version 1.0.0 */\n(i) => 1' };
  const second = {
    'a/metadata.json': metadata('a', { version: '1.1.0' }),
    'a/main.js': `${source}// more\n`,
    'b.js': '/** @version 2.0.0 */\n(i) => 2',
    'c/metadata.json': metadata('c'),
    'c/main.js': source,
  };
  async function standing() {
    const repositoryId = await repository();
    await take({ ...(await archived(first)), repositoryId });
    return { repositoryId, before: await filesIn(await give({ repositoryId })) };
  }

  it('fail: nothing at all is imported, and every clash is named', async () => {
    const { repositoryId, before } = await standing();
    await expect(take({ ...(await archived(second)), repositoryId })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('Nothing was imported'),
      details: [{ path: 'a' }, { path: 'b.js' }],
    });
    expect(await filesIn(await give({ repositoryId }))).toEqual(before);
  });

  it('skip: the others are imported', async () => {
    const { repositoryId, before } = await standing();
    const result = await take({ ...(await archived(second)), repositoryId, onConflict: 'skip' });
    expect([paths(result.imported), paths(result.skipped)]).toEqual([['c'], ['a', 'b.js']]);
    expect((await filesIn(await give({ repositoryId }))).get('a/main.js')).toEqual(before.get('a/main.js'));
  });

  it('replace: a new revision, with the history and the id kept', async () => {
    const { repositoryId } = await standing();
    const result = await take({ ...(await archived(second)), repositoryId, onConflict: 'replace' });
    expect([paths(result.imported), paths(result.replaced)]).toEqual([['c'], ['a', 'b.js']]);
    const id = result.replaced.find(({ repositoryPath }) => repositoryPath === 'a')?.taskId ?? '';
    expect(await bench.reader.get(id)).toMatchObject({ revision: 2, version: '1.1.0' });
    const { items } = await bench.reader.history(id, { page: 1, limit: 10 });
    expect(items.map(({ changeSource }) => changeSource)).toEqual(['import', 'import']);
    expect(await filesIn(await give({ repositoryId }))).toEqual(
      new Map(Object.entries(second).map(([p, c]) => [p, Buffer.from(c)])),
    );
    const again = await take({ ...(await archived(second)), repositoryId, onConflict: 'replace' });
    expect(again).toMatchObject({ replaced: [], imported: [] });
    expect(again.skipped).toHaveLength(3);
    expect((await bench.reader.get(id)).revision).toBe(2);
  });

  it('rename: another task beside it, with a name and an identity of its own', async () => {
    const { repositoryId, before } = await standing();
    const result = await take({ ...(await archived(second)), repositoryId, onConflict: 'rename' });
    expect(paths(result.imported)).toEqual(['a-2', 'b-2.js', 'c']);
    const [old, copy] = [await taskAt('a', repositoryId), await taskAt('a-2', repositoryId)];
    expect(copy).toMatchObject({ name: 'a 2', version: '1.1.0' });
    expect(copy.uuid).not.toBe(old.uuid);
    const after = await filesIn(await give({ repositoryId }));
    for (const [path, bytes] of before) expect(after.get(path)).toEqual(bytes);
    expect(after.get('a-2/main.js')).toEqual(Buffer.from(second['a/main.js']));
    expect(paths((await take({ ...(await archived(second)), repositoryId, onConflict: 'rename' })).imported)).toEqual([
      'a-3',
      'b-3.js',
      'c-2',
    ]);
  });
  async function taskAt(path: string, repositoryId: string) {
    const page = await bench.reader.list({ filters: {}, sorts: [], defaultSort: [] }, { page: 1, limit: 1000 }, false);
    const found = page.items.find(
      ({ repositoryInfo: info }) => info?.repositoryPath === path && info.repositoryId === repositoryId,
    );
    if (!found) throw new Error(`There is no task at ${path}.`);
    return found;
  }

  it('a name that another task has is a clash too, also within one archive', async () => {
    const { repositoryId } = await standing();
    const named = { 'z/metadata.json': metadata('a', { uuid: crypto.randomUUID() }), 'z/main.js': source };
    await expect(take({ ...(await archived(named)), repositoryId })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await take({ ...(await archived(named)), repositoryId, onConflict: 'replace' })).toMatchObject({
      imported: [],
      skipped: [{ repositoryPath: 'z', reason: expect.stringContaining('named "a"') }],
    });
    const both = {
      'p/metadata.json': metadata('same', { uuid: crypto.randomUUID() }),
      'p/main.js': source,
      'q/metadata.json': metadata('same', { uuid: crypto.randomUUID() }),
      'q/main.js': source,
    };
    const renamed = await take({ ...(await archived(both)), repositoryId, onConflict: 'rename' });
    expect(renamed.imported.map(({ name }) => name).sort()).toEqual(['same', 'same 2']);
  });

  it('a task in the folder of another one, or around it, is refused', async () => {
    const { repositoryId } = await standing();
    const inside = { 'a/sub/metadata.json': metadata('sub'), 'a/sub/main.js': source };
    expect(await take({ ...(await archived(inside)), repositoryId, onConflict: 'replace' })).toMatchObject({
      imported: [],
      skipped: [{ repositoryPath: 'a/sub', reason: expect.stringContaining('entangled') }],
    });
    await take({ ...(await archived({ 'x/y/metadata.json': metadata('xy'), 'x/y/main.js': source })), repositoryId });
    const around = { 'x/metadata.json': metadata('x'), 'x/main.js': source };
    await expect(take({ ...(await archived(around)), repositoryId })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it('dryRun says the same and writes nothing', async () => {
    const { repositoryId, before } = await standing();
    const heard = edits.length;
    for (const onConflict of ['skip', 'replace', 'rename'] as const) {
      const dry = await take({ ...(await archived(second)), repositoryId, onConflict, dryRun: true });
      expect(dry.imported.every(({ taskId }) => taskId === null)).toBe(true);
      expect(dry.imported.length + dry.replaced.length + dry.skipped.length).toBe(3);
    }
    expect(await filesIn(await give({ repositoryId }))).toEqual(before);
    expect(edits).toHaveLength(heard);
  });
});

describe('export', () => {
  it('gives tasks of several repositories out below their names, and some by id or uuid', async () => {
    const [one, two] = [await repository(), await repository()];
    const first = await take({ ...(await archived(forms)), repositoryId: one });
    const second = await take({ ...(await archived(forms)), repositoryId: two });
    const ids = [first, second].map(({ imported }) => imported[0]?.taskId ?? '');
    const both = await give({ ids });
    expect(both).toMatchObject({ count: 2, fileName: 'tasks.zip' });
    expect([...new Set([...(await filesIn(both)).keys()].map((path) => path.split('/')[0]))]).toEqual([
      `r${repositories - 1}`,
      `r${repositories}`,
    ]);
    expect(await give({ ids: ids.slice(0, 1) })).toMatchObject({ count: 1, fileName: 'folder-1.0.0.zip' });
    await expect(give({ ids: [...ids, crypto.randomUUID()] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(give({ repositoryId: crypto.randomUUID() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('as JSON has texts as texts, other bytes as base64, and comes back the same', async () => {
    const repositoryId = await repository();
    await take({ ...(await archived(forms)), repositoryId });
    const { files } = await give({ repositoryId, format: 'json' });
    expect(files?.find(({ path }) => path === 'folder/blob.bin')).toMatchObject({ encoding: 'base64' });
    expect(files?.find(({ path }) => path === 'folder/README.md')).toMatchObject({ content: '\uFEFF# read me\r\n' });
    const other = await repository();
    await take({ format: 'json', files: files ?? [], repositoryId: other });
    expect((await give({ repositoryId: other })).archive).toBe((await give({ repositoryId })).archive);
  });

  it('and import, and export again, is the same to the byte, whatever the tasks hold', async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9 _.é-]{0,12}[a-z0-9]$/);
    const content = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 200 }));
    const extra = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9-]{0,8}\.(txt|bin|md|json|svg)$/), content, {
      maxKeys: 4,
    });
    const task = fc.record({ name, extra, form: fc.constantFrom('folder', 'pair', 'script', 'manifest'), deep: name });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(task, { selector: (t) => t.name.toLowerCase(), minLength: 1, maxLength: 6 }),
        async (tasks) => {
          const files: Record<string, string | Uint8Array> = {};
          for (const [i, { name, extra, form, deep }] of tasks.entries()) {
            const root = `${deep.trim()}${i}/t${i}`;
            if (form === 'folder') files[`${root}/metadata.json`] = metadata(name, { uuid: crypto.randomUUID() });
            if (form === 'folder') files[`${root}/main.js`] = source;
            if (form === 'manifest') files[`${root}/task.yaml`] = `name: "${name}"\nversion: 1.0.0\n`;
            if (form === 'manifest') files[`${root}/task.js`] = source;
            if (form === 'pair') files[`${root}.yaml`] = 'version: 1.0.0\n';
            if (form === 'pair') files[`${root}.js`] = source;
            if (form === 'script') files[`${root}.ts`] = '// @version 1.0.0\nexport default () => 1;\n';
            if (form === 'folder' || form === 'manifest')
              for (const [path, bytes] of Object.entries(extra)) files[`${root}/x/${path.toLowerCase()}`] = bytes;
          }
          const [here, there] = [await repository(), await repository()];
          const taken = await take({ ...(await archived(files)), repositoryId: here });
          expect(taken.imported).toHaveLength(tasks.length);
          const exported = await give({ repositoryId: here });
          expect(await filesIn(exported)).toEqual(
            new Map(Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytesOf(bytes))])),
          );
          await take({ archive: exported.archive ?? '', repositoryId: there });
          expect((await give({ repositoryId: there })).archive).toBe(exported.archive);
        },
      ),
      { numRuns: Number(process.env.RATCHET_PROPERTY_RUNS ?? 12) },
    );
  });
});

describe('discovery', () => {
  const find = (path: string, limit = 100) => taskFinder(bench.context, checkPlace)({ path, limit });

  it('says what is under a path, what is wrong with it and what is known, and keeps nothing', async () => {
    const place = join(folder, 'found');
    const files = {
      ...forms,
      'folder/metadata.json': metadata('found'),
      'bad/metadata.json': '[]',
      'odd/metadata.json': '{}',
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), content);
    }
    const repositoryId = await repository();
    const { imported } = await take({
      ...(await archived({ 'x/metadata.json': metadata('found'), 'x/main.js': source })),
      repositoryId,
    });
    const found = await find(place);
    expect(found.items.map(({ path, form }) => [path, form])).toEqual([
      ['folder', 'folder'],
      ['manifest', 'manifest'],
      ['odd', 'folder'],
      ['pairs/add.js', 'pair'],
      ['scripts/lone.ts', 'script'],
    ]);
    expect(found.items[0]).toMatchObject({ name: 'found', known: imported[0]?.taskId });
    expect(found.items[2]?.problems.map(({ code }) => code)).toEqual(['missing_version', 'missing_entry']);
    expect(found).toMatchObject({ truncated: false, problems: [{ path: 'bad/metadata.json' }] });
    expect(await find(place, 2)).toMatchObject({ truncated: true, items: [{ name: 'found' }] });
    await expect(find(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(find('/etc')).rejects.toThrow('not allowed');
  });
});
