import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import type { ListFields } from '@ratchet/contract/paging';
import type { CrudFilters } from '@refinedev/core';
import dataProvider from '@refinedev/simple-rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

type Given = Record<string, unknown>;
/** Resources that can be made, with what Refine would send for each verb. */
interface Made {
  readonly create: (context: { taskId: string; folder: string }) => Given;
  readonly update?: Given;
}
const sourceCode = 'export default async (input) => input;';
const made: Readonly<Record<string, Made>> = {
  tasks: { create: () => ({ name: 'of refine', sourceCode }), update: { description: 'by refine' } },
  repositories: {
    create: ({ folder }) => ({ name: 'of refine', repositoryType: 'filesystem', uri: folder }),
    update: { priority: 3 },
  },
  executions: { create: ({ taskId }) => ({ taskId, wait: true }) },
  jobs: {
    create: ({ taskId }) => ({ taskId, scheduledFor: '2099-01-01T00:00:00Z' }),
    update: { priority: 'high' },
  },
  schedules: {
    create: ({ taskId }) => ({ taskId, cron: '0 2 * * *', name: 'of refine' }),
    update: { cron: '0 3 * * *' },
  },
  'output-destinations': {
    create: ({ folder }) => ({ name: 'of refine', type: 'filesystem', config: { root: folder, path: 'x.json' } }),
    update: { maxAttempts: 7 },
  },
  credentials: { create: () => ({ name: 'of refine', type: 'token', token: 'secret' }) },
  secrets: { create: () => ({ name: 'OF_REFINE', value: 'secret' }), update: { description: 'by refine' } },
  results: { create: () => ({ name: 'of refine', content: { a: 1 } }) },
  alerts: {
    create: () => ({ name: 'of refine', metric: 'open_conflicts', threshold: 1 }),
    update: { threshold: 2 },
  },
  users: { create: () => ({ username: 'of-refine', password: 'a long password' }), update: { name: 'by refine' } },
  batches: { create: ({ taskId }) => ({ requests: [{ taskId }], wait: true }) },
};

const resourceOf = ({ rest }: Operation) => rest[1].slice(1);
const lists = operations.filter((operation) => operation.list && !operation.rest[1].includes('{'));
const has = (method: string, resource: string) =>
  operations.some(({ rest, restAliases = [] }) =>
    [rest, ...restAliases].some(([verb, path]) => verb === method && path === `/${resource}/{id}`),
  );

/** A time or a number has no parts, and of tags one asks which there are. */
const takes = (field: string, type: ListFields['filters'][string], operator: string): boolean =>
  operator === 'contains' ? type !== 'datetime' && type !== 'number' : field !== 'tag' || !/te$/.test(operator);

let server: Served;
let provider: ReturnType<typeof dataProvider>;
let context: { taskId: string; folder: string };
let calls = 0;
beforeAll(async () => {
  server = await served({ FILE_WATCHER_ENABLED: 'false' });
  const wrapped = dataProvider(`${server.address}/api/v1`);
  provider = new Proxy(wrapped, {
    get(target, name) {
      calls++;
      return Reflect.get(target, name);
    },
  });
  const folder = join(server.folder, 'refine');
  mkdirSync(folder);
  const { data } = await provider.create({ resource: 'tasks', variables: { name: 'runs', sourceCode } });
  context = { taskId: String(data.id), folder };
});
afterAll(async () => {
  await server.close();
});

const sampleOf = (type: ListFields['filters'][string]): unknown => {
  if (typeof type !== 'string') return type[0];
  return { string: 'e', number: 1, boolean: true, datetime: '2020-01-01T00:00:00Z', id: crypto.randomUUID() }[type];
};

