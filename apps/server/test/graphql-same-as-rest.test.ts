import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let id: string;
beforeAll(async () => {
  server = await served();
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  for (const [i, letter] of letters.entries()) {
    const made = await server.api('POST', '/tasks', {
      name: `${letter}-task`,
      description: i % 2 ? 'odd' : 'even',
      sourceCode: 'export default async () => 1',
      inputSchema: true,
      outputSchema: true,
      metadata: { tags: [i % 3 ? 'often' : 'seldom'] },
    });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    id = made.body.id;
    if (i % 5 === 0) await server.api('POST', `/tasks/${id}/disable`);
  }
});
afterAll(() => server.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
const ask = async (query: string, variables: object = {}): Promise<any> =>
  (await server.call('POST', '/graphql', { query, variables })).body;

interface Wish {
  readonly filters?: readonly { field: string; op?: string; value: unknown }[];
  readonly sort?: readonly { field: string; order?: string }[];
  readonly q?: string;
  readonly page?: number;
  readonly limit?: number;
}
/** The same wish in the notation of REST. */
function restQuery({ filters = [], sort = [], q, page, limit }: Wish): string {
  const query = new URLSearchParams();
  for (const { field, op, value } of filters)
    for (const one of [value].flat()) query.append(op && op !== 'eq' ? `${field}_${op}` : field, String(one));
  if (sort.length > 0)
    query.set('sort', sort.map(({ field, order }) => `${order === 'desc' ? '-' : ''}${field}`).join(','));
  for (const [name, value] of Object.entries({ q, page, limit }))
    if (value !== undefined) query.set(name, String(value));
  return query.toString();
}
/** The same wish as variables of GraphQL. */
const variablesOf = ({ filters, sort, q, page, limit }: Wish) => ({
  ...(filters
    ? { filters: filters.map(({ op, ...rest }) => ({ ...rest, ...(op ? { op: op.toUpperCase() } : {}) })) }
    : {}),
  ...(sort
    ? { sort: sort.map(({ order, ...rest }) => ({ ...rest, ...(order ? { order: order.toUpperCase() } : {}) })) }
    : {}),
  ...(q === undefined ? {} : { q }),
  pagination: { ...(page === undefined ? {} : { page }), ...(limit === undefined ? {} : { limit }) },
});
const listed = (wish: Wish) =>
  ask(
    `query($filters: [FilterInput!], $sort: [SortInput!], $q: String, $pagination: PaginationInput) {
      tasksPage(filters: $filters, sort: $sort, q: $q, pagination: $pagination) {
        items { id name } meta { page limit total totalPages hasNext hasPrevious nextCursor }
      }
      tasks(filters: $filters, sort: $sort, q: $q, pagination: $pagination) { id name }
    }`,
    variablesOf(wish),
  );

describe('the same list over GraphQL and REST', () => {
  const wishes: readonly Wish[] = [
    {},
    { limit: 5 },
    { page: 3, limit: 5 },
    { sort: [{ field: 'name', order: 'desc' }], limit: 7 },
    { sort: [{ field: 'syncStatus' }, { field: 'name', order: 'desc' }] },
    { filters: [{ field: 'name', op: 'like', value: 'TASK' }], limit: 3 },
    {
      filters: [
        { field: 'name', op: 'gte', value: 'm' },
        { field: 'name', op: 'lt', value: 't' },
      ],
    },
    { filters: [{ field: 'name', value: ['a-task', 'z-task', 'nobody'] }] },
    { filters: [{ field: 'name', op: 'ne', value: 'a-task' }], limit: 2 },
    { filters: [{ field: 'enabled', value: false }] },
    { filters: [{ field: 'tag', value: 'seldom' }], sort: [{ field: 'name', order: 'desc' }] },
    { filters: [{ field: 'revision', op: 'gt', value: 1 }] },
    { q: 'odd', limit: 4 },
    { filters: [{ field: 'description', value: 'even' }], q: 'a-', page: 1, limit: 1000 },
  ];
  it.each(wishes.map((wish) => [JSON.stringify(wish), wish] as const))('%s has the same rows', async (_, wish) => {
    const rest = await server.api('GET', `/tasks?${restQuery(wish)}`);
    expect(rest.status).toBe(200);
    const { data, errors } = await listed(wish);
    expect(errors).toBeUndefined();
    const rows = rest.body.items.map(({ id, name }: { id: string; name: string }) => ({ id, name }));
    expect(data.tasksPage).toEqual({ items: rows, meta: rest.body.meta });
    expect(data.tasks).toEqual(rows);
  });

  it('goes on with the same cursor', async () => {
    const first = (await listed({ limit: 10 })).data.tasksPage;
    const rest = await server.api('GET', `/tasks?limit=10&cursor=${encodeURIComponent(first.meta.nextCursor)}`);
    const next = await ask('query($cursor: String) { tasks(pagination: {limit: 10, cursor: $cursor}) { name } }', {
      cursor: first.meta.nextCursor,
    });
    expect(next.data.tasks).toEqual(rest.body.items.map(({ name }: { name: string }) => ({ name })));
  });
});

describe('the same mistake over GraphQL and REST', () => {
  const nobody = '01a1fde6-5bbc-79bd-9069-a8ceb810eb8c';
  const mistakes: readonly [method: string, path: () => string, body: unknown, query: () => string][] = [
    ['GET', () => '/tasks/nope', undefined, () => '{ task(id: "nope") { id } }'],
    ['GET', () => `/repositories/${nobody}`, undefined, () => `{ repository(id: "${nobody}") { id } }`],
    ['GET', () => '/repositories/nope', undefined, () => '{ repository(id: "nope") { id } }'],
    ['GET', () => '/tasks?sort=nothing', undefined, () => '{ tasks(sort: [{field: "nothing"}]) { id } }'],
    ['GET', () => '/tasks?limit=0', undefined, () => '{ tasks(pagination: {limit: 0}) { id } }'],
    ['GET', () => '/tasks?limit=1001', undefined, () => '{ tasksPage(pagination: {limit: 1001}) { items { id } } }'],
    [
      'GET',
      () => '/tasks?syncStatus=lost',
      undefined,
      () => '{ tasks(filters: [{field: "syncStatus", value: "lost"}]) { id } }',
    ],
    ['POST', () => '/tasks', {}, () => 'mutation { createTask { id } }'],
    ['POST', () => '/tasks', { name: '' }, () => 'mutation { createTask(input: {name: ""}) { id } }'],
    [
      'POST',
      () => '/tasks',
      { name: 'a-task', sourceCode: 'x' },
      () => 'mutation { createTask(name: "a-task", sourceCode: "x") { id } }',
    ],
    [
      'PATCH',
      () => `/tasks/${id}`,
      { expectedRevision: 99 },
      () => `mutation { updateTask(id: "${id}", expectedRevision: 99) { id } }`,
    ],
    [
      'POST',
      () => `/tasks/${id}/rollback`,
      { revision: 99 },
      () => `mutation { rollbackTask(id: "${id}", revision: 99) { id } }`,
    ],
    ['POST', () => '/jobs', { taskId: 'nope' }, () => 'mutation { createJob(taskId: "nope") { id } }'],
    ['POST', () => '/jobs', { taskId: null }, () => 'mutation { createJob(taskId: null) { id } }'],
    [
      'POST',
      () => '/schedules',
      { taskId: 'x', cron: 'x x x x x' },
      () => 'mutation { createSchedule(taskId: "x", cron: "x x x x x") { id } }',
    ],
    ['DELETE', () => `/repositories/${nobody}`, undefined, () => `mutation { deleteRepository(id: "${nobody}") }`],
  ];
  it.each(mistakes)('%s %s', async (method, path, body, query) => {
    const rest = await server.api(method, path(), body);
    const { code, message, details } = rest.body;
    const { errors } = await ask(query());
    expect(code).toBeDefined();
    expect(errors).toHaveLength(1);
    const [{ message: said, extensions }] = errors;
    expect({ code: extensions.code, message: said, details: extensions.details }).toEqual({ code, message, details });
  });
});
