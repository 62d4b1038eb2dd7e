import { afterAll, describe, expect, it } from 'vitest';
import { checkAssertion } from '../src/assertions.ts';
import { createSchemaValidator } from '../src/json-schema.ts';
import { runTaskTests, type TaskTestPlan } from '../src/task-tests.ts';
import { codeOf, limits, openSandbox } from './run-code.ts';

const { sandbox } = openSandbox();
afterAll(() => sandbox.close());

const code = `async function main({ a, url, fail }) {
  if (fail) throw new ValidationError('a is wrong: ' + fail);
  if (url) { const r = await fetch(url); return { status: r.status, body: await r.json() } }
  return { sum: a + 1, list: ['x', { y: 2 }], name: 'Sum' };
}`;

const report = (files: Record<string, unknown>, changes: Partial<TaskTestPlan> = {}) =>
  runTaskTests({
    sandbox,
    validator: createSchemaValidator(),
    code: codeOf(code),
    inputSchema: null,
    outputSchema: null,
    testFiles: Object.entries(files).map(([path, test]) => ({
      path,
      text: typeof test === 'string' ? test : JSON.stringify(test),
    })),
    limits,
    affinity: 'tests',
    context: { taskId: null, taskVersion: '1.0.0' },
    ...changes,
  });

const output = { name: 'Sum', sum: 2, list: ['x', { y: 2 }] };

