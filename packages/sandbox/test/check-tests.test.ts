import { describe, expect, it } from 'vitest';
import { checkTests } from '../src/check-tests.ts';
import { createSchemaValidator } from '../src/json-schema.ts';

const validator = createSchemaValidator();
const number = (name: string) => ({ type: 'object', properties: { [name]: { type: 'number' } }, required: [name] });
const check = (test: unknown, more: { inputSchema?: unknown } = {}) =>
  checkTests({
    testFiles: [{ path: 'tests/a.json', text: typeof test === 'string' ? test : JSON.stringify(test) }],
    inputSchema: number('a'),
    outputSchema: number('b'),
    validator,
    ...more,
  });

describe('tests are looked at without running them', () => {
  const good = { input: { a: 1 }, expected: { b: 1 } };
  it.each<[string, unknown, string[]]>([
    ['a good one', good, []],
    ['a list of good ones', [good, { ...good, name: 'x' }], []],
    ['what is no JSON', '{', ['bad_test']],
    ['what is no test', [1], ['bad_test']],
    ['a mock without a response', { ...good, mock: { http: { url: 'https://a.test/' } } }, ['bad_test']],
    ['fields that mean nothing', { ...good, expects: 1, inputs: {} }, ['unknown_test_field', 'unknown_test_field']],
    ['an input that does not fit', { ...good, input: {} }, ['test_input']],
    ['an input that is to be refused', { input: {}, should_fail: true }, []],
    ['an expectation that does not fit', { ...good, expected: { b: 'x' } }, ['test_expected']],
    ['nothing expected', { input: { a: 1 } }, ['nothing_expected']],
    ['two expectations', { ...good, expected_error: 'x' }, ['two_expectations']],
    ['an operator that is not there', { ...good, assertions: [{ path: 'b', operator: 'is' }] }, ['bad_assertion']],
    ['a pattern that cannot be', { input: {}, expected_error: '/(/' }, ['bad_assertion']],
    ['a mock that can never answer', { ...good, mock: { http: { url: '/items', response: 1 } } }, ['mock_url']],
    ['a mock with a pattern', { ...good, mock: { http: { url: '*/items', response: 1 } } }, []],
  ])('%s', (_, test, codes) => {
    expect(check(test).map(({ code }) => code)).toEqual(codes);
  });

  it('passes over a schema that cannot be used: that is a problem of its own', () => {
    expect(check(good, { inputSchema: { type: 'nope' } })).toEqual([]);
  });
});
