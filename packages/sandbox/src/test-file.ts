import type { HttpMock } from './sandbox.ts';

export interface Assertion {
  readonly path: string;
  readonly operator: string;
  readonly expected?: unknown;
}

/** What an error must be; every part that is given must hold. */
export interface ExpectedError {
  /** Is part of `Class: message`. */
  readonly text?: string;
  /** A pattern that `Class: message` matches. */
  readonly pattern?: string;
  /** Is the class. */
  readonly class?: string;
  /** Is part of the message. */
  readonly message?: string;
}

/** One test of a task. */
export interface TaskTest {
  readonly name: string;
  readonly input: unknown;
  /** Present when the test says what comes out; may be null. */
  readonly expected?: { readonly output: unknown };
  readonly expectedError: ExpectedError | null;
  readonly shouldFail: boolean;
  readonly assertions: readonly Assertion[];
  readonly mocks: readonly HttpMock[];
  /** What the task has as its secrets; never the real ones. */
  readonly secrets: Readonly<Record<string, string>>;
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
    const { url, method, response, responses } = entry;
    const asked = typeof method === 'string' ? { url, method } : { url };
    if (responses !== undefined) {
      if (Array.isArray(responses) && responses.length > 0) return { ...asked, responses };
      throw new TestFileError(`${where}: the "responses" of the mock of ${url} are a list of at least one.`);
    }
    if (!('response' in entry)) throw new TestFileError(`${where}: the mock of ${url} has no "response".`);
    return { ...asked, response };
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

/**
 * Reads `expected_error`: text that is part of the error, `/pattern/` or `/pattern/i`, or an object with `class`, `message`
 * (part of it) or `matches` (a pattern). true: any error.
 */
const readError = (error: unknown, where: string): ExpectedError | null => {
  if (error === undefined || error === null || typeof error === 'boolean') return null;
  if (typeof error === 'string') {
    const pattern = /^\/(.+)\/(i?)$/s.exec(error);
    return pattern ? { pattern: `${pattern[2] === 'i' ? '(?i)' : ''}${pattern[1]}` } : { text: error };
  }
  if (!isFields(error)) throw new TestFileError(`${where}: "expected_error" is text, a /pattern/ or an object.`);
  const { message, matches } = error;
  const name = error.class ?? error.name ?? error.type;
  const wanted = {
    ...(typeof name === 'string' ? { class: name } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof matches === 'string' ? { pattern: matches } : {}),
  };
  if (Object.keys(wanted).length > 0) return wanted;
  throw new TestFileError(`${where}: "expected_error" needs a "class", a "message" or "matches".`);
};

const readSecrets = (secrets: unknown, where: string): Record<string, string> => {
  if (secrets === undefined || secrets === null) return {};
  if (isFields(secrets) && Object.values(secrets).every((value) => typeof value === 'string'))
    return secrets as Record<string, string>;
  throw new TestFileError(`${where}: "secrets" is an object of texts, made up for the test.`);
};

const readTest = (test: unknown, fallback: string, where: string): TaskTest => {
  if (!isFields(test)) throw new TestFileError(`${where}: a test is a JSON object with "input" and what is expected.`);
  const name = typeof test.name === 'string' && test.name !== '' ? test.name : fallback;
  const output = 'expected_output' in test ? 'expected_output' : 'expected' in test ? 'expected' : null;
  const expectedError = readError(test.expected_error, `${where}, ${name}`);
  return {
    name,
    input: test.input ?? {},
    ...(output === null ? {} : { expected: { output: test[output] } }),
    expectedError,
    shouldFail: test.should_fail === true || expectedError !== null || test.expected_error === true,
    assertions: readAssertions(test.assertions, `${where}, ${name}`),
    mocks: readMocks(test.mock ?? test.mocks, `${where}, ${name}`),
    secrets: readSecrets(test.secrets, `${where}, ${name}`),
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

const fields = new Set([
  ...['name', 'description', 'input', 'expected_output', 'expected', 'expected_error', 'should_fail', 'assertions'],
  ...['mock', 'mocks', 'secrets'],
]);

/** Members of the tests in a file that parses which mean nothing, each once. */
export const unknownFields = (text: string): string[] => {
  const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
  const listed = isFields(value) ? (value.tests ?? value.test_cases) : value;
  const tests = Array.isArray(listed) ? listed : [value];
  return [...new Set(tests.filter(isFields).flatMap((test) => Object.keys(test)))].filter((name) => !fields.has(name));
};

/** The tests of a task, as files: `tests/*.json`, and what its metadata lists as `test_cases` (a manifest does). */
export function testFilesOf(
  files: ReadonlyMap<string, string>,
  metadata: Readonly<Record<string, unknown>>,
): { path: string; text: string }[] {
  const found = [...files].filter(([path]) => /^tests\/.*\.json$/i.test(path)).map(([path, text]) => ({ path, text }));
  const listed = metadata.test_cases;
  if (!Array.isArray(listed) || listed.length === 0) return found;
  return [...found, { path: 'test_cases', text: JSON.stringify(listed) }];
}
