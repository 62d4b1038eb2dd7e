import { fullRights } from '@ratchet/contract/access';
import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { operation } from '@ratchet/contract/operation';
import { type ListFields, type ListRequest, listInput, pageOf } from '@ratchet/contract/paging';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createApp } from '../src/rest/create-app.ts';
import { registerRest } from '../src/rest/register-rest.ts';
import { requireSameOrigin } from '../src/rest/same-origin.ts';

const Thing = z.object({ id: z.string(), name: z.string(), revision: z.int() }).meta({ id: 'Thing' });
const fields: ListFields = {
  filters: { id: 'string', name: 'string', size: 'number', ready: 'boolean', kind: ['a', 'b'], at: 'datetime' },
  sorts: ['name', 'size'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};
const common = { errors: [], graphql: 'x', mcp: 'x', description: 'A thing' } as const;
const things = [
  operation({
    ...common,
    name: 'things.list',
    effect: 'read',
    permission: 'read',
    input: listInput(fields),
    output: pageOf(Thing, 'ThingPage'),
    rest: ['GET', '/things'],
    list: fields,
  }),
  operation({
    ...common,
    name: 'things.create',
    effect: 'write',
    permission: 'create',
    input: z.object({ name: z.string(), size: z.number().optional() }),
    output: Thing,
    rest: ['POST', '/things'],
    creates: true,
  }),
  operation({
    ...common,
    name: 'things.get',
    effect: 'read',
    permission: 'read',
    input: z.object({ id: z.string(), deep: z.boolean().default(false), n: z.int().optional() }),
    output: Thing,
    rest: ['GET', '/things/{id}'],
  }),
  operation({
    ...common,
    name: 'things.update',
    effect: 'write',
    permission: 'edit',
    input: z.object({ id: z.string(), name: z.string(), expectedRevision: z.int().optional() }),
    output: Thing,
    rest: ['PUT', '/things/{id}'],
    precondition: true,
  }),
  operation({
    ...common,
    name: 'things.delete',
    effect: 'destructive',
    permission: 'delete',
    input: z.object({ id: z.string() }),
    output: z.void(),
    rest: ['DELETE', '/things/{id}'],
  }),
  operation({
    ...common,
    name: 'things.putFile',
    effect: 'write',
    permission: 'edit',
    input: z.object({
      id: z.string(),
      path: z.string(),
      content: z.string(),
      encoding: z.enum(['utf8', 'base64']).default('utf8'),
    }),
    output: z.object({ got: z.string() }),
    rest: ['PUT', '/things/{id}/files/{path+}'],
    rawBody: 'content',
  }),
  operation({
    ...common,
    name: 'things.watch',
    effect: 'read',
    permission: 'read',
    input: z.object({ id: z.string(), lastEventId: z.int().default(0) }),
    output: z.object({ sequence: z.int(), type: z.string() }),
    rest: ['GET', '/things/{id}/events'],
    stream: true,
  }),
  operation({
    ...common,
    name: 'things.slow',
    effect: 'write',
    permission: 'edit',
    input: z.object({ id: z.string() }),
    output: z.object({ done: z.int() }),
    rest: ['POST', '/things/{id}/slow'],
    reportsProgress: true,
  }),
];

let app: FastifyInstance;
let address: string;
let calls: { name: string; input: Record<string, unknown>; caller: Caller }[];
let answer: (name: string, input: Record<string, unknown>, caller: Caller) => unknown;
let watched: { ended: boolean };

const dispatcher: Dispatcher = {
  async call({ name, input: schema }, input, caller) {
    calls.push({ name, input: input as Record<string, unknown>, caller });
    const read = schema.safeParse(input ?? {});
    if (!read.success)
      throw new RatchetError(
        'VALIDATION_FAILED',
        'It does not fit.',
        read.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message })),
      );
    return answer(name, read.data as Record<string, unknown>, caller);
  },
  async *stream(_operation, input) {
    watched = { ended: false };
    try {
      for (let sequence = Number((input as { lastEventId?: number }).lastEventId ?? 0) + 1; ; sequence++) {
        yield { sequence, type: 'tick' };
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      watched.ended = true;
    }
  },
};

