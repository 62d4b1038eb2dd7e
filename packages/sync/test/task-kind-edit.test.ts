// Long because one table of files and edits serves every form a task has on disk.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTaskFiles } from '../src/kinds/task/create-task-files.ts';
import { editTask } from '../src/kinds/task/edit-task.ts';
import type { TaskFields, TaskPatch } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';

const kind = createTaskKind();
const uuid = '6f1f0d1e-7c1c-4a55-8a0e-0d3a6d7f1a11';

type Texts = Record<string, string>;
const bytesOf = (texts: Texts) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]));
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The files that change, as text. */
function edit(path: string, texts: Texts, patch: TaskPatch): Record<string, string | null> {
  const result = editTask(path, bytesOf(texts), patch);
  if ('invalid' in result) throw new Error(JSON.stringify(result.invalid));
  return Object.fromEntries([...result.files].map(([name, bytes]) => [name, bytes && decoder.decode(bytes)]));
}

function apply(path: string, texts: Texts, patch: TaskPatch): Texts {
  const after = { ...texts, ...edit(path, texts, patch) };
  return Object.fromEntries(Object.entries(after).filter((entry): entry is [string, string] => entry[1] !== null));
}

function fieldsOf(path: string, texts: Texts): TaskFields {
  const result = kind.project(path, bytesOf(texts));
  if ('unreadable' in result) throw new Error(result.unreadable.message);
  return result.fields;
}

function invalid(path: string, texts: Texts, patch: TaskPatch): string[] {
  const result = editTask(path, bytesOf(texts), patch);
  return 'invalid' in result ? result.invalid.map((fault) => fault.path) : [];
}

const code = 'export default (input) => input;\n';
const folder = (metadata: string, more: Texts = {}): Texts => ({
  'metadata.json': metadata,
  'main.js': code,
  'data.bin': 'kept',
  ...more,
});

