import { fullRights } from '@ratchet/contract/access';
import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { operations } from '@ratchet/contract/operations/table';
import type { FilterClause } from '@ratchet/contract/paging';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Ask } from '../src/graphql/ask.ts';
import { buildGraphQLSchema } from '../src/graphql/build-schema.ts';
import { makeYoga } from '../src/graphql/create-yoga.ts';
import { follow } from '../src/graphql/follow.ts';
import { places } from '../src/graphql/places.ts';

const schema = buildGraphQLSchema(operations);
const caller: Caller = {
  actor: { kind: 'user', id: 'u', name: 'u' },
  rights: fullRights,
  surface: 'graphql',
  requestId: 'r',
};

interface Row {
  readonly id: string;
  readonly [member: string]: unknown;
}
/** What the dispatcher holds: rows by operation, filtered and cut as every list is. */
let rows: Record<string, readonly Row[]>;
let calls: string[];
/** Rows that this caller may not see. */
let hidden: ReadonlySet<string>;

const dispatcher: Dispatcher = {
  async call({ name }, input) {
    calls.push(name);
    const { filters = [], limit = 25, id } = input as { filters?: FilterClause[]; limit?: number; id?: string };
    const those = (rows[name] ?? []).filter((row) => !hidden.has(row.id));
    if (name.endsWith('.get')) {
      const found = those.find((row) => row.id === id);
      if (!found) throw new RatchetError('NOT_FOUND', `There is no ${id}.`);
      return found;
    }
    const kept = those.filter((row) =>
      filters.every(({ field, value }) => [value].flat().includes(row[field] as never)),
    );
    return { items: kept.slice(0, limit), meta: { total: kept.length } };
  },
  async *stream() {
    yield* [];
  },
};
const ask = (): Ask => ({
  dispatcher,
  caller,
  recheck: async () => undefined,
  takePlace: () => () => undefined,
  loaders: new Map(),
});
const yoga = makeYoga({
  schema,
  dispatcher,
  introspection: true,
  maxBatch: 10,
  maxDepth: 12,
  maxComplexity: 5000,
  maxAliases: 30,
  path: '/graphql',
  log: () => undefined,
});
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
async function run(query: string): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await yoga.fetch(
    'http://localhost/graphql',
    { method: 'POST', headers, body: JSON.stringify({ query }) },
    { asker: { caller, recheck: async () => undefined, takePlace: () => () => undefined } },
  );
  return response.json();
}

const count = (name: string) => calls.filter((call) => call === name).length;
beforeEach(() => {
  calls = [];
  hidden = new Set();
  rows = {
    'tasks.list': Array.from({ length: 100 }, (_, i) => ({
      id: `t${i}`,
      name: `task ${i}`,
      repositoryInfo: i % 10 === 9 ? null : { repositoryId: `r${i % 3}` },
    })),
    'repositories.list': [0, 1, 2].map((i) => ({ id: `r${i}`, name: `repository ${i}` })),
    // Newest first over all tasks: t0 has 60, the others have 2 each.
    'executions.list': [
      ...Array.from({ length: 60 }, (_, i) => ({ id: `e0-${i}`, taskId: 't0' })),
      ...Array.from({ length: 99 }, (_, i) =>
        [1, 2].map((n) => ({ id: `e${i + 1}-${n}`, taskId: `t${i + 1}` })),
      ).flat(),
    ],
  };
});

