import type { HttpMock } from './sandbox.ts';

export interface Assertion {
  readonly path: string;
  readonly operator: string;
  readonly expected?: unknown;
}

/** One test of a task. */
export interface TaskTest {
  readonly name: string;
  readonly input: unknown;
  /** Present when the test says what comes out; may be null. */
  readonly expected?: { readonly output: unknown };
  /** Part of the error's message or its class. */
  readonly expectedError: string | null;
  readonly shouldFail: boolean;
  readonly assertions: readonly Assertion[];
  readonly mocks: readonly HttpMock[];
}

/** A test file that cannot be read. The message names what is wrong and where. */
export class TestFileError extends Error {}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readMocks = (mock: unknown, where: string): HttpMock[] => {
  if (mock === undefined || mock === null) return [];
  if (!isFields(mock)) throw new TestFileError(`${where}: "mock" is an object with "http".`);
  const { http } = mock;
  if (http === undefined || http === null) return [];
  return (Array.isArray(http) ? http : [http]).map((entry: unknown, at) => {
    if (!isFields(entry) || typeof entry.url !== 'string') {
      throw new TestFileError(`${where}: mock ${at + 1} needs a "url" and a "response".`);
    }
    if (!('response' in entry)) throw new TestFileError(`${where}: the mock of ${entry.url} has no "response".`);
    const { url, method, response } = entry;
    return { url, response, ...(typeof method === 'string' ? { method } : {}) };
  });
};

const readAssertions = (assertions: unknown, where: string): Assertion[] => {
  if (assertions === undefined || assertions === null) return [];
  if (!Array.isArray(assertions)) throw new TestFileError(`${where}: "assertions" is a list.`);
  return assertions.map((entry: unknown, at) => {
    if (!isFields(entry) || typeof entry.operator !== 'string') {
      throw new TestFileError(`${where}: assertion ${at + 1} needs a "path" and an "operator".`);
    }
    return {
      path: typeof entry.path === 'string' ? entry.path : '',
      operator: entry.operator,
      expected: entry.expected,
    };
  });
};

/** Reads `expected_error`: text, or an object with `message` or `class`. */
const readError = (error: unknown): string | null => {
  if (typeof error === 'string') return error;
  if (!isFields(error)) return null;
  const part = error.message ?? error.class ?? error.name ?? error.type;
  return typeof part === 'string' ? part : null;
};

const readTest = (test: unknown, fallback: string, where: string): TaskTest => {
  if (!isFields(test)) throw new TestFileError(`${where}: a test is a JSON object with "input" and what is expected.`);
  const name = typeof test.name === 'string' && test.name !== '' ? test.name : fallback;
  const output = 'expected_output' in test ? 'expected_output' : 'expected' in test ? 'expected' : null;
  const expectedError = readError(test.expected_error);
  return {
    name,
    input: test.input ?? {},
    ...(output === null ? {} : { expected: { output: test[output] } }),
    expectedError,
    shouldFail: test.should_fail === true || expectedError !== null || test.expected_error === true,
    assertions: readAssertions(test.assertions, `${where}, ${name}`),
    mocks: readMocks(test.mock ?? test.mocks, `${where}, ${name}`),
  };
};

/** Reads a test file: one test, a list of tests, or `{ tests: [...] }` or `{ test_cases: [...] }`. Throws TestFileError. */
export const readTestFile = (path: string, text: string): TaskTest[] => {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new TestFileError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  const base = path.replace(/^.*\//, '').replace(/\.json$/, '');
  const listed = isFields(value) ? (value.tests ?? value.test_cases) : value;
  if (!Array.isArray(listed)) return [readTest(value, base, path)];
  return listed.map((test, at) => readTest(test, `${base} ${at + 1}`, path));
};
