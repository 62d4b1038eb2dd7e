import { describe, expect, it } from 'vitest';
import type { TaskFields } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';

const kind = createTaskKind();
const uuid = '6f1f0d1e-7c1c-4a55-8a0e-0d3a6d7f1a11';
const encode = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? new TextEncoder().encode(text) : text;

type Files = Record<string, string | Uint8Array>;
const project = (path: string, files: Files) =>
  kind.project(path, new Map(Object.entries(files).map(([name, text]) => [name, encode(text)])));

function fieldsOf(path: string, files: Files): TaskFields {
  const result = project(path, files);
  if ('unreadable' in result) throw new Error(result.unreadable.message);
  return result.fields;
}

const good = { 'metadata.json': JSON.stringify({ name: 't', version: '1.0.0' }), 'main.js': 'export default () => 1;' };

describe('the four forms', () => {
  it('reads a folder', () => {
    const metadata = {
      name: 'fetch',
      uuid: uuid.toUpperCase(),
      version: '1.2.3-rc.1',
      label: 'Fetch',
      description: 'Gets it',
      tags: ['a', 'b'],
      more: { x: [1] },
    };
    const fields = fieldsOf('tasks/t', {
      'metadata.json': JSON.stringify(metadata),
      'main.ts': 'export default (input: { a: string }) => input.a;',
      'input.schema.json': '{"type":"object"}',
      'output.schema.json': 'true',
      'tests/one.json': '{"input":{}}',
      'README.md': 'x',
    });
    expect(fields).toEqual({
      form: 'folder',
      uuid,
      name: 'fetch',
      label: 'Fetch',
      description: 'Gets it',
      version: '1.2.3-rc.1',
      tags: ['a', 'b'],
      metadata,
      inputSchema: { type: 'object' },
      outputSchema: true,
      entry: 'main.ts',
      sourceCode: 'export default (input: { a: string }) => input.a;',
      sourceType: 'typescript',
      problems: [],
    });
    expect([kind.identityOf(fields), kind.broken(fields), kind.problemsOf(fields)]).toEqual([uuid, false, []]);
  });

  it('reads a pair', () => {
    const yaml =
      'version: 2.0.0\ndescription: Adds\nauthor: me\ntags: [x, 2024]\ninput_schema: { type: object }\noutput_schema:\n  type: number\n';
    expect(fieldsOf('lib/add.js', { 'add.js': 'function main() {}', 'add.yaml': yaml })).toMatchObject({
      form: 'pair',
      uuid: null,
      name: 'add',
      version: '2.0.0',
      description: 'Adds',
      tags: ['x', '2024'],
      metadata: { author: 'me' },
      inputSchema: { type: 'object' },
      outputSchema: { type: 'number' },
      entry: 'add.js',
      problems: [],
    });
  });

  it('reads a script', () => {
    const code = `#!/usr/bin/env node
'use strict';
/* Copyright */
/**
 * @version 1.0.0
 * @description Does one thing
 *   and another
 * @author me
 * @tag a
 * @tags b, c
 * @timeout 5000
 * @network {"allow":["example.org"]}
 * @input_schema {"type":"object"}
 */
function main(input) { return input; } // @version 9.9.9
`;
    expect(fieldsOf('s/do.js', { 'do.js': code })).toMatchObject({
      form: 'script',
      name: 'do',
      version: '1.0.0',
      description: 'Does one thing\n  and another',
      tags: ['a', 'b', 'c'],
      metadata: { author: 'me', timeout: 5000, network: { allow: ['example.org'] } },
      inputSchema: { type: 'object' },
      sourceCode: code,
      problems: [],
    });
  });

  it.each([
    '/** @version 1.0.0 */',
    '// @version 1.0.0',
    '//@version 1.0.0\r\n',
    '\uFEFF/* @version 1.0.0 */',
    '/**\r\n * @version 1.0.0\r\n */',
  ])('finds the version in %j', (comment) => {
    expect(fieldsOf('s.js', { 's.js': `${comment}\nfunction main() {}` })).toMatchObject({
      version: '1.0.0',
      problems: [],
    });
  });

  it('reads a manifest, with parameters written short', () => {
    const yaml = `name: m
version: 1.0.0
entrypoint: ./src/run.js
inputs:
  url: { type: string, format: uri, required: true }
  count: int
  any: {}
outputs:
  - { name: body, type: string }
test_cases: []
`;
    expect(fieldsOf('x/m', { 'task.yaml': yaml, 'src/run.js': 'module.exports = { main() {} }' })).toMatchObject({
      form: 'manifest',
      name: 'm',
      entry: 'src/run.js',
      inputSchema: {
        type: 'object',
        properties: { url: { type: 'string', format: 'uri' }, count: { type: 'integer' }, any: {} },
        required: ['url'],
      },
      outputSchema: { type: 'object', properties: { body: { type: 'string' } } },
      metadata: { test_cases: [], inputs: { count: 'int' } },
      problems: [],
    });
  });

  it.each([
    ['{ type: object, required: [a] }', { type: 'object', required: ['a'] }],
    ['{ properties: { a: { type: string } } }', { properties: { a: { type: 'string' } } }],
    ['{ $ref: "#/definitions/a" }', { $ref: '#/definitions/a' }],
    ['{ type: { type: string } }', { type: 'object', properties: { type: { type: 'string' } } }],
    [
      '{ items: { type: list, required: true } }',
      { type: 'object', properties: { items: { type: 'array' } }, required: ['items'] },
    ],
    ['{}', {}],
    ['true', true],
  ])('takes inputs: %s for what it is', (inputs, schema) => {
    const fields = fieldsOf('m', { 'task.yaml': `name: m\nversion: 1.0.0\ninputs: ${inputs}`, 'task.js': '' });
    expect(fields.inputSchema).toEqual(schema);
  });
});