describe('tests of a task', () => {
  it.each([
    ['expected_output, keys in any order', { input: { a: 1 }, expected_output: output }, 'passed'],
    ['expected', { input: { a: 1 }, expected: output }, 'passed'],
    ['another output', { input: { a: 2 }, expected: output }, 'failed'],
    ['nothing expected', { input: { a: 1 } }, 'passed'],
    ['nothing expected of a failure', { input: { fail: 'x' } }, 'failed'],
    ['should_fail', { input: { fail: 'x' }, should_fail: true }, 'passed'],
    ['should_fail and does not', { input: { a: 1 }, should_fail: true }, 'failed'],
    ['expected_error by message', { input: { fail: 'x' }, expected_error: 'is wrong' }, 'passed'],
    ['expected_error by class', { input: { fail: 'x' }, expected_error: 'ValidationError' }, 'passed'],
    ['expected_error as an object', { input: { fail: 'x' }, expected_error: { message: 'wrong: x' } }, 'passed'],
    ['another error', { input: { fail: 'x' }, expected_error: 'NetworkError' }, 'failed'],
    ['expected_error as a pattern', { input: { fail: 'x' }, expected_error: '/^ValidationError: a .* x$/' }, 'passed'],
    ['a pattern of any case', { input: { fail: 'x' }, expected_error: '/IS WRONG/i' }, 'passed'],
    ['a pattern that does not match', { input: { fail: 'x' }, expected_error: '/^wrong/' }, 'failed'],
    ['a pattern that cannot be', { input: { fail: 'x' }, expected_error: '/(?=x)/' }, 'error'],
    [
      'class and message',
      { input: { fail: 'x' }, expected_error: { class: 'ValidationError', message: 'x' } },
      'passed',
    ],
    ['a part of the class', { input: { fail: 'x' }, expected_error: { class: 'Validation' } }, 'failed'],
    [
      'the class in the message only',
      { input: { fail: 'DataError' }, expected_error: { class: 'DataError' } },
      'failed',
    ],
    ['matches', { input: { fail: 'x' }, expected_error: { matches: 'wrong: .$' } }, 'passed'],
    ['expected_error: true', { input: { fail: 'x' }, expected_error: true }, 'passed'],
    ['expected_error: false', { input: { a: 1 }, expected_error: false, expected: output }, 'passed'],
    [
      'a network error',
      {
        input: { url: 'https://a.test/' },
        mock: { http: { url: 'https://a.test/', response: { network_error: 'reset by peer' } } },
        expected_error: { class: 'NetworkError', message: 'reset by peer' },
      },
      'passed',
    ],
    [
      'an error that an API answers is a body',
      {
        input: { url: 'https://a.test/' },
        mock: { http: { url: 'https://a.test/', response: { error: 'no such item' } } },
        expected: { status: 200, body: { error: 'no such item' } },
      },
      'passed',
    ],
    [
      'a delay',
      {
        input: { url: 'https://a.test/' },
        mock: { http: { url: 'https://a.test/', response: { status: 202, body: 1, delay_ms: 20 } } },
        expected: { status: 202, body: 1 },
      },
      'passed',
    ],
    [
      'assertions',
      {
        input: { a: 1 },
        assertions: [
          { path: 'sum', operator: 'equals', expected: 2 },
          { path: '$.list[1].y', operator: 'exists' },
        ],
      },
      'passed',
    ],
    [
      'an assertion that does not hold',
      { input: { a: 1 }, assertions: [{ path: 'sum', operator: 'equals', expected: 3 }] },
      'failed',
    ],
    ['an operator that does not exist', { input: { a: 1 }, assertions: [{ path: 'sum', operator: 'is' }] }, 'error'],
    [
      'a mock',
      {
        input: { url: 'https://a.test/1' },
        mock: { http: { url: 'https://a.test/*', method: 'GET', response: { status: 201, body: { ok: 1 } } } },
        expected: { status: 201, body: { ok: 1 } },
      },
      'passed',
    ],
    [
      'mocks',
      {
        input: { url: 'https://a.test/1' },
        mock: {
          http: [
            { url: 'https://b.test/', response: 1 },
            { url: 'https://a.test/1', response: [2] },
          ],
        },
        expected: { status: 200, body: [2] },
      },
      'passed',
    ],
    ['a request without a mock', { input: { url: 'https://a.test/1' } }, 'failed'],
  ])('%s', async (_, test, status) => {
    const { results } = await report({ 'tests/one.json': test });
    expect(results).toMatchObject([{ name: 'one', path: 'tests/one.json', status }]);
  });

  it('reads one test, a list, and a list within an object', async () => {
    const test = { input: { a: 1 }, expected: output };
    const made = await report({
      'a.json': test,
      'b.json': [test, { ...test, name: 'named' }],
      'c.json': { tests: [test] },
      'd.json': { test_cases: [{ input: {}, expected: 0 }] },
    });
    expect(made).toMatchObject({ passed: 4, failed: 1 });
    expect(made.results.map(({ name }) => name)).toEqual(['a', 'b 1', 'named', 'c 1', 'd 1']);
    expect(made.results[4]).toMatchObject({ status: 'failed', expected: 0, actual: { list: ['x', { y: 2 }] } });
  });

  it.each([
    ['{ not json', /not valid JSON/],
    [[5], /JSON object/],
    [{ input: {}, assertions: {} }, /"assertions" is a list/],
    [{ input: {}, assertions: [{ path: 'a' }] }, /"operator"/],
    [{ input: {}, mock: { http: { url: 'https://a.test/' } } }, /has no "response"/],
    [{ input: {}, mock: { http: [{ response: 1 }] } }, /needs a "url"/],
    [{ input: {}, mock: { http: { url: 'https://a.test/', responses: [] } } }, /at least one/],
    [{ input: {}, expected_error: { code: 1 } }, /needs a "class"/],
    [{ input: {}, expected_error: 5 }, /"expected_error" is text/],
    [{ input: {}, secrets: { A: 1 } }, /"secrets"/],
  ])('reports a file that cannot be used: %j', async (file, message) => {
    const made = await report({ 'bad.json': file, 'good.json': { input: { a: 1 } } });
    expect(made).toMatchObject({
      passed: 1,
      failed: 1,
      results: [{ path: 'bad.json', status: 'error', error: expect.stringMatching(message) }, {}],
    });
  });

  it('holds input and output against the schemas', async () => {
    const inputSchema = { properties: { a: { type: 'number' } } };
    const wrong = await report(
      { 'a.json': { input: { a: 'x' } }, 'b.json': { input: { a: 'x' }, expected_error: 'a must be number' } },
      { inputSchema },
    );
    expect(wrong.results).toMatchObject([
      { status: 'failed', error: expect.stringContaining('a must be number') },
      { status: 'passed' },
    ]);
    const odd = await report({ 'a.json': { input: { a: 1 } } }, { outputSchema: { required: ['gone'] } });
    expect(odd.results).toMatchObject([{ status: 'failed', error: expect.stringContaining('gone is required') }]);
    const useless = await report({ 'a.json': { input: { a: 1 } } }, { outputSchema: { type: 'nope' } });
    expect(useless.results).toMatchObject([{ status: 'error' }]);
  });

  it('answers one request after another, the last one for ever', async () => {
    const mock = {
      http: { url: 'https://a.test/*', responses: [{ status: 503, body: '' }, { network_error: 'x' }, 'ok'] },
    };
    const polling = `async () => { const seen = []; for (let i = 0; i < 5; i++)
      seen.push(await fetch('https://a.test/' + i).then((r) => r.status, (e) => e.name)); return seen; }`;
    const made = await report(
      { 'a.json': { input: {}, mock, expected: [503, 'NetworkError', 200, 200, 200] } },
      { code: codeOf(polling) },
    );
    expect(made.results).toMatchObject([{ status: 'passed' }]);
  });

  it('gives up a request that is slower than the task waits', async () => {
    const mock = { http: { url: 'https://a.test/', response: { body: 1, delay_ms: 60_000 } } };
    const impatient = `async () => (await fetch('https://a.test/', { signal: AbortSignal.timeout(20) })).status`;
    const made = await report(
      { 'a.json': { input: {}, mock, expected_error: { class: 'TimeoutError' } } },
      { code: codeOf(impatient) },
    );
    expect(made.results).toMatchObject([{ status: 'passed' }]);
  });

  it('has secrets of its own', async () => {
    const made = await report(
      {
        'a.json': { input: {}, secrets: { KEY: 'made up' }, expected: 'made up' },
        'b.json': { input: {}, expected: null },
      },
      { code: codeOf('(i, c) => c.secrets.KEY') },
    );
    expect(made).toMatchObject({ passed: 2, failed: 0 });
  });

  it('runs them side by side, reports them in order, and stops where it is asked to', async () => {
    const files = Object.fromEntries(
      [30, 1, 20, 5].map((ms, i) => [`${i}.json`, { input: { ms, i }, expected: i === 1 ? 'no' : i }]),
    );
    const waiting = 'async ({ ms, i }) => { await new Promise((r) => setTimeout(r, ms)); console.log(i); return i; }';
    const plan = { code: codeOf(waiting) };
    const all = await report(files, { ...plan, parallel: 4, trace: true });
    expect(all).toMatchObject({ passed: 3, failed: 1, skipped: 0 });
    expect(all.results.map(({ name }) => name)).toEqual(['0', '1', '2', '3']);
    expect(all.results.map(({ logs }) => logs?.[0]?.message)).toEqual(['0', '1', '2', '3']);
    const stopped = await report(files, { ...plan, stopOnFailure: true });
    expect(stopped.results.map(({ status }) => status)).toEqual(['passed', 'failed', 'skipped', 'skipped']);
    expect(stopped).toMatchObject({ passed: 1, failed: 1, skipped: 2 });
    const given = await report(files, { ...plan, signal: AbortSignal.abort() });
    expect(given).toMatchObject({ passed: 0, failed: 0, skipped: 4 });
  });

  it('filters by name or file', async () => {
    const files = { 'one.json': { name: 'First', input: { a: 1 } }, 'two.json': { input: { a: 1 } } };
    expect((await report(files, { filter: 'first' })).results).toHaveLength(1);
    expect((await report(files, { filter: 'TWO' })).results).toHaveLength(1);
    expect((await report(files, { filter: 'none' })).results).toHaveLength(0);
  });
});

