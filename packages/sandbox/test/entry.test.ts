import { afterAll, describe, expect, it } from 'vitest';
import type { RunLog } from '../src/sandbox.ts';
import { codeOf, openSandbox } from './run-code.ts';

const { sandbox, run } = openSandbox();
afterAll(() => sandbox.close());

const entries: Record<string, string> = {
  'default export': 'export default async function (input) { return input.a + 1 }',
  'default export, arrow': 'export default (input) => input.a + 1',
  'exported main': 'export async function main(input) { return input.a + 1 }',
  'default object with main': 'export default { main: (input) => input.a + 1 }',
  'module with await at its top':
    'const one = await Promise.resolve(1);\nexport default async (input) => input.a + one',
  'global main': 'function main(input) { return input.a + 1 }',
  'global async main': 'async function main(input) { return input.a + 1 }',
  'const main': 'const main = (input) => input.a + 1;',
  'arrow alone': '(input) => input.a + 1',
  'async arrow with semicolon': 'async (input) => { return input.a + 1 };',
  'arrow in brackets': '// doubles\n((input) => input.a + 1)',
  'function in brackets': '(function (input) { return input.a + 1 })',
  'anonymous function alone': 'function (input) { return input.a + 1 }',
  'anonymous async function alone': '/* x */ async function (input) { return input.a + 1 }\n',
  'named function alone': 'function work(input) { return input.a + 1 }',
  'completion value': 'const one = 1; const work = (input) => input.a + one; work',
  'module.exports object': 'module.exports = { main: (input) => input.a + 1 }',
  'module.exports function': 'module.exports = (input) => input.a + 1',
  'exports.main': 'exports.main = async (input) => input.a + 1',
  'main before completion value': 'function main(input) { return input.a + 1 }\n(main)',
};

describe('entry points', () => {
  it.each(Object.entries(entries))('%s', async (_, code) => {
    expect(await run(code, { a: 1 })).toMatchObject({ status: 'completed', output: 2 });
    expect(await sandbox.check(codeOf(code))).toBeNull();
  });

  it('strips TypeScript in scripts and modules', async () => {
    const script =
      'enum Size { Small = 2 }\nfunction main(input: { a: number }): number { return input.a * Size.Small }';
    const lone = 'async function (input: { a: number }): Promise<number> { return input.a * 2 }';
    const module = 'interface In { a: number }\nexport default (input: In): number => input.a * 2';
    for (const code of [script, lone, module]) {
      expect(await run(codeOf(code, 'main.ts'), { a: 2 })).toMatchObject({ output: 4 });
    }
  });

  it('bundles relative imports of the task and nothing else', async () => {
    const files = {
      'main.ts':
        "import { twice } from './lib/twice.js';\nimport table from './table.json';\nexport default (i: {a: number}) => twice(i.a) + table.add",
      'lib/twice.ts': 'export const twice = (n: number): number => n * 2',
      'table.json': '{ "add": 10 }',
    };
    expect(await run(codeOf(files), { a: 1 })).toMatchObject({ output: 12 });
    const required = {
      'main.js': "const { twice } = require('./twice');\nfunction main(i) { return twice(i.a) }",
      'twice.js': 'exports.twice = (n) => n * 2',
    };
    expect(await run(codeOf(required), { a: 1 })).toMatchObject({ output: 2 });
    const hidden = {
      'main.js': "import { twice } from './twice.js';\nconst main = async (i) => twice(i.a);",
      'twice.js': 'export const twice = (n) => n * 2',
    };
    expect(await run(codeOf(hidden), { a: 1 })).toMatchObject({ output: 2 });
  });

  it.each([
    ["import fs from 'node:fs';\nexport default () => 1", /Cannot import "node:fs"/],
    ["const x = 1;\nconst fs = require('fs'); function main() {}", /Cannot import "fs"/],
    ["import '../outside.js';\nexport default () => 1", /Cannot find "\.\.\/outside\.js"/],
  ])('refuses %s', async (code, message) => {
    const result = await run(code);
    expect(result).toMatchObject({ status: 'failed', error: { class: 'ImportError', file: 'main.js' } });
    expect(result.status !== 'completed' && result.error.message).toMatch(message);
  });

  it('reports what keeps code from loading', async () => {
    expect(await sandbox.check(codeOf('const a = 1;\nfunction main( {'))).toMatchObject({
      class: 'SyntaxError',
      file: 'main.js',
      line: 2,
    });
    expect(await sandbox.check(codeOf('let a = 1;'))).toMatchObject({ class: 'ConfigurationError' });
    expect(await sandbox.check(codeOf('export const a = 1'))).toMatchObject({ class: 'ConfigurationError' });
    expect(await sandbox.check(codeOf({ 'a.js': '' }, 'b.js'))).toMatchObject({ class: 'ConfigurationError' });
    expect(await sandbox.check(codeOf("throw new DataError('no')"))).toMatchObject({
      class: 'DataError',
      message: 'no',
      line: 1,
    });
    expect(await sandbox.check(codeOf('let a; let a; function main() {}'))).toMatchObject({
      class: 'SyntaxError',
      file: 'main.js',
      line: 1,
    });
  });
});