describe('JSON', () => {
  const base = { name: 't', uuid, version: '1.0.0', tags: ['a', 'b'], extra: { n: [1, 2] } };
  const patch: TaskPatch = {
    version: '1.1.0',
    label: 'L',
    tags: ['a', 'c', 'd'],
    metadata: { extra: { n: [1, 2, 3] } },
  };
  const changed = { ...base, version: '1.1.0', tags: ['a', 'c', 'd'], extra: { n: [1, 2, 3] }, label: 'L' };

  it.each<[string, (value: unknown) => string]>([
    ['two spaces', (value) => `${JSON.stringify(value, null, 2)}\n`],
    ['four spaces', (value) => JSON.stringify(value, null, 4)],
    ['tabs', (value) => `${JSON.stringify(value, null, '\t')}\n`],
    ['one line', (value) => JSON.stringify(value)],
    ['CRLF', (value) => `${JSON.stringify(value, null, 2)}\n`.replaceAll('\n', '\r\n')],
    ['a byte order mark', (value) => `\uFEFF${JSON.stringify(value, null, 2)}`],
  ])('set with %s is changed as if it were written anew, and back', (_, write) => {
    const texts = folder(write(base));
    const after = apply('t', texts, patch);
    expect(after).toEqual(folder(write(changed)));
    const back = { version: '1.0.0', label: null, tags: ['a', 'b'], metadata: { extra: base.extra } };
    expect(apply('t', after, back)).toEqual(texts);
  });

  it.each<[string, string, TaskPatch, string]>([
    [
      'odd spacing',
      '{ "name" :"t" ,  "version":   "1.0.0" }',
      { version: '2.0.0' },
      '{ "name" :"t" ,  "version":   "2.0.0" }',
    ],
    ['a member after odd spacing', '{ "version": "1.0.0" }', { label: 'x' }, '{ "version": "1.0.0", "label": "x" }'],
    [
      'lists on one line',
      '{\n  "version": "1.0.0",\n  "tags": ["a"]\n}\n',
      { tags: ['b', 'c'] },
      '{\n  "version": "1.0.0",\n  "tags": ["b", "c"]\n}\n',
    ],
    ['the first member', '{\n  "label": "x",\n  "version": "1.0.0"\n}', { label: null }, '{\n  "version": "1.0.0"\n}'],
    ['the last member', '{\n  "version": "1.0.0",\n  "label": "x"\n}', { label: null }, '{\n  "version": "1.0.0"\n}'],
    ['a member between', '{"version":"1.0.0", "label":"x", "a":1}', { label: null }, '{"version":"1.0.0", "a":1}'],
    [
      'a key that stands twice',
      '{"version":"1.0.0","label":"x","label":"y"}',
      { label: 'z' },
      '{"version":"1.0.0","label":"x","label":"z"}',
    ],
    ['and is removed', '{"version":"1.0.0","label":"x","label":"y"}', { label: null }, '{"version":"1.0.0"}'],
    [
      'numbers too long to be held',
      '{"version":"1.0.0","n":12345678901234567890.10}',
      { label: 'l' },
      '{"version":"1.0.0","n":12345678901234567890.10,"label":"l"}',
    ],
    ['escapes', '{"version":"1.0.0","s":"\\u00e9\\/"}', { version: '1.0.1' }, '{"version":"1.0.1","s":"\\u00e9\\/"}'],
    [
      'an empty object',
      '{\n  "version": "1.0.0",\n  "o": {}\n}',
      { metadata: { o: { a: [] } } },
      '{\n  "version": "1.0.0",\n  "o": {\n    "a": []\n  }\n}',
    ],
    [
      'a member named __proto__',
      '{"version":"1.0.0","__proto__":{"x":1}}',
      { label: 'l' },
      '{"version":"1.0.0","__proto__":{"x":1},"label":"l"}',
    ],
  ])('keeps %s', (_, before, change, after) => {
    expect(edit('t', folder(before), change)).toEqual({ 'metadata.json': after });
  });

  it('changes a schema where it differs', () => {
    const before = '{\n  "type": "object",\n  "properties": { "a": { "type": "string" } },\n  "required": [ "a" ]\n}';
    const schema = { type: 'object', properties: { a: { type: 'string', minLength: 1 }, b: {} }, required: ['a', 'b'] };
    expect(edit('t', folder('{"version":"1.0.0"}', { 'input.schema.json': before }), { inputSchema: schema })).toEqual({
      'input.schema.json': before
        .replace('"string" }', '"string", "minLength": 1 }, "b": {}')
        .replace('[ "a" ]', '[ "a", "b" ]'),
    });
  });

  it('creates, mends and removes schema files', () => {
    const texts = folder('{"version":"1.0.0"}', { 'output.schema.json': '{ broken' });
    expect(edit('t', texts, { inputSchema: { type: 'string' }, outputSchema: true })).toEqual({
      'input.schema.json': '{\n  "type": "string"\n}\n',
      'output.schema.json': 'true\n',
    });
    expect(edit('t', texts, { outputSchema: null, inputSchema: null })).toEqual({ 'output.schema.json': null });
  });
});

describe('code', () => {
  const texts = (text: string) => ({ 'metadata.json': '{"version":"1.0.0"}', 'main.js': text });
  it.each([
    ['LF', 'let a;\nlet b;\n', 'let a;\nlet c;\n', 'let a;\nlet c;\n'],
    ['CRLF', 'let a;\r\nlet b;\r\n', 'let a;\nlet c;\n', 'let a;\r\nlet c;\r\n'],
    ['CRLF as given', 'let a;\r\nlet b;\r\n', 'let a;\r\nlet c;\n', 'let a;\r\nlet c;\n'],
    ['mixed endings', 'let a;\r\nlet b;\n', 'let c;\n', 'let c;\n'],
    ['a byte order mark', '\uFEFFlet a;\n', 'let b;\n', '\uFEFFlet b;\n'],
    ['no final line feed', 'let a;', 'let b;', 'let b;'],
  ])('keeps %s', (_, before, given, after) => {
    expect(edit('t', texts(before), { sourceCode: given })).toEqual({ 'main.js': after });
  });

  it('changes nothing when it is the same but for line endings', () => {
    expect(edit('t', texts('let a;\r\nlet b;\r\n'), { sourceCode: 'let a;\nlet b;\n' })).toEqual({});
  });

  it('is put where the metadata says it is', () => {
    const named = { 'metadata.json': '{"version":"1.0.0","entrypoint":"src/x.ts"}' };
    expect(edit('t', named, { sourceCode: 'let a: string;' })).toEqual({ 'src/x.ts': 'let a: string;' });
  });

  it('may be broken: that is a problem, not a refusal', () => {
    expect(edit('t', texts('let a;'), { sourceCode: 'let = ' })).toEqual({ 'main.js': 'let = ' });
  });
});

