import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dropped,
  fileKey,
  noDrafts,
  pathOf,
  readDrafts,
  rebased,
  renamed,
  stored,
  type TaskDrafts,
  written,
} from '../../src/pages/task/drafts/draft-state.ts';
import { needsMerge } from '../../src/pages/task/drafts/needs-merge.ts';
import { inOrderOf, partText } from '../../src/pages/task/drafts/part-text.ts';
import { asOneEdit, changedMembers, planSave } from '../../src/pages/task/drafts/plan-save.ts';
import { unapplyDiff } from '../../src/pages/task/history/unapply-diff.ts';
import { beginning } from '../../src/pages/task/run/use-run-input.ts';
import { treeRows, wrongPath } from '../../src/pages/task/source/file-tree.ts';
import { addMember, removeMember, renameMember, rowsOf, setMember } from '../../src/pages/task/source/schema-rows.ts';
import { settledText, testsOf } from '../../src/pages/task/tests/test-files.ts';

const a = fileKey('a.js');
const b = fileKey('b.js');
const both: TaskDrafts = { revision: 3, items: { [a]: { base: '1', text: '2' }, [b]: { base: null, text: 'x' } } };

describe('unsaved edits', () => {
  it('rest on what they were first made of', () => {
    const once = written(noDrafts, a, { base: '1', text: '2', revision: 3 });
    const again = written(once, a, { base: 'another', text: '3', revision: 9 });
    expect(again).toEqual({ revision: 3, items: { [a]: { base: '1', text: '3' } } });
    expect(written(again, a, { base: 'another', text: '1', revision: 9 })).toEqual(noDrafts);
  });
  it('keep what was typed while they were stored', () => {
    expect(stored(both, { [a]: '2', [b]: 'x' }, 4)).toEqual(noDrafts);
    expect(stored(both, { [a]: 'sent', [b]: 'x' }, 4)).toEqual({
      revision: 4,
      items: { [a]: { base: 'sent', text: '2' } },
    });
    expect(stored(both, { [b]: 'x' }, 4)).toEqual({ revision: 4, items: { [a]: both.items[a] } });
  });
  it('come to rest on a later revision', () => {
    expect(rebased(both, 7, { [a]: { base: 'theirs', text: 'merged' } })).toEqual({
      revision: 7,
      items: { [a]: { base: 'theirs', text: 'merged' }, [b]: both.items[b] },
    });
    expect(rebased(both, 7, { [a]: { base: '5', text: '5' }, [b]: { base: null, text: null } })).toEqual(noDrafts);
  });
  it('go with their file and when they are dropped', () => {
    expect(Object.keys(renamed(both, 'a.js', 'c.js').items).map(pathOf)).toEqual(['b.js', 'c.js']);
    expect(dropped(both, [a, b])).toEqual(noDrafts);
  });
  it.each([
    [JSON.stringify(both), both],
    ['{', null],
    [null, null],
    ['{"revision":"3","items":{}}', null],
    ['{"revision":3,"items":{"file:a":{"base":1,"text":"x"}}}', null],
  ])('are read back from %j', (kept, found) => {
    expect(readDrafts(kept)).toEqual(found);
  });
  it.each([
    ['theirs as it was', '1', false],
    ['theirs as mine', '2', false],
    ['theirs another way', '3', true],
    ['theirs gone', null, true],
  ])('are merged or not: %s', (_, text, merges) => {
    expect(needsMerge({ base: '1', text: '2' }, { text })).toBe(merges);
  });
});

describe('what a save sends', () => {
  const drafts = (items: TaskDrafts['items']): TaskDrafts => ({ revision: 1, items });
  it('is members of the metadata that changed, schemas, and files', () => {
    const plan = planSave(
      { metadata: { name: 'n', tags: ['x'], gone: 1 } },
      drafts({
        metadata: { base: '', text: '{"name":"n","tags":["x","y"]}' },
        input: { base: '', text: ' ' },
        output: { base: '', text: 'true' },
        [a]: { base: '1', text: '2' },
      }),
    );
    expect(plan).toEqual({
      patch: { metadata: { tags: ['x', 'y'], gone: null }, inputSchema: null, outputSchema: true },
      files: [{ path: 'a.js', base: '1', text: '2' }],
    });
  });
  it.each([
    ['metadata', '{'],
    ['metadata', ''],
    ['metadata', '[]'],
    ['input', '3'],
    ['output', 'nul'],
  ])('is nothing where %s is %j', (key, text) => {
    expect(planSave({ metadata: {} }, drafts({ [key]: { base: '', text } }))).toMatchObject({ unsavable: [{ key }] });
  });
  it('knows members that only look alike', () => {
    expect(changedMembers({ a: [1], b: { c: 1 }, d: null }, { a: { 0: 1 }, b: { c: 1 }, d: null })).toEqual({
      a: { 0: 1 },
    });
  });
  it.each([
    ['one file alone', [['x', 'y']], false],
    [
      'two texts',
      [
        ['x', 'y'],
        ['z', ''],
      ],
      true,
    ],
    [
      'a new file',
      [
        ['x', 'y'],
        [null, 'n'],
      ],
      false,
    ],
    [
      'an empty one',
      [
        ['x', 'y'],
        ['', 'n'],
      ],
      false,
    ],
    [
      'a mark that came',
      [
        ['x', 'y'],
        ['z', '\uFEFFz'],
      ],
      false,
    ],
    [
      'line ends that came',
      [
        ['x', 'y'],
        ['z', 'z\r\n'],
      ],
      false,
    ],
  ])('is one edit or several: %s', (_, files, one) => {
    const writes = files.map(([base, text], at) => ({ path: `${at}`, base: base ?? null, text: text ?? '' }));
    expect(asOneEdit(writes) !== null).toBe(one);
  });
});

