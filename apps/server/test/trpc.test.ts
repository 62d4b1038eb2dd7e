import type { AppRouter } from '@ratchet/transports/trpc/app-router';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let trpc: ReturnType<typeof client>;
const client = (address: string) =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({ url: `${address}/trpc`, EventSource: FetchEventSource as never }),
        false: httpBatchLink({ url: `${address}/trpc`, maxItems: 20 }),
      }),
    ],
  });

/** What a browser has and Node has not, over fetch: enough of it for a subscription. */
class FetchEventSource extends EventTarget {
  static CONNECTING = 0 as const;
  static OPEN = 1 as const;
  static CLOSED = 2 as const;
  readyState = 0;
  readonly url: string;
  #gone = new AbortController();
  constructor(url: string) {
    super();
    this.url = url;
    void this.#read();
  }
  async #read() {
    try {
      const response = await fetch(this.url, { headers: { accept: 'text/event-stream' }, signal: this.#gone.signal });
      this.readyState = 1;
      this.dispatchEvent(new Event('open'));
      let text = '';
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        text += new TextDecoder().decode(chunk);
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const lines = text.slice(0, end).split('\n');
          text = text.slice(end + 2);
          const of = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
          this.dispatchEvent(
            new MessageEvent(of('event') ?? 'message', { data: of('data') ?? '', lastEventId: of('id') ?? '' }),
          );
        }
      }
    } catch {
      if (this.readyState !== 2) this.dispatchEvent(new Event('error'));
    }
  }
  close() {
    this.readyState = 2;
    this.#gone.abort();
  }
}

beforeAll(async () => {
  server = await served();
  trpc = client(server.address);
});
afterAll(() => server.close());

const sourceCode =
  'export default async (input, context) => { context.log.info("one"); context.log.info("two"); return { n: input.n + 1 }; };';
const failure = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof TRPCClientError)) throw new Error(`It was not refused: ${String(error)}`);
  return error as TRPCClientError<AppRouter>;
};

describe('calls', () => {
  it('make, read, change, run and delete', async () => {
    const task = await trpc.tasks.create.mutate({ name: 'of trpc', sourceCode });
    expect((await trpc.tasks.get.query({ id: task.id })).sourceCode).toBe(sourceCode);
    const changed = await trpc.tasks.update.mutate({
      id: task.id,
      description: 'new',
      expectedRevision: task.revision,
    });
    expect(changed.revision).toBe(task.revision + 1);
    const run = await trpc.tasks.run.mutate({ id: task.id, input: { n: 1 }, wait: true });
    expect([run.status, run.output]).toEqual(['completed', { n: 2 }]);
    expect(await trpc.tasks.delete.mutate({ id: task.id })).toBeUndefined();
    expect((await failure(trpc.tasks.get.query({ id: crypto.randomUUID() }))).data?.ratchet.code).toBe('NOT_FOUND');
  });
  it('of one moment go as one request, and each has its own answer', async () => {
    const [page, stats, missing] = await Promise.allSettled([
      trpc.tasks.list.query({ limit: 1 }),
      trpc.tasks.stats.query(),
      trpc.tasks.get.query({ id: 'none' }),
    ]);
    expect([page.status, stats.status, missing.status]).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });
  it('list with the same filters, sort and pages as REST', async () => {
    for (const name of ['zeta', 'eta', 'theta']) await trpc.tasks.create.mutate({ name, sourceCode });
    const rest = await server.api('GET', '/tasks?name_like=eta&sort=-name&limit=2');
    const page = await trpc.tasks.list.query({
      filters: [{ field: 'name', op: 'like', value: 'eta' }],
      sort: [{ field: 'name', order: 'desc' }],
      limit: 2,
    });
    expect(page).toEqual(rest.body);
    expect(page.meta.total).toBe(3);
  });
});

