import type { Task } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskStore } from '../src/task-store.ts';
import { versionMaker } from '../src/task-versions.ts';
import { manual, metadata, source, una, type Workbench, workbench } from './workbench.ts';

const script = "/**\n * @version 1.0.0\n * @description says hello\n */\nexport default () => 'hello';\n";
const yaml = 'name: pair of files # the name\nversion: 1.0.0\n\ndescription: "as it was"\n';

let bench: Workbench;
let make: ReturnType<typeof versionMaker>;
const options = { actor: una, mayCreate: () => {} };
beforeAll(async () => {
  bench = await workbench({
    'deep/one/metadata.json': metadata('one', { version: '1.2.0', 'unknown member': [1, 2.5e3] }),
    'deep/one/main.js': source,
    'deep/one/notes/read me.txt': 'kept\r\n',
    'deep/one/input.schema.json': '{"type":  "object"}\n',
    'nameless/metadata.json': '{"version": "1.0.0"}\n',
    'nameless/main.js': '() => 1\n',
    'files/pair.js': '() => 1\n',
    'files/pair.yaml': yaml,
    'files/alone.js': script,
  });
  make = versionMaker(bench.context, taskStore(bench.context), (id) => void bench.edits.push(id));
  await bench.sync.sync(bench.repositoryId, manual);
});
afterAll(() => bench.close());

const fileOf = async (task: Task, path: string) => (await bench.reader.file(task.id, path)).content;