const yaml = `# About
version: "1.0.0" # the version
description: >-
  some
  folded text
author: me
tags: [a, b]
input_schema:
  type: object
  properties:
    # the address
    url: { type: string }
  required:
  - url
# end
`;
const pair = (text = yaml): Texts => ({ 'p.js': code, 'p.yaml': text });

describe('YAML', () => {
  it.each<[string, TaskPatch, (text: string) => string]>([
    ['a quoted scalar', { version: '1.2.0' }, (text) => text.replace('"1.0.0"', '"1.2.0"')],
    ['a plain scalar', { metadata: { author: 'a: b' } }, (text) => text.replace('author: me', 'author: "a: b"')],
    ['a folded scalar', { description: 'short' }, (text) => text.replace('>-\n  some\n  folded text', 'short')],
    ['a list on one line', { tags: ['a', 'b', 'c'] }, (text) => text.replace('[a, b]', '[a, b, c]')],
    ['a new member', { label: 'L' }, (text) => text.replace('  - url\n', '  - url\nlabel: L\n')],
    ['a removed member', { metadata: { author: null } }, (text) => text.replace('author: me\n', '')],
    [
      'within a schema',
      {
        inputSchema: {
          type: 'object',
          properties: { url: { type: 'string', format: 'uri' }, n: { type: 'integer' } },
          required: ['url', 'n'],
        },
      },
      (text) =>
        text
          .replace('{ type: string }', '{ type: string, format: uri }\n    n:\n      type: integer')
          .replace('  - url\n', '  - url\n  - n\n'),
    ],
    [
      'a removed schema',
      { inputSchema: null },
      (text) => text.replace(/input_schema:[^#]*# the address\n.*\n.*\n.*\n/, ''),
    ],
    ['nothing', { version: '1.0.0', tags: ['a', 'b'], metadata: { author: 'me' }, outputSchema: null }, (text) => text],
  ])('changes %s', (_, patch, expected) => {
    for (const write of [
      (text: string) => text,
      (text: string) => text.replaceAll('\n', '\r\n'),
      (text: string) => `\uFEFF${text}`,
    ]) {
      const after = write(expected(yaml));
      expect(edit('d/p.js', pair(write(yaml)), patch)).toEqual(after === write(yaml) ? {} : { 'p.yaml': after });
    }
  });

  it.each([
    ['an empty file', '', 'label: L\nversion: 1.0.0\n'],
    ['only a comment', '# c', '# c\nlabel: L\nversion: 1.0.0\n'],
    ['no final line feed', 'version: 1.0.0', 'version: 1.0.0\nlabel: L'],
    ['a mapping on one line', '{ version: 1.0.0 }', '{ version: 1.0.0, label: L }\n'],
    [
      'a final block text',
      'version: 1.0.0\ndescription: |\n  a\n  b\n',
      'version: 1.0.0\ndescription: |\n  a\n  b\nlabel: L\n',
    ],
    ['an empty value', 'version: 1.0.0\nlabel:\nx: 1\n', 'version: 1.0.0\nlabel: L\nx: 1\n'],
    ['anchors', 'version: &v 1.0.0\nother: *v\n', 'version: &v 1.0.0\nother: *v\nlabel: L\n'],
  ])('takes a new member in %s', (_, before, after) => {
    const patch = before.includes('version') ? { label: 'L' } : { label: 'L', version: '1.0.0' };
    const text = edit('p.js', pair(before), patch)['p.yaml'];
    expect(text?.split('\n').toSorted()).toEqual(after.split('\n').toSorted());
  });

  it('keeps what an alias means when its anchor changes', () => {
    const texts = pair('version: 1.0.0\nlabel: &l one\nauthor: *l\n');
    expect(fieldsOf('p.js', apply('p.js', texts, { label: 'two', metadata: { author: 'one' } }))).toMatchObject({
      label: 'two',
      metadata: { author: 'one' },
    });
  });

  it('replaces parameters written short by the schema that is given', () => {
    const texts = { 'task.js': code, 'task.yaml': 'name: m\nversion: 1.0.0\ninputs:\n  url: string\n' };
    expect(edit('m', texts, { inputSchema: { type: 'object', properties: { url: { type: 'string' } } } })).toEqual({});
    expect(edit('m', texts, { inputSchema: { type: 'object' } })).toEqual({
      'task.yaml': 'name: m\nversion: 1.0.0\ninputs:\n  type: object\n',
    });
    expect(edit('m', texts, { inputSchema: null, name: 'n' })).toEqual({ 'task.yaml': 'name: n\nversion: 1.0.0\n' });
  });
});

describe('a script', () => {
  const block =
    '/**\n * @version 1.0.0\n * @description Does\n *   things\n * @tag a\n * @tag b\n */\nfunction main() {}\n';
  it.each<[string, string, TaskPatch, string]>([
    ['a tag', block, { version: '1.1.0' }, block.replace('1.0.0', '1.1.0')],
    ['a text over lines', block, { description: 'One\n\nTwo' }, block.replace('Does\n *   things', 'One\n *\n * Two')],
    ['tags', block, { tags: ['a', 'c', 'd'] }, block.replace('@tag b', '@tag c\n * @tag d')],
    ['no tags', block, { tags: [] }, block.replace(' * @tag a\n * @tag b\n', '')],
    [
      'new ones',
      block,
      { label: 'L', metadata: { timeout: 5 } },
      block.replace('@tag b', '@tag b\n * @timeout 5\n * @label L'),
    ],
    ['lines', '// @version 1.0.0\nlet a;\n', { label: 'L' }, '// @version 1.0.0\n// @label L\nlet a;\n'],
    [
      'one line',
      '/** @version 1.0.0 */\nlet a;\n',
      { version: '2.0.0', label: 'L' },
      '/** @version 2.0.0\n * @label L */\nlet a;\n',
    ],
    ['CRLF', '// @version 1.0.0\r\nlet a;\r\n', { label: 'L' }, '// @version 1.0.0\r\n// @label L\r\nlet a;\r\n'],
    ['a byte order mark', '\uFEFF// @version 1.0.0\n', { version: '1.0.1' }, '\uFEFF// @version 1.0.1\n'],
    [
      'a schema',
      '// @version 1.0.0\n',
      { inputSchema: { pattern: '*/' } },
      '// @version 1.0.0\n// @input_schema {"pattern":"*\\/"}\n',
    ],
    [
      'a text that looks like a number',
      '// @version 1.0.0\n',
      { metadata: { id: '5' } },
      '// @version 1.0.0\n// @id "5"\n',
    ],
    [
      'an empty description',
      '// @version 1.0.0\n// @description\n',
      { description: 'd' },
      '// @version 1.0.0\n// @description d\n',
    ],
    [
      'code and a tag at once',
      '// @version 1.0.0\nlet a;\n',
      { sourceCode: '// @version 1.0.0\nlet b;\n', version: '1.0.1' },
      '// @version 1.0.1\nlet b;\n',
    ],
  ])('changes %s', (_, before, patch, after) => {
    expect(edit('s.js', { 's.js': before }, patch)).toEqual({ 's.js': after });
  });

  it.each<[TaskPatch, string[]]>([
    [{ sourceCode: 'let a;' }, ['sourceCode']],
    [{ description: 'ends */ here' }, ['description']],
    [{ description: 'a\n@tag x' }, ['description']],
    [{ label: 'two\nlines' }, ['label']],
    [{ metadata: { 'no tag name': 1 } }, ['metadata.no tag name']],
  ])('refuses %j', (patch, paths) => {
    expect(invalid('s.js', { 's.js': '/* @version 1.0.0 */ let a;' }, patch)).toEqual(expect.arrayContaining(paths));
  });
});

describe('what is refused', () => {
  const texts = folder(JSON.stringify({ name: 't', uuid, version: '1.0.0', created_at: '2020' }));
  it.each<[TaskPatch, string[]]>([
    [{ version: '1' }, ['version']],
    [{ metadata: { version: 'x' } }, ['metadata.version']],
    [{ metadata: { version: null } }, ['metadata.version']],
    [{ name: '  ' }, ['name']],
    [{ name: 'x'.repeat(201) }, ['name']],
    [{ metadata: { uuid: 'other' } }, ['metadata.uuid']],
    [{ metadata: { created_at: '2021', updated_at: '2021' } }, ['metadata.created_at', 'metadata.updated_at']],
    [{ metadata: { tags: [1] } }, ['metadata.tags']],
    [{ metadata: { label: 5 } }, ['metadata.label']],
    [{ description: 'a\0b' }, ['description']],
    [{ sourceCode: 'a\0b' }, ['sourceCode']],
    [{ metadata: { x: 'half \ud800' } }, ['metadata.x']],
  ])('%j', (patch, paths) => {
    expect(invalid('t', texts, patch)).toEqual(paths);
  });

  it('is not metadata sent back as it was', () => {
    expect(edit('t', texts, { metadata: { uuid, created_at: '2020', version: '1.0.0' } })).toEqual({});
  });

  it('is a task that cannot be read', () => {
    expect(invalid('t', folder('{'), { label: 'x' })).toEqual(['']);
  });
});

const text = fc
  .string({ unit: 'binary', maxLength: 30 })
  .filter((value) => !value.includes('\0') && value.isWellFormed());
const line = fc.string({ maxLength: 30 });
const anyJson = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  // Through the text and back: JSON has no negative zero to keep.
  .map((value) => JSON.parse(JSON.stringify(value)) as typeof value)
  .filter(
    (value) =>
      JSON.stringify(value) === JSON.stringify(value).toWellFormed() &&
      !JSON.stringify(value).includes('\\u0000') &&
      !/\\ud[89a-f]/i.test(JSON.stringify(value)) &&
      !JSON.stringify(value).includes('__proto__'),
  );
const memberName = fc
  .stringMatching(/^[a-z][a-z_]{2,8}$/)
  .filter(
    (key) =>
      ![
        'name',
        'uuid',
        'tags',
        'label',
        'main',
        'version',
        'inputs',
        'outputs',
        'entrypoint',
        'description',
        'created_at',
        'updated_at',
      ].includes(key),
  );
const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
const patches: fc.Arbitrary<TaskPatch> = fc.record(
  {
    name: text.filter((value) => value.trim() !== ''),
    label: fc.option(text),
    description: fc.option(text),
    version,
    tags: fc.array(text, { maxLength: 4 }),
    metadata: fc.dictionary(memberName, anyJson, { maxKeys: 3, noNullPrototype: true }),
    inputSchema: fc.constantFrom(
      true,
      { type: 'object' },
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    ),
    sourceCode: line,
  },
  { requiredKeys: [] },
);

/** A patched task reads back as the patch says, and what the patch does not name is as it was. */
function expectPatched(path: string, before: Texts, patch: TaskPatch): Texts {
  const was = fieldsOf(path, before);
  const after = apply(path, before, patch);
  const is = fieldsOf(path, after);
  const { metadata = {}, ...typed } = patch;
  const expected = { ...typed, ...(typed.name === undefined ? {} : { name: typed.name.trim() }) };
  expect(is).toMatchObject(expected);
  for (const [key, value] of Object.entries(metadata)) expect(is.metadata[key] ?? null).toEqual(value);
  for (const key of [
    'uuid',
    'name',
    'label',
    'description',
    'version',
    'tags',
    'inputSchema',
    'outputSchema',
    'entry',
    'sourceCode',
    'form',
  ] as const)
    if (!(key in patch)) expect(is[key]).toEqual(was[key]);
  const touched = new Set([...Object.keys(metadata), ...Object.keys(patch), 'input_schema', 'inputs']);
  for (const [key, value] of Object.entries(was.metadata))
    if (!touched.has(key)) expect(is.metadata[key]).toEqual(value);
  expect(apply(path, after, patch)).toEqual(after);
  return after;
}

describe('any patch', () => {
  it('of a folder reads back, touches nothing else, and can be taken back to the byte', () => {
    const indents = fc.constantFrom<string | number>(0, 2, 4, '\t');
    const original = fc.record({
      name: fc.constant('t'),
      uuid: fc.constant(uuid),
      version,
      description: line,
      tags: fc.array(line, { minLength: 1, maxLength: 3 }),
      keep: anyJson,
    });
    fc.assert(
      fc.property(original, indents, fc.boolean(), patches, (metadata, indent, crlf, patch) => {
        const set = (value: string) => (crlf ? value.replaceAll('\n', '\r\n') : value);
        const before = folder(set(`${JSON.stringify(metadata, null, indent)}\n`), {
          'input.schema.json': set(JSON.stringify({ type: 'array' }, null, indent)),
        });
        const after = expectPatched('t', before, patch);
        expect(after['data.bin']).toBe('kept');
        const added = Object.keys(patch.metadata ?? {}).filter((key) => key !== 'keep');
        const back: TaskPatch = {
          name: metadata.name,
          label: null,
          description: metadata.description,
          version: metadata.version,
          sourceCode: code,
          inputSchema: { type: 'array' },
          metadata: { ...Object.fromEntries(added.map((key) => [key, null])), keep: metadata.keep },
        };
        if (
          patch.inputSchema === true ||
          patch.description === null ||
          patch.metadata?.keep === null ||
          patch.tags ||
          metadata.keep === null
        )
          return;
        const restored = apply('t', after, back);
        expect(JSON.parse(restored['metadata.json'] ?? '')).toEqual(metadata);
        const isPlain = (value: unknown) => typeof value !== 'object';
        if (isPlain(metadata.keep)) expect(restored).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('of a pair reads back and touches nothing else', () => {
    fc.assert(
      fc.property(
        patches,
        fc.constantFrom(yaml, '', 'version: 1.0.0\ntags:\n- a\n- b: c\nlabel: "x"', yaml.replaceAll('\n', '\r\n')),
        (patch, text) => {
          const result = editTask('d/p.js', bytesOf(pair(text)), patch);
          expect(result).not.toHaveProperty('invalid');
          expectPatched('d/p.js', pair(text), patch);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a script reads back or is refused', () => {
    fc.assert(
      fc.property(
        fc.record(
          { label: line, description: text, version, tags: fc.array(line, { maxLength: 3 }) },
          { requiredKeys: [] },
        ),
        (patch) => {
          const texts = { 's.js': '/**\n * @version 1.0.0\n * @author me\n */\nfunction main() {}\n' };
          if (invalid('s.js', texts, patch).length > 0) return;
          const is = fieldsOf('s.js', apply('s.js', texts, patch));
          expect(is).toMatchObject(patch);
          expect(is.metadata.author).toBe('me');
          expect(is.sourceCode.endsWith('\nfunction main() {}\n')).toBe(true);
        },
      ),
    );
  });
});

describe('a new task', () => {
  const now = new Date('2026-01-02T03:04:05.006Z');
  it('is a folder that reads back', () => {
    const files = createTaskFiles(
      {
        name: 'n',
        uuid,
        version: '0.1.0',
        description: 'd',
        sourceCode: code,
        sourceType: 'typescript',
        inputSchema: { type: 'object' },
        outputSchema: null,
        metadata: { tags: ['a'], label: 'L', uuid: 'ignored', gone: null, entrypoint: 'other.js' },
      },
      now,
    );
    expect([...files.keys()]).toEqual(['metadata.json', 'main.ts', 'input.schema.json']);
    expect(decoder.decode(files.get('metadata.json'))).toBe(
      `${JSON.stringify({ name: 'n', uuid, version: '0.1.0', label: 'L', description: 'd', tags: ['a'], created_at: now.toISOString(), updated_at: now.toISOString() }, null, 2)}\n`,
    );
    expect(kind.project('n', files)).toMatchObject({
      fields: { uuid, label: 'L', tags: ['a'], sourceCode: code, sourceType: 'typescript', problems: [] },
    });
  });

  it('has its code where its metadata says', () => {
    const files = createTaskFiles(
      {
        name: 'n',
        uuid,
        version: '0.1.0',
        sourceCode: '',
        sourceType: 'javascript',
        metadata: { entrypoint: 'src/a.js' },
      },
      now,
    );
    expect([...files.keys()]).toEqual(['metadata.json', 'src/a.js']);
  });
});