describe('errors', () => {
  it('have the code, message, details and request id of every surface', async () => {
    const rest = await server.api('PATCH', '/tasks/x', { nmae: 1 });
    const error = await failure(trpc.tasks.update.mutate({ id: 'x', nmae: 1 } as never));
    const { requestId, ...told } = error.data?.ratchet ?? { requestId: '' };
    const { requestId: _, ...same } = rest.body;
    expect(told).toEqual(same);
    expect(requestId).toMatch(/^[\w-]{36}$/);
    expect([error.message, error.data?.httpStatus, error.data?.stack]).toEqual([same.message, 400, undefined]);
  });
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${server.address}/trpc/${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
  };
  const json = { 'content-type': 'application/json' };
  it.each<[string, string, RequestInit, number, string]>([
    ['no such procedure', 'tasks.lsit', {}, 404, 'NOT_FOUND'],
    ['a mutation by GET', 'tasks.create', {}, 405, 'METHOD_NOT_ALLOWED'],
    ['no JSON', 'tasks.create', { method: 'POST', headers: json, body: '{"a"' }, 400, 'VALIDATION_FAILED'],
    ['no JSON in the query', 'tasks.list?input=%7B', {}, 400, 'VALIDATION_FAILED'],
    [
      'another type',
      'tasks.create',
      { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a batch bomb', `${'tasks.stats,'.repeat(500)}tasks.stats?batch=1`, {}, 400, 'VALIDATION_FAILED'],
    ['deep', 'tasks.create', { method: 'POST', headers: json, body: '['.repeat(100_000) }, 400, 'VALIDATION_FAILED'],
    [
      'a prototype',
      'tasks.create',
      { method: 'POST', headers: json, body: '{"__proto__":{"name":"x"}}' },
      400,
      'VALIDATION_FAILED',
    ],
    ['a list', 'tasks.create', { method: 'POST', headers: json, body: '[1]' }, 400, 'VALIDATION_FAILED'],
    [
      'too large',
      'tasks.create',
      { method: 'POST', headers: json, body: `"${'x'.repeat(17_000_000)}"` },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('%s', async (_, path, init, status, code) => {
    const answer = await ask(path, init);
    const told = [answer.body].flat()[0];
    expect([answer.status, told.error?.data?.ratchet?.code ?? told.code]).toEqual([status, code]);
    expect(answer.headers.get('x-request-id')).toBe(told.error?.data?.ratchet?.requestId ?? told.requestId);
    expect(JSON.stringify(told)).not.toMatch(/node_modules|\.ts:/);
  });
});

describe('subscriptions', () => {
  it('tell an execution’s events, and go on after the last one a client had', async () => {
    const task = await trpc.tasks.create.mutate({ name: 'watched', sourceCode });
    const { id } = await trpc.tasks.run.mutate({ id: task.id, input: { n: 1 }, wait: true });
    const watch = (lastEventId?: number) =>
      new Promise<{ id: string | undefined; type: string }[]>((resolve, reject) => {
        const events: { id: string | undefined; type: string }[] = [];
        trpc.executions.events.subscribe(
          { id, ...(lastEventId === undefined ? {} : { lastEventId }) },
          {
            onData: (event) => {
              const { id: at, data } = event as unknown as { id?: string; data?: { type: string } };
              events.push({ id: at, type: data?.type ?? (event as { type: string }).type });
            },
            onComplete: () => resolve(events),
            onError: reject,
          },
        );
      });
    const all = await watch();
    expect(all.filter(({ type }) => type === 'log')).toHaveLength(2);
    const second = all[1] as { id: string };
    expect((await watch(Number(second.id))).map((event) => event.id)).toEqual(all.slice(2).map((event) => event.id));
  });
  it('of what is not there are refused', async () => {
    const error = await new Promise<TRPCClientError<AppRouter>>((resolve, reject) => {
      trpc.executions.events.subscribe(
        { id: crypto.randomUUID() },
        {
          onError: (caught) => resolve(caught as TRPCClientError<AppRouter>),
          onComplete: () => reject(new Error('It ended.')),
        },
      );
    });
    expect(error.data?.ratchet.code).toBe('NOT_FOUND');
  });
});
