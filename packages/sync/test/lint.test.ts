import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LintedTask, lintTask } from '../src/kinds/task/lint/lint-task.ts';
import { projectTask } from '../src/kinds/task/project-task.ts';

const any = { type: 'object' };
const lint = (code: string, more: Partial<LintedTask> = {}) =>
  lintTask({
    entry: 'main.js',
    sourceType: 'javascript',
    metadata: {},
    inputSchema: any,
    outputSchema: any,
    granted: null,
    files: new Map([
      ['metadata.json', '{}'],
      [more.entry ?? 'main.js', code],
    ]),
    ...more,
  }).map(({ code, line, path }) => (path === 'metadata.json' ? code : `${code}:${line}`));
const properties = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((n) => [n, {}])),
});
const allow = (...hosts: string[]) => ({ metadata: { network: { allow: hosts } } });

describe('lint of a task', () => {
  it.each<[string, string, Partial<LintedTask>, string[]]>([
    ['nothing is wrong', '(input) => input', {}, []],
    ['what does not parse is passed over', '(input => {', {}, []],
    // Globals
    ['require', "const fs = require('fs');\n(i) => 1", {}, ['unavailable_global:1']],
    ['process', '(i) =>\n  process.env.HOME', {}, ['unavailable_global:2']],
    ['fs without an import', '(i) => fs.readFileSync("x")', {}, ['unavailable_global:1']],
    ['Buffer and __dirname', '(i) => Buffer.from(__dirname)', {}, ['unavailable_global:1', 'unavailable_global:1']],
    ['once each', '(i) => [process.a, process.b]', {}, ['unavailable_global:1']],
    ['a variable of that name', 'const process = (x) => x;\n(i) => process(i)', {}, []],
    ['a parameter of that name', '(process) => process.x', {}, []],
    ['a member of that name', '(i) => i.process + i.require', {}, []],
    ['a key of that name', '(i) => ({ process: 1, fs: 2 })', {}, []],
    ['typeof asks only', "(i) => (typeof process === 'undefined' ? 1 : 2)", {}, []],
    ['the crypto of the web', '(i) => crypto.subtle.digest("SHA-256", i)', {}, []],
    ['the crypto of Node', '(i) => crypto.createHash("sha1")', {}, ['unavailable_global:1']],
    ['eval and Function', '(i) => eval(i) + new Function("return 1")()', {}, ['code_of_text:1', 'code_of_text:1']],
    ['an anonymous function', 'function (input) { return process }', {}, ['unavailable_global:1']],
    [
      'a file beside it',
      '(i) => 1',
      {
        files: new Map([
          ['main.js', '(i) => 1'],
          ['lib/a.js', '\nprocess'],
        ]),
      },
      ['unavailable_global:2'],
    ],
    // Network
    ['an empty list and a request', "(i) => fetch('https://a.test/')", allow(), ['network_not_allowed:1']],
    ['a host that is not there', "(i) =>\n fetch('https://a.test/x')", allow('b.test'), ['network_not_allowed:2']],
    ['a host that is', "(i) => fetch('https://a.test/x')", allow('a.test'), []],
    ['a host by pattern', "(i) => fetch('https://x.a.test/x')", allow('*.a.test'), []],
    ['another port', "(i) => fetch('https://a.test:444/x')", allow('a.test:443'), ['network_not_allowed:1']],
    ['the usual port', "(i) => fetch('https://a.test/x')", allow('a.test:443'), []],
    ['a template', `(i) => fetch(\`https://a.test/\${i.x}\`)`, allow('b.test'), ['network_not_allowed:1']],
    ['a host that is computed', `(i) => fetch(\`https://\${i.x}/a\`)`, allow('b.test'), []],
    ['a host that goes on', `(i) => fetch(\`https://a.test\${i.x}\`)`, allow('b.test'), []],
    ['a sum', "(i) => fetch('https://a.test/' + i.x)", allow('b.test'), ['network_not_allowed:1']],
    [
      'a constant',
      `const base = 'https://a.test';\n(i) => fetch(\`\${base}/x\`)`,
      allow('b.test'),
      ['network_not_allowed:2'],
    ],
    ['no list', "(i) => fetch('https://a.test/')", {}, []],
    ['another scheme', "(i) => fetch('ftp://a.test/')", {}, ['network_not_allowed:1']],
    // The kind of fetch
    ['then, in a classic task', "(i) => fetch('https://a.test/').then((r) => r)", {}, ['fetch_blocks:1']],
    [
      'json, in a classic task',
      "(i) => {\n const r = fetch('https://a.test/');\n return r.json();\n}",
      {},
      ['fetch_blocks:2'],
    ],
    ['body, in a classic task', "(i) => {\n const r = fetch('https://a.test/');\n return r.body;\n}", {}, []],
    [
      'no await, in an async task',
      "async (i) => {\n const r = fetch('https://a.test/');\n return r.status;\n}",
      {},
      ['fetch_not_awaited:2'],
    ],
    ['await, in an async task', "async (i) => (await fetch('https://a.test/')).json()", {}, []],
    ['then, in a module', "export default (i) => fetch('https://a.test/').then((r) => r.json())", {}, []],
    [
      'a promise that is awaited later',
      "async (i) => {\n const p = fetch('https://a.test/');\n return (await p).status;\n}",
      {},
      [],
    ],
    ['an own fetch', 'const fetch = (x) => x;\n(i) => fetch(1).json()', {}, []],
    // Promises
    ['nobody waits for fetch', "async (i) => {\n fetch('https://a.test/');\n}", {}, ['floating_promise:2']],
    [
      'nobody waits for an own function',
      'async function save() {}\nexport default async (i) => {\n save();\n}',
      {},
      ['floating_promise:3'],
    ],
    ['somebody waits', 'async function save() {}\nexport default async (i) => {\n await save();\n}', {}, []],
    [
      'a function of that name that is not async',
      'async function f() { const save = () => 1; save(); }\n(i) => f()',
      {},
      [],
    ],
    // Secrets
    ['a secret that is not named', '(i, context) =>\n context.secrets.KEY', {}, ['secret_not_declared:2']],
    ['one that is', '(i, context) => context.secrets.KEY', { metadata: { secrets: ['KEY'] } }, []],
    [
      'one that is not granted',
      '(i, c) => c.secrets.KEY',
      { metadata: { secrets: ['KEY'] }, granted: new Set() },
      ['secret_not_granted', 'secret_not_granted:1'],
    ],
    [
      'one that is granted',
      '(i, c) => c.secrets.KEY',
      { metadata: { secrets: ['KEY'] }, granted: new Set(['KEY']) },
      [],
    ],
    ['taken apart', '(i, { secrets: { KEY } }) => KEY', {}, ['secret_not_declared:1']],
    [
      'taken apart in two steps',
      '(i, c) => {\n const { secrets } = c;\n const { KEY } = secrets;\n return KEY;\n}',
      {},
      ['secret_not_declared:3'],
    ],
    ['another object’s secrets', '(i, c) => i.secrets.KEY', {}, []],
    ['a computed one', '(i, c) => c.secrets[i.x]', {}, []],
    ['secrets that are no list', '(i) => i', { metadata: { secrets: 'KEY' } }, ['bad_secrets']],
    // Input
    ['a member that is never read', '(input) => input.a', { inputSchema: properties('a', 'b') }, ['unused_input:1']],
    ['taken apart', '({ a }) => a', { inputSchema: properties('a', 'b') }, ['unused_input:1']],
    ['with the rest', '({ a, ...more }) => more', { inputSchema: properties('a', 'b') }, []],
    ['passed on whole', '(input) => JSON.stringify(input)', { inputSchema: properties('a') }, []],
    ['read by a computed name', '(input) => input[input.a]', { inputSchema: properties('a', 'b') }, []],
    [
      'taken apart inside',
      '(input) => {\n const { a, b } = input;\n return a + b;\n}',
      { inputSchema: properties('a', 'b') },
      [],
    ],
    [
      'a member that the schema does not allow',
      '(input) => {\n return input.b;\n}',
      { inputSchema: { ...properties('b2'), additionalProperties: false } },
      ['unused_input:1', 'unknown_input:2'],
    ],
    [
      'of module.exports',
      'const main = (input) => input.a;\nmodule.exports = { main };',
      { inputSchema: properties('a', 'b') },
      ['unused_input:1'],
    ],
    [
      'of a default export by name',
      'async function work(input) { return input.a }\nexport default work;',
      { inputSchema: properties('b') },
      ['unused_input:1'],
    ],
    [
      'of an exported main',
      'export const main = (input) => input.a;',
      { inputSchema: properties('b') },
      ['unused_input:1'],
    ],
    // Metadata and schemas
    ['no schemas', '(i) => i', { inputSchema: null, outputSchema: null }, ['no_input_schema', 'no_output_schema']],
    ['a timeout in seconds', '(i) => i', { metadata: { timeout: 30 } }, ['short_timeout']],
    [
      'a timeout that is none',
      '(i) => i',
      { metadata: { timeout: '30s', memory_limit: -1 } },
      ['bad_timeout', 'bad_memory_limit'],
    ],
    ['dependencies', '(i) => i', { metadata: { dependencies: { lodash: '4' } } }, ['dependencies_unused']],
    // TypeScript
    [
      'TypeScript',
      'export default async function main(input: { a: number }): Promise<number> {\n  return (input as any).a + process.pid;\n}',
      { entry: 'main.ts', sourceType: 'typescript', inputSchema: properties('a') },
      ['unavailable_global:2'],
    ],
    [
      'a type of that name',
      'type process = string;\nexport default (input: process) => input',
      { entry: 'main.ts', sourceType: 'typescript' },
      [],
    ],
  ])('%s', (_, code, more, expected) => {
    expect(lint(code, more)).toEqual(expected);
  });

  it('has nothing against the examples', () => {
    const root = join(import.meta.dirname, '../../../examples/tasks');
    for (const name of readdirSync(root)) {
      const folder = join(root, name);
      const files = new Map(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => [
            join(entry.parentPath, entry.name).slice(folder.length + 1),
            readFileSync(join(entry.parentPath, entry.name)),
          ]),
      );
      if (!files.has('metadata.json')) continue;
      const projected = projectTask(name, files);
      if ('unreadable' in projected) throw new Error(projected.unreadable.message);
      const texts = new Map([...files].map(([path, bytes]) => [path, bytes.toString('utf8')]));
      expect(lintTask({ ...projected.fields, files: texts, granted: null }), name).toEqual([]);
    }
  });

  it('never fails, whatever the code is, and ends soon', () => {
    const pieces = [
      '(i) => ',
      '{',
      '}',
      'const a = ',
      'fetch(',
      ')',
      'await ',
      'input',
      '.secrets',
      'export default ',
      `\`\${`,
      '`',
      'class ',
      ' = ',
      'x',
      ';\n',
      '...',
      '[',
      ']',
      'async ',
      'function ',
      ': T<',
      '>',
      '?.',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), fc.boolean(), (parts, typed) => {
        lint(parts.join(''), typed ? { entry: 'main.ts', sourceType: 'typescript' } : {});
      }),
    );
    expect(lint(`${'('.repeat(5000)}1${')'.repeat(5000)}`)).toEqual([]);
    expect(lint(`(i) => ${'[i, '.repeat(500)}process${']'.repeat(500)}`)).toEqual(['unavailable_global:1']);
  });
});