describe('names and entries', () => {
  it.each<[string, string, Files, Partial<TaskFields>]>([
    ['the name of the folder', 'a/b', { ...good, 'metadata.json': '{"version":"1.0.0"}' }, { name: 'b' }],
    ['a name for the root', '.', { ...good, 'metadata.json': '{"version":"1.0.0"}' }, { name: 'task' }],
    ['a trimmed name', 'a', { ...good, 'metadata.json': '{"version":"1.0.0","name":" n "}' }, { name: 'n' }],
    [
      'a named entry',
      'a',
      { ...good, 'metadata.json': '{"version":"1.0.0","entrypoint":"./x/y.ts"}', 'x/y.ts': 'let a: number' },
      { entry: 'x/y.ts', sourceType: 'typescript' },
    ],
    [
      'an entry named main',
      'a',
      { ...good, 'metadata.json': '{"version":"1.0.0","main":"z.js"}', 'z.js': '1' },
      { entry: 'z.js' },
    ],
    [
      'a main that is a function',
      'a',
      { ...good, 'metadata.json': '{"version":"1.0.0","main":"run"}' },
      { entry: 'main.js' },
    ],
    [
      'a byte order mark',
      'a',
      { 'metadata.json': '\uFEFF{"version":"1.0.0","name":"n"}', 'main.js': '\uFEFFlet a;\r\n' },
      { name: 'n', sourceCode: 'let a;\r\n' },
    ],
    ['tags in one text', 'a', { ...good, 'metadata.json': '{"version":"1.0.0","tags":"x, y"}' }, { tags: ['x', 'y'] }],
  ])('takes %s', (_, path, files, expected) => {
    expect(fieldsOf(path, files)).toMatchObject({ ...expected, problems: [] });
  });
});