describe('files of a task beside its entry', () => {
  const beside = { 'x.js': 'exports.twice = (n) => n * 2' };
  const forms: Record<string, string> = {
    'a function alone': "(input) => require('./x.js').twice(input.a)",
    'an async function alone': "async (input) => (await import('./x.js')).twice(input.a)",
    'a function without a name': "function (input) { return require('./x').twice(input.a) }",
    'a function of another name': "function work(input) { return require('./x').twice(input.a) }",
    'a completion value': "const { twice } = require('./x.js');\nconst work = (input) => twice(input.a);\nwork;",
    'a main in a module with await at its top':
      "const { twice } = await import('./x.js');\nasync function main(input) { return twice(input.a) }",
    'a default object': "import { twice } from './x.js';\nexport default { main: (input) => twice(input.a) };",
    'module.exports': "const { twice } = require('./x.js');\nmodule.exports = { main: (input) => twice(input.a) };",
  };
  it.each(Object.entries(forms))('%s', async (_, code) => {
    expect(await run(codeOf({ 'main.js': code, ...beside }), { a: 2 })).toMatchObject({ output: 4 });
  });

  it.each([
    [
      'a classic task',
      "require('./x.js'); function main() { return typeof fetch('http://127.0.0.1/').then }",
      'NetworkError',
    ],
    ['a classic function', "() => { require('./x.js'); fetch('http://127.0.0.1/') }", 'NetworkError'],
  ])('%s has the blocking fetch all the same', async (_, code, name) => {
    const result = await run(codeOf({ 'main.js': code, ...beside }));
    expect(result).toMatchObject({ status: 'failed', error: { class: name, file: 'main.js', line: 1 } });
  });

  it.each([
    ['a module', "import './x.js';\nexport default () => typeof fetch('http://127.0.0.1/').catch(() => 0).then"],
    ['an async classic task', "async function main() { return typeof fetch('http://127.0.0.1/').catch(() => 0).then }"],
  ])('%s has the standard fetch', async (_, code) => {
    expect(await run(codeOf({ 'main.js': code, ...beside }))).toMatchObject({ output: 'function' });
  });
});