describe('a new version of a task', () => {
  it('stands beside the one it is made from, which stays as it is, and differs by its version alone', async () => {
    const one = await bench.taskAt('deep/one');
    const two = await make(one.id, { version: '2.0.0' }, options);
    expect(two).toMatchObject({
      uuid: one.uuid,
      name: 'one',
      version: '2.0.0',
      revision: 1,
      needsPush: true,
      availableVersions: ['2.0.0', '1.2.0'],
      repositoryInfo: { repositoryPath: 'deep/one-2.0.0' },
    });
    expect(await fileOf(two, 'metadata.json')).toBe(
      (await fileOf(one, 'metadata.json')).replace('"version": "1.2.0"', '"version": "2.0.0"'),
    );
    for (const path of ['main.js', 'notes/read me.txt', 'input.schema.json'])
      expect(await fileOf(two, path)).toBe(await fileOf(one, path));
    expect(await bench.reader.get(one.id)).toMatchObject({ version: '1.2.0', revision: one.revision });
    expect((await bench.reader.get(one.uuid)).id).toBe(two.id);
    const { items } = await bench.reader.history(two.id, 1, 10);
    expect(items).toMatchObject([{ changedBy: 'Una', changeDescription: 'Version 2.0.0, made from 1.2.0' }]);

    const code = source.replace('a = 1', 'a = 5');
    const three = await make(two.id, { version: '3.0.0-rc.1', sourceCode: code, outputSchema: true }, options);
    expect(three.repositoryInfo?.repositoryPath).toBe('deep/one-3.0.0-rc.1');
    expect(three).toMatchObject({ sourceCode: code, outputSchema: true, inputSchema: { type: 'object' } });
    expect(bench.edits).toContain(bench.repositoryId);

    await bench.sync.push(bench.repositoryId, manual);
    expect(await bench.upstreamText('deep/one-3.0.0-rc.1/main.js')).toBe(code);
    await bench.sync.sync(bench.repositoryId, manual);
    expect((await bench.reader.get(one.uuid)).availableVersions).toEqual(['3.0.0-rc.1', '2.0.0', '1.2.0']);
  });

  it.each([
    ['a folder that says no name', 'nameless', 'nameless-2.0.0', 'metadata.json'],
    ['two files', 'files/pair.js', 'files/pair-2.0.0.js', 'pair-2.0.0.yaml'],
    ['one file', 'files/alone.js', 'files/alone-2.0.0.js', 'alone-2.0.0.js'],
  ])('of %s keeps name and uuid', async (_, from, to, carrier) => {
    const one = await bench.taskAt(from);
    const two = await make(one.id, { version: '2.0.0' }, options);
    expect(two).toMatchObject({ uuid: one.uuid, name: one.name, version: '2.0.0', sourceType: one.sourceType });
    expect(two.repositoryInfo?.repositoryPath).toBe(to);
    const text = await fileOf(two, carrier);
    expect(text).toContain(one.uuid);
    if (carrier.endsWith('.yaml'))
      expect(text).toBe(yaml.replace('version: 1.0.0', 'version: 2.0.0').trimEnd().concat(`\nuuid: ${one.uuid}\n`));
  });

  it('is refused where it is there already, at two requests at once too', async () => {
    const one = await bench.taskAt('files/alone.js');
    await expect(make(one.id, { version: '1.0.0' }, options)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    const both = await Promise.allSettled(
      ['x/a.js', 'x/b.js'].map((repositoryPath) => make(one.id, { version: '9.0.0', repositoryPath }, options)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each([
    ['what is no version', { version: '2.0' }, 'VALIDATION_FAILED'],
    ['a place that is taken', { version: '4.0.0', repositoryPath: 'nameless' }, 'ALREADY_EXISTS'],
    ['a place within itself', { version: '4.0.0', repositoryPath: 'deep/one/four' }, 'VALIDATION_FAILED'],
    ['a place around another', { version: '4.0.0', repositoryPath: 'deep' }, 'VALIDATION_FAILED'],
    ['a place outside', { version: '4.0.0', repositoryPath: '../four' }, 'VALIDATION_FAILED'],
    ['a schema that is none', { version: '4.0.0', inputSchema: 3 as never }, 'VALIDATION_FAILED'],
  ])('is refused for %s', async (_, wish, code) => {
    const one = await bench.taskAt('deep/one');
    await expect(make(one.id, wish, options)).rejects.toMatchObject({ code });
    expect((await bench.reader.get(one.id)).availableVersions).not.toContain('4.0.0');
  });

  it('is refused to who may not create it there, and of what is not there', async () => {
    const one = await bench.taskAt('deep/one');
    const asked: unknown[] = [];
    const mayCreate = (at: unknown) => {
      asked.push(at);
      throw new RatchetError('PERMISSION_DENIED', 'no');
    };
    await expect(make(one.id, { version: '5.0.0' }, { actor: una, mayCreate })).rejects.toThrow('no');
    expect(asked).toEqual([{ repositoryId: bench.repositoryId, name: 'one' }]);
    await expect(make('nowhere', { version: '5.0.0' }, options)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an edit of exact text', () => {
  const edit = (id: string, edits: object[], more: object = {}) =>
    bench.editor.editText(
      id,
      edits.map((one) => ({ path: null, all: false, find: '', replace: '', ...one })),
      { actor: una, ...more },
    );

  it('changes files together, each byte else staying as it was, and metadata as any other edit does', async () => {
    const one = await bench.taskAt('deep/one');
    const before = await fileOf(one, 'metadata.json');
    const edited = await edit(one.id, [
      { find: 'const a = 1;', replace: 'const a = 11;' },
      { path: 'metadata.json', find: '"as it was"', replace: '"as it is"' },
      { path: 'notes/read me.txt', find: 'kept\n', replace: 'still\n$& kept\n' },
    ]);
    expect(edited).toMatchObject({ revision: one.revision + 1, description: 'as it is', needsPush: true });
    expect(edited.sourceCode).toBe(source.replace('a = 1;', 'a = 11;'));
    expect(await fileOf(edited, 'metadata.json')).toBe(before.replace('as it was', 'as it is'));
    expect(await fileOf(edited, 'notes/read me.txt')).toBe('still\r\n$& kept\r\n');
  });

  it('changes nothing unless every piece is found, and says what is wrong with each', async () => {
    const one = await bench.taskAt('deep/one');
    const refused = edit(one.id, [
      { find: 'const b = 2;', replace: 'const b = 3;' },
      { find: 'const c  = 4;', replace: '' },
      { find: 'const', replace: 'let' },
      { path: 'other.js', find: 'a', replace: 'b' },
    ]);
    await expect(refused).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [
        { path: 'edits.1.find', file: 'main.js', found: 0, nearest: { line: 4, text: '  const c = 3;' } },
        { path: 'edits.2.find', file: 'main.js', found: 3, nearest: { line: 2 } },
        { path: 'edits.3.path', file: 'other.js', found: 0, nearest: null },
      ],
    });
    expect(await bench.reader.get(one.id)).toMatchObject({ revision: one.revision, sourceCode: one.sourceCode });
  });

  it('is refused where it would leave no task, and under an old revision', async () => {
    const one = await bench.taskAt('deep/one');
    await expect(edit(one.id, [{ path: 'metadata.json', find: '{', replace: '' }])).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    const stale = edit(one.id, [{ find: 'const b', replace: 'let b' }], { expectedRevision: one.revision - 1 });
    await expect(stale).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
  });
});