describe('problems', () => {
  const metadata = (text: string) => ({ ...good, 'metadata.json': text });
  it.each<[string, Files, { path: string; code: string; severity?: string; line?: number }]>([
    ['no version', metadata('{"name":"a"}'), { path: 'metadata.json', code: 'missing_version', severity: 'error' }],
    [
      'a version that is none',
      metadata('{\n"version":"v1"}'),
      { path: 'metadata.json', code: 'bad_version', severity: 'error', line: 2 },
    ],
    ['a version that is a number', metadata('{"version":1}'), { path: 'metadata.json', code: 'bad_version' }],
    [
      'a bad uuid',
      metadata('{"version":"1.0.0",\n\n"uuid":"x"}'),
      { path: 'metadata.json', code: 'bad_uuid', severity: 'warning', line: 3 },
    ],
    [
      'a name that is no text',
      metadata('{"version":"1.0.0","name":[]}'),
      { path: 'metadata.json', code: 'bad_name', severity: 'warning' },
    ],
    [
      'a name without end',
      metadata(`{"version":"1.0.0","name":"${'x'.repeat(3000)}"}`),
      { path: 'metadata.json', code: 'bad_name' },
    ],
    [
      'tags that are none',
      metadata('{"version":"1.0.0","tags":[{}]}'),
      { path: 'metadata.json', code: 'bad_tags', severity: 'warning' },
    ],
    [
      'a key that stands twice',
      metadata('{"version":"1.0.0",\n"a":{"b":1,\n"b":2}}'),
      { path: 'metadata.json', code: 'duplicate_key', severity: 'warning', line: 3 },
    ],
    [
      'a NUL in a text',
      metadata('{"version":"1.0.0","a":"\\u0000"}'),
      { path: 'metadata.json', code: 'bad_character', severity: 'warning' },
    ],
    [
      'an entry that climbs',
      metadata('{"version":"1.0.0","entrypoint":"../x.js"}'),
      { path: 'metadata.json', code: 'bad_entrypoint', severity: 'warning' },
    ],
    [
      'an entry that is never synced',
      metadata('{"version":"1.0.0","entrypoint":".git/hooks/x.js"}'),
      { path: 'metadata.json', code: 'bad_entrypoint' },
    ],
    [
      'an entry that is not there',
      metadata('{"version":"1.0.0","entrypoint":"x.js"}'),
      { path: 'x.js', code: 'missing_entry', severity: 'error' },
    ],
    [
      'no code',
      { 'metadata.json': good['metadata.json'] },
      { path: 'main.js', code: 'missing_entry', severity: 'error' },
    ],
    ['two entries', { ...good, 'main.ts': '' }, { path: 'metadata.json', code: 'two_entries', severity: 'warning' }],
    [
      'bad JavaScript',
      { ...good, 'main.js': 'let a;\nlet = ;' },
      { path: 'main.js', code: 'syntax_error', severity: 'error', line: 2 },
    ],
    [
      'bad TypeScript',
      { 'metadata.json': good['metadata.json'], 'main.ts': 'let a: number;\n\nlet b: = 1;' },
      { path: 'main.ts', code: 'syntax_error', line: 3 },
    ],
    ['code nested without end', { ...good, 'main.js': '('.repeat(200_000) }, { path: 'main.js', code: 'syntax_error' }],
    [
      'code that is not UTF-8',
      { ...good, 'main.js': new Uint8Array([0x61, 0xff]) },
      { path: 'main.js', code: 'bad_encoding', severity: 'error' },
    ],
    [
      'code without end',
      { ...good, 'main.js': new Uint8Array(5_000_001).fill(0x20) },
      { path: 'main.js', code: 'too_large', severity: 'error' },
    ],
    [
      'a schema that does not parse',
      { ...good, 'input.schema.json': '{\n"type": }' },
      { path: 'input.schema.json', code: 'bad_schema', severity: 'error', line: 2 },
    ],
    [
      'an empty schema',
      { ...good, 'input.schema.json': '' },
      { path: 'input.schema.json', code: 'bad_schema', line: 1 },
    ],
    [
      'a schema that is a list',
      { ...good, 'output.schema.json': '[]' },
      { path: 'output.schema.json', code: 'bad_schema' },
    ],
    [
      'a schema with a bad type',
      { ...good, 'input.schema.json': '{\n"properties": {\n"a": { "type": "strin" } } }' },
      { path: 'input.schema.json', code: 'bad_schema', line: 3 },
    ],
    [
      'a schema with a bad pattern',
      { ...good, 'input.schema.json': '{"items": {\n"pattern": "(" } }' },
      { path: 'input.schema.json', code: 'bad_schema', line: 2 },
    ],
    [
      'a schema of an unknown dialect',
      { ...good, 'input.schema.json': '{"$schema":"http://example.org"}' },
      { path: 'input.schema.json', code: 'bad_schema' },
    ],
    [
      'a list of items in 2020-12',
      { ...good, 'input.schema.json': '{"$schema":"https://json-schema.org/draft/2020-12/schema","items":[{}]}' },
      { path: 'input.schema.json', code: 'bad_schema' },
    ],
    [
      'a test that does not parse',
      { ...good, 'tests/a.json': '{,' },
      { path: 'tests/a.json', code: 'bad_test', severity: 'warning', line: 1 },
    ],
  ])('tells of %s', (_, files, problem) => {
    const fields = fieldsOf('t', files);
    expect(fields.problems).toEqual([expect.objectContaining(problem)]);
    expect(kind.broken(fields)).toBe(fields.problems[0]?.severity === 'error');
    expect(JSON.stringify(fields)).not.toContain('\\u0000');
  });

  it.each([
    '{"$schema":"http://json-schema.org/draft-07/schema#","items":[{}],"default":{"pattern":"("}}',
    '{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{}]}',
    '{"$ref":"#/definitions/none"}',
    'false',
  ])('has none with the schema %s', (schema) => {
    expect(fieldsOf('t', { ...good, 'input.schema.json': schema }).problems).toEqual([]);
  });

  it.each([
    'function (input, context) { return input; }',
    '(function (input) { return input; })',
    'async (input) => input',
    '// comment\nfunction main(input) { return input; }',
    'with (Math) { var x = PI; }',
    'export default async function main() { await 1; }',
    'const x = await fetch("http://a");',
    'import a from "./b.js";\nexport const main = a;',
    '',
  ])('has none with the code %j', (code) => {
    expect(fieldsOf('t', { ...good, 'main.js': code }).problems).toEqual([]);
    expect(
      fieldsOf('t', { 'metadata.json': good['metadata.json'], 'main.ts': code }).problems.filter(
        () => !code.startsWith('with'),
      ),
    ).toEqual([]);
  });

  it('gives up on code that would take hours to parse, and parses what comes next', () => {
    const files = { 'metadata.json': good['metadata.json'] };
    expect(fieldsOf('t', { ...files, 'main.ts': `${'<T>('.repeat(30)}1${')'.repeat(30)}` }).problems).toMatchObject([
      { code: 'syntax_error' },
    ]);
    expect(fieldsOf('t', { ...files, 'main.ts': 'enum A { B }' }).problems).toEqual([]);
  });

  it('keeps a version that is no semantic version as it is written', () => {
    expect(fieldsOf('t', metadata('{"version":"2024-01"}')).version).toBe('2024-01');
    expect(fieldsOf('t', metadata('{"version":1}')).version).toBe('0.0.0');
  });
});