describe('the call', () => {
  it('passes a context', async () => {
    const code = `async function main(input, context) {
      const { log, progress, signal, secrets, deadline, ...rest } = context;
      progress(0.5, 'half');
      return { rest, secret: secrets.key.length, early: deadline > Date.now(), aborted: signal.aborted };
    }`;
    const progress: unknown[] = [];
    const result = await run(code, {}, { secrets: { key: 'abcdef' }, onProgress: (...given) => progress.push(given) });
    expect(result).toMatchObject({
      output: {
        rest: { executionId: 'execution-1', jobId: null, taskId: 'task-1', taskVersion: '1.2.3', attempt: 1 },
        secret: 6,
        early: true,
        aborted: false,
      },
    });
    expect(progress).toEqual([[0.5, 'half']]);
  });

  it('gives a context that is complete and cannot be changed', async () => {
    const code = `async (input, context) => [Object.keys(context).sort(), Object.isFrozen(context), Object.isFrozen(context.secrets), typeof context.log, typeof context.log.debug, typeof context.progress, context.signal instanceof AbortSignal, Number.isInteger(context.deadline), typeof mcp]`;
    expect(await run(code)).toMatchObject({
      output: [
        [
          'attempt',
          'deadline',
          'executionId',
          'jobId',
          'log',
          'progress',
          'secrets',
          'signal',
          'taskId',
          'taskVersion',
        ],
        true,
        true,
        'function',
        'function',
        'function',
        true,
        true,
        'undefined',
      ],
    });
  });

  it('gives every run a fresh context', async () => {
    const code =
      'globalThis.count = (globalThis.count ?? 0) + 1; Array.prototype.mine = 1; function main() { return [count, Object.keys(Array.prototype).length] }';
    for (let time = 0; time < 3; time += 1) expect(await run(code)).toMatchObject({ output: [1, 1] });
  });

  it('copies input and output as JSON', async () => {
    const input = {
      text: 'ü€😀',
      list: [1, null, true],
      ['__proto__']: { polluted: true },
      deep: { a: { b: 1.5e-7 } },
    };
    expect(await run('(input) => input', JSON.parse(JSON.stringify(input)))).toMatchObject({
      output: JSON.parse(JSON.stringify(input)),
    });
    expect(await run('() => undefined')).toMatchObject({ status: 'completed', output: null });
    expect(await run('() => new Date(0)')).toMatchObject({ output: '1970-01-01T00:00:00.000Z' });
    expect(await run('() => 1n')).toMatchObject({ status: 'failed', error: { class: 'OutputError' } });
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(await run('(input) => input', loop)).toMatchObject({ status: 'failed', error: { class: 'DataError' } });
  });

  it('logs', async () => {
    const lines: RunLog[] = [];
    const code = `async function main(input, { log }) {
      console.log('one %s %d', 'two', 3, { a: [1, 'x'] }, new Map([['k', new Set([1])]]));
      log.warn('careful', { a: 1 });
      log('plain', [1]);
      console.error(new RangeError('bad').message);
    }`;
    await run(code, {}, { onLog: (line) => lines.push(line) });
    expect(lines).toMatchObject([
      { level: 'info', message: 'one two 3 { a: [1, "x"] } Map(1) {"k" => Set(1) {1}}' },
      { level: 'warn', message: 'careful', data: { a: 1 } },
      { level: 'info', message: 'plain', data: [1] },
      { level: 'error', message: 'bad' },
    ]);
    expect(lines[0]?.time).toBeInstanceOf(Date);
  });

  it('ends when the main promise settles, timers or not', async () => {
    const code =
      "async function main() { setInterval(() => console.log('tick'), 5); setTimeout(() => {}, 60_000); return 'done' }";
    const result = await run(code);
    expect(result).toMatchObject({ output: 'done' });
  });
});

describe('errors', () => {
  it('name the file and line that the author wrote', async () => {
    const files = {
      'main.ts':
        "import { check } from './check.ts';\n\ninterface Unused { a: number }\n\nexport default async (input: { a: number }) => {\n  return check(input.a);\n};\n",
      'check.ts':
        'type N = number;\n\nexport const check = (n: N): N => {\n  if (n > 1) throw new ValidationError("too big: " + n, { n });\n  return n;\n};\n',
    };
    const result = await run(codeOf(files), { a: 5 });
    expect(result).toMatchObject({
      status: 'failed',
      error: { class: 'ValidationError', message: 'too big: 5', file: 'check.ts', line: 4, details: { n: 5 } },
    });
    expect(result.status !== 'completed' && result.error.stack).toBe(
      'ValidationError: too big: 5\n    at check (check.ts:4:20)\n    at main_default (main.ts:6:10)',
    );
  });

  it.each([
    ['script', '\nfunction main() {\n  null.x;\n}', { class: 'TypeError', file: 'main.js', line: 3 }],
    ['top of the file', "\n\nthrow new HttpError('x');", { class: 'HttpError', message: 'x', line: 3 }],
    [
      'own class',
      "class Odd extends Error { constructor() { super('m'); this.name = 'Odd' } }\nasync function main() { throw new Odd() }",
      { class: 'Odd', line: 2 },
    ],
    ['string', "function main() { throw 'plain' }", { class: 'Error', message: 'plain', stack: null }],
    ['null', 'function main() { throw null }', { class: 'Error', message: 'null' }],
    [
      'undefined rejection',
      'async function main() { return Promise.reject() }',
      { class: 'Error', message: 'undefined' },
    ],
    [
      'unhandled rejection',
      "async function main() { Promise.reject(new DataError('lost')); await new Promise((r) => setTimeout(r, 50)) }",
      { class: 'DataError', message: 'lost' },
    ],
    [
      'unhandled rejection at the end',
      "async function main() { Promise.reject(new DataError('lost')); return 1 }",
      { class: 'DataError' },
    ],
    [
      'throwing timer',
      "async function main() { setTimeout(() => { throw new TypeError('late') }, 1); await new Promise(() => {}) }",
      { class: 'TypeError', message: 'late' },
    ],
    ['await at the top', "await 1;\nthrow new DataError('tla'); export default 1", { class: 'DataError', line: 2 }],
  ])('from a %s', async (_, code, error) => {
    expect(await run(code)).toMatchObject({ status: 'failed', error });
    expect(await run('() => 1')).toMatchObject({ output: 1 });
  });
});