describe('a part as text', () => {
  it('has its members in the order of its file', () => {
    expect(JSON.stringify(inOrderOf({ a: 1, b: [{ d: 1, c: 2 }], z: 0 }, { b: [{ c: 0, d: 0 }], gone: 1, a: 0 }))).toBe(
      '{"b":[{"c":2,"d":1}],"a":1,"z":0}',
    );
    const task = { metadata: { b: 1, a: 2 }, inputSchema: null, outputSchema: true };
    expect(partText(task, 'metadata', '{"a":0,"b":0}')).toBe('{\n  "a": 2,\n  "b": 1\n}\n');
    expect(partText(task, 'metadata', 'no JSON')).toBe('{\n  "b": 1,\n  "a": 2\n}\n');
    expect([partText(task, 'input', null), partText(task, 'output', null)]).toEqual(['', 'true\n']);
  });
});

describe('a diff, unapplied', () => {
  const line = fc.constantFrom('a', 'b', '', 'c\r', ' d', '+e', '-f', '\\g', '@@ -1 +1 @@');
  const text = fc.tuple(fc.array(line, { maxLength: 14 }), fc.boolean()).map(([lines, ends]) => {
    const joined = lines.join('\n');
    return ends && joined !== '' ? `${joined}\n` : joined;
  });
  it('gives back what was before', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(unapplyDiff(after, createTwoFilesPatch('a/x', 'b/x', before, after, '', '', { context: 3 }))).toBe(
          before,
        );
      }),
      { numRuns: 500 },
    );
  });
  it('says so where the two do not belong together', () => {
    const diff = createTwoFilesPatch('a/x', 'b/x', 'one\n', 'two\n', '', '');
    expect(unapplyDiff('three\n', diff)).toBeNull();
  });
});

describe('the list of files', () => {
  it('has folders first, and leaves out what is in a closed one', () => {
    const paths = ['main.js', 'tests/b.json', 'tests/a.json', 'lib/deep/x.js'];
    expect(treeRows(paths, new Set(['tests'])).map(({ path, depth }) => `${depth} ${path}`)).toEqual([
      '0 lib',
      '1 lib/deep',
      '2 lib/deep/x.js',
      '0 tests',
      '0 main.js',
    ]);
  });
  it.each([
    ['README.md', true],
    ['', false],
    ['/x', false],
    ['a//b', false],
    ['../x', false],
    ['main.js', false],
    ['main.js/x', false],
    ['lib', false],
  ])('takes %j: %j', (path, taken) => {
    expect(wrongPath(path, ['main.js', 'lib/x.js']) === null).toBe(taken);
  });
});

describe('the members of a schema', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { $ref: '#/$defs/b' } },
    required: ['b', 'a'],
  };
  it('are rows where it is of an object', () => {
    expect(rowsOf(schema)?.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['a', 'string', true],
      ['b', null, true],
    ]);
    expect(rowsOf({ type: 'array' })).toBeNull();
    expect(rowsOf(true)).toBeNull();
  });
  it('keep their order and what is required', () => {
    expect(renameMember(schema, 'a', 'z')).toMatchObject({
      properties: { z: { type: 'string' } },
      required: ['b', 'z'],
    });
    expect(renameMember(schema, 'a', 'b')).toBeNull();
    expect(removeMember(schema, 'b')).toEqual({
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
    });
    expect(Object.keys((addMember(schema) as typeof schema).properties)).toEqual(['a', 'b', 'member3']);
    expect(setMember(schema, 'a', { type: undefined, description: 'A' })).toMatchObject({
      properties: { a: { description: 'A' } },
    });
  });
});

describe('tests and inputs', () => {
  it('are named as the server names them', () => {
    const named = (content: unknown, metadata = {}) =>
      testsOf({ tests: [{ path: 'tests/two.json', content: content as never }], metadata }).map(({ name }) => name);
    expect(named({ input: 1 })).toEqual(['two']);
    expect(named([{ name: 'first' }, {}])).toEqual(['first', 'two 2']);
    expect(named({ tests: [{}] }, { test_cases: [{}] })).toEqual(['two 1', 'test_cases 1']);
    expect(named('not JSON')).toEqual(['two']);
  });
  it('show their mocks', () => {
    const mock = { http: { url: 'https://a.example', response: { status: 200 } } };
    expect(testsOf({ tests: [{ path: 'tests/t.json', content: { mock } }], metadata: {} })[0]?.mocks).toEqual([
      { url: 'https://a.example', method: 'any method', responses: [{ status: 200 }] },
    ]);
  });
  it('compare by their members in one order', () => {
    expect(settledText({ b: 1, a: [{ d: 1, c: 2 }] })).toBe(settledText({ a: [{ c: 2, d: 1 }], b: 1 }));
  });
  it.each([
    [null, {}],
    [true, {}],
    [{ type: 'object', properties: { a: { default: 3 }, b: {} } }, { a: 3 }],
    [{ type: 'array' }, []],
    [{ default: { x: 1 } }, { x: 1 }],
    [{ type: 'number' }, undefined],
  ])('begin, for the schema %j, with %j', (inputSchema, first) => {
    expect(beginning(inputSchema)).toEqual(first);
  });
});