describe('what cannot be loaded', () => {
  it.each<[string, string, Files, object]>([
    [
      'broken JSON',
      'a/t',
      { 'metadata.json': '{\n  "name": "x",\n}' },
      { path: 'a/t/metadata.json', code: 'bad_metadata', line: 3 },
    ],
    [
      'JSON with comments',
      '.',
      { 'metadata.json': '{} // x' },
      { path: 'metadata.json', code: 'bad_metadata', line: 1 },
    ],
    ['an empty file', 't', { 'metadata.json': '' }, { path: 't/metadata.json', code: 'bad_metadata', line: 1 }],
    ['a list', 't', { 'metadata.json': '[]' }, { path: 't/metadata.json', code: 'bad_metadata' }],
    ['null', 't', { 'metadata.json': 'null' }, { path: 't/metadata.json', code: 'bad_metadata' }],
    [
      'what is not UTF-8',
      't',
      { 'metadata.json': new Uint8Array([0xff]) },
      { path: 't/metadata.json', code: 'bad_metadata' },
    ],
    [
      'JSON nested without end',
      't',
      { 'metadata.json': `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
      { code: 'bad_metadata' },
    ],
    [
      'broken YAML',
      'd/p.js',
      { 'p.js': '', 'p.yaml': 'a: 1\nb: [' },
      { path: 'd/p.yaml', code: 'bad_metadata', line: 2 },
    ],
    ['YAML that is a text', 'd/p.js', { 'p.js': '', 'p.yaml': 'hello' }, { path: 'd/p.yaml', code: 'bad_metadata' }],
    [
      'two YAML documents',
      'm',
      { 'task.yaml': 'a: 1\n---\nb: 2', 'task.js': '' },
      { path: 'm/task.yaml', code: 'bad_metadata' },
    ],
    [
      'aliases that multiply',
      'm',
      { 'task.yaml': bomb(), 'task.js': '' },
      { path: 'm/task.yaml', code: 'bad_metadata' },
    ],
    [
      'an alias to what holds it',
      'm',
      { 'task.yaml': 'a: &a [*a]', 'task.js': '' },
      { path: 'm/task.yaml', code: 'bad_metadata' },
    ],
    [
      'YAML nested without end',
      'm',
      { 'task.yaml': `a: ${'['.repeat(20_000)}`, 'task.js': '' },
      { path: 'm/task.yaml', code: 'bad_metadata' },
    ],
    ['a script without version', 'd/s.js', { 's.js': 'let a;' }, { path: 'd/s.js', code: 'not_a_task' }],
    ['a folder without metadata', 'd/t', { 'main.js': '' }, { path: 'd/t', code: 'not_a_task' }],
    ['nothing at all', 'd/t', {}, { path: 'd/t', code: 'not_a_task' }],
  ])('says so of %s', (_, path, files, problem) => {
    expect(project(path, files)).toEqual({ unreadable: expect.objectContaining({ ...problem, severity: 'error' }) });
  });

  it('says so in words that can be stored', () => {
    const result = project('m', { 'task.yaml': 'a: "\\x\0"\n\0: [', 'task.js': '' });
    expect(result).toMatchObject({ unreadable: { message: expect.not.stringContaining('\0') } });
  });

  it('does not take long over a comment of nothing but spaces', () => {
    expect(project('s.js', { 's.js': `/*${' '.repeat(900_000)}x */` })).toMatchObject({
      unreadable: { code: 'not_a_task' },
    });
  });

  it('is not a YAML file that is empty: it has no version', () => {
    expect(fieldsOf('p.js', { 'p.js': '', 'p.yaml': '# nothing\n' }).problems).toMatchObject([
      { code: 'missing_version' },
    ]);
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  return lines.join('\n');
}