beforeAll(async () => {
  app = createApp({ log: () => {}, bodyLimit: 10_000 });
  requireSameOrigin(app);
  registerRest(app, {
    operations: things,
    dispatcher,
    prefix: '/api',
    callerOf: (request) => ({
      actor: { kind: 'anonymous', id: 'a', name: 'a' },
      rights: fullRights,
      surface: 'rest',
      requestId: request.id,
    }),
  });
  address = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => app.close());
beforeEach(() => {
  calls = [];
  answer = () => ({ id: 'x', name: 'X', revision: 3 });
});

const send = async (method: string, path: string, body?: string | Uint8Array, headers: Record<string, string> = {}) => {
  const response = await fetch(`${address}/api${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: body as string }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
  const json: any = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body: json };
};
const page =
  (items: unknown[], total: number) =>
  (_: string, { page = 1, limit = 25 }: Partial<ListRequest>) => ({
    items: items.slice((page - 1) * limit, page * limit),
    meta: {
      page,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      hasNext: page * limit < total,
      hasPrevious: page > 1,
      nextCursor: null,
    },
  });

describe('what a request says', () => {
  it.each<[string, Record<string, unknown>]>([
    ['/things/a%2Fb?deep=true&n=4', { id: 'a/b', deep: true, n: 4 }],
    ['/things/%E2%82%AC', { id: '€' }],
    ['/things/x?deep=false', { id: 'x', deep: false }],
  ])('GET %s', async (path, input) => {
    expect((await send('GET', path)).status).toBe(200);
    expect(calls[0]?.input).toEqual(input);
  });
  it('of a body, and of raw bytes', async () => {
    await send('POST', '/things', '{"name":"ü","size":1.5}');
    expect(calls[0]?.input).toEqual({ name: 'ü', size: 1.5 });
    answer = (_, { content, encoding }) => ({ got: `${encoding} ${content}` });
    const raw = await send('PUT', '/things/x/files/a/b%20c.bin', new Uint8Array([0, 255]), {
      'content-type': 'application/octet-stream',
    });
    expect(raw.body.got).toBe(`base64 ${Buffer.from([0, 255]).toString('base64')}`);
    expect(calls[1]?.input.path).toBe('a/b c.bin');
    await send('PUT', '/things/x/files/a', '{"content":"text"}');
    expect(calls[2]?.input).toMatchObject({ content: 'text' });
  });
});

describe('lists', () => {
  it.each<[string, Partial<ListRequest>]>([
    ['?page=2&limit=10&q=two words', { page: 2, limit: 10, q: 'two words' }],
    [
      '?sort=-size,name',
      {
        sort: [
          { field: 'size', order: 'desc' },
          { field: 'name', order: 'asc' },
        ],
      },
    ],
    [
      '?name=x&size_gte=3&size_lt=9',
      {
        filters: [
          { field: 'name', op: 'eq', value: 'x' },
          { field: 'size', op: 'gte', value: 3 },
          { field: 'size', op: 'lt', value: 9 },
        ],
      },
    ],
    [
      '?name_like=x&ready=true&kind_ne=a',
      {
        filters: [
          { field: 'name', op: 'like', value: 'x' },
          { field: 'ready', op: 'eq', value: true },
          { field: 'kind', op: 'ne', value: 'a' },
        ],
      },
    ],
    ['?kind=a&kind=b', { filters: [{ field: 'kind', op: 'eq', value: ['a', 'b'] }] }],
  ])('%s', async (query, request) => {
    answer = page([], 0);
    const { status, body } = await send('GET', `/things${query}`);
    expect([status, body.code]).toEqual([200, undefined]);
    expect(calls[0]?.input).toMatchObject(request);
  });
  it.each([
    ['?colour=red'],
    ['?sort=colour'],
    ['?limit=0'],
    ['?limit=1001'],
    ['?page=x'],
    ['?size=big'],
    ['?ready=perhaps'],
    ['?kind=c'],
    ['?at=yesterday'],
    ['?name_near=x'],
  ])('%s is refused, and says why', async (query) => {
    answer = page([], 0);
    const { status, body } = await send('GET', `/things${query}`);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details.length).toBeGreaterThan(0);
  });
  it.each([
    ['?_start=0&_end=3', [0, 1, 2]],
    ['?_start=7&_end=12', [7, 8, 9, 10, 11]],
    ['?_start=48&_end=60', [48, 49]],
    ['?_start=60&_end=70', []],
  ])('%s answers just these, and the count of all', async (query, expected) => {
    answer = page(
      Array.from({ length: 50 }, (_, i) => i),
      50,
    );
    const { status, body, headers } = await send('GET', `/things${query}&_sort=name&_order=desc`);
    expect([status, body, headers.get('x-total-count')]).toEqual([200, expected, '50']);
    expect(headers.get('access-control-expose-headers')).toContain('X-Total-Count');
    expect(calls[0]?.input.sort).toEqual([{ field: 'name', order: 'desc' }]);
  });
  it('by id answer a bare array', async () => {
    answer = page([{ id: 'a' }], 1);
    expect((await send('GET', '/things?id=a&id=b')).body).toEqual([{ id: 'a' }]);
    expect(calls[0]?.input.filters).toEqual([{ field: 'id', op: 'eq', value: ['a', 'b'] }]);
  });
});

describe('what an answer says', () => {
  it('201 with a place, 204, and the revision as a tag', async () => {
    const made = await send('POST', '/things', '{"name":"n"}');
    expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([
      201,
      '/api/things/x',
      '"3"',
    ]);
    expect((await send('GET', '/things/x', undefined, { 'if-none-match': '"3"' })).status).toBe(304);
    answer = () => undefined;
    const gone = await send('DELETE', '/things/x');
    expect([gone.status, gone.body]).toEqual([204, '']);
  });
  it.each([
    ['"3"', 3],
    ['W/"4"', undefined],
    ['*', undefined],
  ])('If-Match: %s', async (tag, expected) => {
    const { status } = await send('PUT', '/things/x', '{"name":"n"}', { 'if-match': tag });
    expect(calls[0]?.input.expectedRevision ?? undefined).toBe(status === 200 ? expected : undefined);
  });
  it('errors have code, message, details and request id, and nothing from inside', async () => {
    answer = () => {
      throw new RatchetError('REVISION_MISMATCH', 'It moved on.', { currentRevision: 4 });
    };
    const known = await send('GET', '/things/x', undefined, { 'x-request-id': 'mine-1' });
    expect([known.status, known.body]).toEqual([
      412,
      { code: 'REVISION_MISMATCH', message: 'It moved on.', details: { currentRevision: 4 }, requestId: 'mine-1' },
    ]);
    answer = () => {
      throw new Error('select * from secrets where /etc/passwd');
    };
    const inside = await send('GET', '/things/x', undefined, { 'x-request-id': 'bad id!' });
    expect([inside.status, inside.body.code, inside.body.details]).toEqual([500, 'INTERNAL', null]);
    expect(JSON.stringify(inside.body)).not.toMatch(/select|passwd/);
    expect(inside.headers.get('x-request-id')).toBe(inside.body.requestId);
    expect(inside.body.requestId).not.toBe('bad id!');
  });
});

describe('bad requests', () => {
  it.each<[string, string, string, string | undefined, Record<string, string>, number, string]>([
    ['no such place', 'GET', '/nothing', undefined, {}, 404, 'NOT_FOUND'],
    ['another method', 'PATCH', '/things/x', '{}', {}, 405, 'METHOD_NOT_ALLOWED'],
    ['no JSON', 'POST', '/things', '{"name":', {}, 400, 'VALIDATION_FAILED'],
    ['an empty body', 'POST', '/things', '', {}, 400, 'VALIDATION_FAILED'],
    ['a body that is a list', 'POST', '/things', '[1]', {}, 400, 'VALIDATION_FAILED'],
    ['another type', 'POST', '/things', '<a/>', { 'content-type': 'application/xml' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['too large', 'POST', '/things', JSON.stringify({ name: 'x'.repeat(20_000) }), {}, 413, 'PAYLOAD_TOO_LARGE'],
    [
      'nested without end',
      'POST',
      '/things',
      `{"name":${'['.repeat(4000)}${']'.repeat(4000)}}`,
      {},
      400,
      'VALIDATION_FAILED',
    ],
    ['half a character in the path', 'GET', '/things/%E0%A4%A', undefined, {}, 400, 'VALIDATION_FAILED'],
    [
      'another server’s page',
      'GET',
      '/things/x',
      undefined,
      { origin: 'https://evil.example' },
      403,
      'PERMISSION_DENIED',
    ],
  ])('%s', async (_, method, path, body, headers, status, code) => {
    const answered = await send(method, path, body, headers);
    expect([answered.status, answered.body.code]).toEqual([status, code]);
    expect(answered.body).toMatchObject({ message: expect.any(String), requestId: expect.any(String) });
    expect(answered.body.message).not.toMatch(/call stack/);
    if (status === 405) expect(answered.headers.get('allow')).toContain('PUT');
  });
});

describe('streams', () => {
  it('go on after an event, and end at their source when the client goes away', async () => {
    const gone = new AbortController();
    const response = await fetch(`${address}/api/things/x/events`, {
      headers: { 'last-event-id': '41' },
      signal: gone.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe('id: 42\nevent: tick\ndata: {"sequence":42,"type":"tick"}\n\n');
    gone.abort();
    await reader.read().catch(() => {});
    await expect.poll(() => watched.ended).toBe(true);
  });
  it('of a long operation tell how far it is, then its answer', async () => {
    answer = async (_, __, { progress }) => {
      for (let done = 0; done <= 3; done++) {
        progress?.({ stage: 'Working', done, total: 3 });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return { done: 3 };
    };
    const { body } = await send('POST', '/things/x/slow', '{}', { accept: 'text/event-stream' });
    const events =
      String(body)
        .match(/^data: .*$/gm)
        ?.map((line) => JSON.parse(line.slice(6))) ?? [];
    expect(events[0]).toMatchObject({ type: 'progress', stage: 'Working', total: 3 });
    expect(events.at(-1)).toEqual({ type: 'result', status: 200, output: { done: 3 } });
    answer = () => {
      throw new RatchetError('NOT_FOUND', 'Gone.');
    };
    expect((await send('POST', '/things/x/slow', '{}', { accept: 'text/event-stream' })).status).toBe(404);
  });
});
