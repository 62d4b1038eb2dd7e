import type { Task } from '@ratchet/contract/entities/task';

export interface Mock {
  readonly url: string;
  readonly method: string;
  /** What is answered; several: in turn. */
  readonly responses: readonly unknown[];
}
/** One test as its file says it. */
export interface ListedTest {
  /** The file; `test_cases` for those that the metadata lists. */
  readonly path: string;
  readonly name: string;
  readonly description?: string;
  /** null: nothing is known of it but its name. */
  readonly content: Readonly<Record<string, unknown>> | null;
  readonly mocks: readonly Mock[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The tests of a task, under the names that the server gives them. */
export function testsOf({ tests, metadata }: Pick<Task, 'tests' | 'metadata'>): ListedTest[] {
  const listed: readonly { readonly path: string; readonly content: unknown }[] = Array.isArray(metadata.test_cases)
    ? [...tests, { path: 'test_cases', content: metadata.test_cases }]
    : tests;
  return listed.flatMap(({ path, content }) => {
    const base = path.replace(/^.*\//, '').replace(/\.json$/i, '');
    const many = isRecord(content) ? (content.tests ?? content.test_cases) : content;
    return Array.isArray(many)
      ? many.map((test: unknown, at) => listedTest(path, test, `${base} ${at + 1}`))
      : [listedTest(path, content, base)];
  });
}

function listedTest(path: string, test: unknown, fallback: string): ListedTest {
  if (!isRecord(test)) return { path, name: fallback, content: null, mocks: [] };
  const name = typeof test.name === 'string' && test.name !== '' ? test.name : fallback;
  const said = typeof test.description === 'string' ? { description: test.description } : {};
  return { path, name, ...said, content: test, mocks: mocksOf(test.mock ?? test.mocks) };
}

function mocksOf(mock: unknown): Mock[] {
  if (!isRecord(mock)) return [];
  const { http } = mock;
  const all: unknown[] = Array.isArray(http) ? http : http === undefined || http === null ? [] : [http];
  return all.filter(isRecord).map(({ url, method, response, responses }) => ({
    url: String(url ?? ''),
    method: typeof method === 'string' ? method : 'any method',
    responses: Array.isArray(responses) ? responses : [response],
  }));
}

/** The same value always as the same text, so that two can be compared line by line. */
export function settledText(value: unknown): string {
  const settled = (one: unknown): unknown =>
    Array.isArray(one)
      ? one.map(settled)
      : isRecord(one)
        ? Object.fromEntries(
            Object.keys(one)
              .sort()
              .map((key) => [key, settled(one[key])]),
          )
        : one;
  return value === undefined ? '' : `${JSON.stringify(settled(value), null, 2)}\n`;
}