describe('relations', () => {
  it('to one: a hundred tasks with their repository make one call for it', async () => {
    const { data, errors } = await run('{ tasks(pagination: {limit: 100}) { name repository { name } } }');
    expect(errors).toBeUndefined();
    expect(calls).toEqual(['tasks.list', 'repositories.list']);
    const tasks = data.tasks as { name: string; repository: { name: string } | null }[];
    expect(tasks).toHaveLength(100);
    expect(tasks[4]).toEqual({ name: 'task 4', repository: { name: 'repository 1' } });
    expect(tasks[9]?.repository).toBeNull();
  });

  it('to one: what the caller may not see is null, not an error', async () => {
    hidden = new Set(['r1']);
    const { data, errors } = await run('{ tasks { repository { name } } }');
    expect(errors).toBeUndefined();
    expect(data.tasks[1]).toEqual({ repository: null });
  });

  it('to many: one call where all fit into a page, in order, as many as were asked for', async () => {
    rows['executions.list'] = rows['executions.list']?.slice(60) ?? [];
    const { data } = await run('{ tasks(pagination: {limit: 100}) { id executions(limit: 5) { id } } }');
    expect(count('executions.list')).toBe(1);
    expect(data.tasks[7]).toEqual({ id: 't7', executions: [{ id: 'e7-1' }, { id: 'e7-2' }] });
  });

  it('to many: those that one page did not answer are asked for again, and no other', async () => {
    const { data, errors } = await run('{ tasks(pagination: {limit: 10}) { id executions(limit: 3) { id } } }');
    expect(errors).toBeUndefined();
    // The page of 30 is full of t0's: the nine others are asked for one by one.
    expect(count('executions.list')).toBe(1 + 9);
    const tasks = data.tasks as { executions: { id: string }[] }[];
    expect(tasks[0]?.executions.map(({ id }) => id)).toEqual(['e0-0', 'e0-1', 'e0-2']);
    expect(tasks[9]?.executions.map(({ id }) => id)).toEqual(['e9-1', 'e9-2']);
  });

  it('judge their limit as every list does', async () => {
    const { errors } = await run('{ tasks(pagination: {limit: 1}) { executions(limit: 0) { id } } }');
    expect(errors?.[0]?.message).toMatch(/^limit: /);
  });

  it('load what a list leaves out once for each, only when it is asked for', async () => {
    rows['tasks.get'] = (rows['tasks.list'] ?? []).map((row) => ({
      ...row,
      sourceCode: `code of ${row.name}`,
      files: [],
    }));
    const { data, errors } = await run('{ tasks(pagination: {limit: 4}) { name sourceCode files { path } } }');
    expect(errors).toBeUndefined();
    expect(calls).toEqual(['tasks.list', ...Array(4).fill('tasks.get')]);
    expect(data.tasks[3]).toEqual({ name: 'task 3', sourceCode: 'code of task 3', files: [] });
  });
});

describe('a followed stream', () => {
  const operation = operations.find(({ stream }) => stream) as (typeof operations)[number];
  /** A source that yields what it is given, and is silent else. */
  const silent = () => {
    const heard: AbortSignal[] = [];
    const stream: Dispatcher['stream'] = async function* (_, __, { signal }) {
      heard.push(signal as AbortSignal);
      yield 1;
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    };
    return { heard, stream };
  };
  const asking = (stream: Dispatcher['stream'], more: Partial<Ask> = {}): Ask => ({
    ...ask(),
    dispatcher: { ...dispatcher, stream },
    ...more,
  });

  it('ends at once when it is returned from, though its source is silent, and gives its place back', async () => {
    const held = places(1, 'subscriptions');
    const { heard, stream } = silent();
    const asked = asking(stream, { takePlace: () => held.take(caller) });
    const events = follow(asked, operation, {});
    expect(await events.next()).toEqual({ done: false, value: 1 });
    expect(() => held.take(caller)).toThrow(/1 subscriptions open; 1 are allowed/);
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(heard[0]?.aborted).toBe(true);
    expect(() => held.take(caller)).not.toThrow();
  });

  it('ends when the client goes away', async () => {
    const gone = new AbortController();
    const events = follow(asking(silent().stream, { caller: { ...caller, signal: gone.signal } }), operation, {});
    await events.next();
    const waiting = events.next();
    gone.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('fails when the proof of its caller is good no longer', async () => {
    const refused = new RatchetError('UNAUTHENTICATED', 'Sign in again.');
    const events = follow(asking(silent().stream, { recheck: () => Promise.reject(refused) }), operation, {}, 1);
    await events.next();
    await expect(events.next()).rejects.toBe(refused);
    await expect(events.next()).rejects.toBe(refused);
  });

  it('passes on what its source throws, and ends', async () => {
    const stream: Dispatcher['stream'] = async function* () {
      yield 1;
      throw new RatchetError('NOT_FOUND', 'There is none.');
    };
    const events = follow(asking(stream), operation, {});
    await events.next();
    await expect(events.next()).rejects.toThrow('There is none.');
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});