describe.each(Object.keys(made))('%s', (resource) => {
  it('are made, found, changed and deleted', async () => {
    const { create, update } = made[resource] as Made;
    const { data } = await provider.create({ resource, variables: create(context) });
    const id = String(data.id);
    expect((await provider.getOne({ resource, id })).data.id).toBe(id);
    expect((await provider.getMany({ resource, ids: [id] })).data.map((one) => one.id)).toEqual([id]);
    const page = await provider.getList({
      resource,
      pagination: { currentPage: 1, pageSize: 5 },
      sorters: [{ field: 'id', order: 'desc' }],
      filters: [{ field: 'id', operator: 'eq', value: id }],
    });
    expect([page.data.map((one) => one.id), page.total]).toEqual([[id], 1]);
    if (update) {
      const changed = await provider.update({ resource, id, variables: update });
      expect(changed.data).toMatchObject(update);
      expect((await provider.getOne({ resource, id })).data).toMatchObject(update);
    }
    expect(update !== undefined).toBe(resource === 'executions' ? false : has('PATCH', resource));
    if (!has('DELETE', resource)) return;
    await provider.deleteOne({ resource, id });
    await expect(provider.getOne({ resource, id })).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe.each(lists.map((operation) => [resourceOf(operation), operation.list as ListFields] as const))(
  'the list of %s',
  (resource, fields) => {
    it('takes every sorter both ways, and two at once', async () => {
      for (const field of fields.sorts)
        for (const order of ['asc', 'desc'] as const) {
          const { data } = await provider.getList({ resource, sorters: [{ field, order }] });
          expect(Array.isArray(data)).toBe(true);
        }
      const [first = 'id', second = 'id'] = fields.sorts;
      await provider.getList({
        resource,
        sorters: [
          { field: first, order: 'asc' },
          { field: second, order: 'desc' },
        ],
      });
    });
    it('takes every filter with every operator, and answers what the list in full answers', async () => {
      for (const [field, type] of Object.entries(fields.filters)) {
        const operators = type === 'boolean' || type === 'id' ? ['eq', 'ne'] : ['eq', 'ne', 'gte', 'lte', 'contains'];
        for (const operator of operators.filter((op) => takes(field, type, op))) {
          const value = operator === 'contains' ? 'e' : sampleOf(type);
          const filters = [{ field, operator, value }] as CrudFilters;
          const page = await provider.getList({ resource, filters, pagination: { currentPage: 1, pageSize: 1000 } });
          const suffix = { eq: '', ne: '_ne', gte: '_gte', lte: '_lte', contains: '_like' }[operator];
          // By `id` alone a list is bare; as one of several it is a filter like any other.
          const name = suffix === '' ? `${field}[]` : `${field}${suffix}`;
          const whole = await server.api('GET', `/${resource}?${name}=${encodeURIComponent(String(value))}&limit=1000`);
          expect([whole.status, page.data]).toEqual([200, whole.body.items]);
        }
      }
    });
    it('counts over all pages, searches, and takes several values', async () => {
      const all = await provider.getList({ resource, pagination: { currentPage: 1, pageSize: 1000 } });
      const second = await provider.getList({ resource, pagination: { currentPage: 2, pageSize: 1 } });
      expect(second.data).toEqual(all.data.slice(1, 2));
      if (all.total > 0) expect(second.total || second.data.length).toBe(all.total);
      const [field, type] = Object.entries(fields.filters).find(([, kind]) => typeof kind !== 'string') ?? [];
      if (field && type)
        await provider.getList({ resource, filters: [{ field, operator: 'in', value: [...type] }] as CrudFilters });
      await provider.getList({ resource, filters: [{ field: 'q', operator: 'eq', value: 'refine' }] });
      await expect(
        provider.getList({ resource, filters: [{ field: 'no_such', operator: 'eq', value: 1 }] }),
      ).rejects.toMatchObject({ statusCode: 400 });
    });
  },
);

it('custom calls are made with every method', async () => {
  const at = (path: string) => `${provider.getApiUrl()}${path}`;
  const stats = await provider.custom({ url: at('/tasks/stats'), method: 'get' });
  expect(stats.data).toMatchObject({ total: expect.any(Number) });
  await provider.custom({
    url: at('/tasks'),
    method: 'get',
    sorters: [{ field: 'name', order: 'desc' }],
    filters: [{ field: 'name', operator: 'contains', value: 'run' }],
    query: { limit: 3 },
  });
  const { taskId } = context;
  await provider.custom({ url: at(`/tasks/${taskId}/disable`), method: 'post', payload: {} });
  await provider.custom({ url: at(`/tasks/${taskId}`), method: 'patch', payload: { label: 'x' } });
  await provider.custom({ url: at(`/tasks/${taskId}/files/a.txt`), method: 'put', payload: { content: 'a' } });
  await provider.custom({ url: at(`/tasks/${taskId}/files/a.txt`), method: 'delete', payload: {} });
  expect(calls).toBeGreaterThan(500);
});