describe('assertions', () => {
  const value = { n: 5, s: 'hello', l: [1, { a: 1 }], o: { k: null }, 'a.b': 1 };
  it.each([
    ['n', 'equals', 5, true],
    ['n', 'not_equals', 5, false],
    ['gone', 'not_equals', 5, true],
    ['s', 'contains', 'ell', true],
    ['l', 'contains', { a: 1 }, true],
    ['o', 'contains', 'k', true],
    ['l', 'not_contains', 2, true],
    ['n', 'greater_than', 4, true],
    ['n', 'greater_than', 5, false],
    ['n', 'greater_than', '4', false],
    ['n', 'less_than', 6, true],
    ['n', 'gte', 5, true],
    ['n', 'lte', 4, false],
    ['o.k', 'exists', undefined, true],
    ['o.z', 'exists', undefined, false],
    ['o.z', 'exists', false, true],
    ['o.z', 'not_exists', undefined, true],
    ['o.k', 'type', 'null', true],
    ['l', 'type', 'array', true],
    ['n', 'type', 'integer', true],
    ['s', 'matches', '^h.*o$', true],
    ['s', 'matches', '(a)\\1', false],
    ['l', 'length', 2, true],
    ['s.length', 'equals', 5, true],
    ['l[1].a', 'equals', 1, true],
    ['l.1.a', 'equals', 1, true],
    ['$["a.b"]', 'equals', 1, true],
    ['$', 'type', 'object', true],
    ['', 'type', 'object', true],
    ['constructor', 'exists', undefined, false],
    ['l[', 'exists', undefined, false],
  ])('%s %s %j: %s', (path, operator, expected, holds) => {
    expect(checkAssertion(value, { path, operator, expected }) === null).toBe(holds);
  });

  it('lists the operators for an unknown one', () => {
    expect(checkAssertion(value, { path: 'n', operator: 'constructor' })).toMatch(/equals, not_equals, .*length/);
  });
});
