import { fullRights } from '@ratchet/contract/access';
import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { operations } from '@ratchet/contract/operations/table';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerGraphQL } from '../src/graphql/register-graphql.ts';
import { createApp } from '../src/rest/create-app.ts';

let app: FastifyInstance;
let address: string;
let endSession: (sessionId: string) => void;
let stopped: boolean;
let streams: { readonly caller: Caller; readonly signal: AbortSignal }[];
let opened: (() => void) | undefined;
const clients: Client[] = [];

/** Who asks, by the token or the key; nobody without. */
function callerOf(request: FastifyRequest): Caller {
  const proof = request.headers.authorization?.replace('Bearer ', '') ?? request.headers['x-api-key'];
  if (proof === 'bad') throw new RatchetError('UNAUTHENTICATED', 'The token is good no longer. Sign in again.');
  const id = String(proof ?? 'nobody');
  return {
    actor: { kind: proof ? 'user' : 'anonymous', id, name: id },
    rights: fullRights,
    surface: 'graphql',
    requestId: request.id,
    ...(proof ? { sessionId: `session of ${id}` } : {}),
  };
}
/** Answers who asks, and streams that are silent after one event. */
const dispatcher: Dispatcher = {
  async call({ session }, _, caller) {
    if (session === 'ends') return undefined;
    return {
      kind: 'user',
      id: caller.actor.id,
      name: caller.actor.name,
      permissions: [],
      everywhere: true,
      role: 'user',
    };
  },
  async *stream(_, __, caller) {
    streams.push({ caller, signal: caller.signal as AbortSignal });
    yield { type: 'execution', execution: { id: 'e', status: 'running' } };
    opened?.();
    await new Promise((resolve) => caller.signal?.addEventListener('abort', resolve));
  },
};

beforeEach(async () => {
  streams = [];
  stopped = false;
  app = createApp({ log: () => undefined });
  await registerGraphQL(app, {
    operations,
    dispatcher,
    callerOf,
    log: () => undefined,
    followSession: (operation, _output, _request, reply) =>
      void reply.header('set-cookie', `followed=${operation.session}`),
    onSessionEnded: (listener) => {
      endSession = listener;
      return () => {
        stopped = true;
      };
    },
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  await app.close();
});

function connect(options: Partial<ClientOptions> = {}) {
  const client = createClient({ url: `${address.replace('http', 'ws')}/graphql`, retryAttempts: 0, ...options });
  clients.push(client);
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    client.on('closed', (event) => resolve(event as { code: number; reason: string })),
  );
  return { client, closed };
}
const me = async (client: Client) =>
  (await client.iterate<{ me: { id: string } }>({ query: '{ me { id } }' }).next()).value?.data?.me.id;
const watch = { query: 'subscription { taskExecutions { execution { id status } } }' };
/** A subscription that has had its first event, and what it says next. */
async function watching(client: Client) {
  const events = client.iterate<{ taskExecutions: unknown }>(watch);
  const first = await events.next();
  return {
    first: first.value,
    next: events.next().then(
      (event) => event,
      (error: unknown) => ({ error }),
    ),
    events,
  };
}

describe('a socket', () => {
  const proofs: readonly [what: string, params: Record<string, unknown>, who: string][] = [
    ['nothing', {}, 'nobody'],
    ['a token', { token: 'ann' }, 'ann'],
    ['an authorization', { Authorization: 'Bearer bob' }, 'bob'],
    ['a key', { apiKey: 'key' }, 'key'],
    ['a key as a header is named', { 'X-API-Key': 'key' }, 'key'],
    ['something else', { token: 7 }, 'nobody'],
  ];
  it.each(proofs)('that carries %s in connection_init is of whom it names', async (_, connectionParams, who) => {
    expect(await me(connect({ connectionParams }).client)).toBe(who);
  });

  it('with a proof that is not good is not let in', async () => {
    const { closed } = connect({ connectionParams: { token: 'bad' }, lazy: false, onNonLazyError: () => undefined });
    expect(await closed).toMatchObject({ code: 4403, reason: 'The token is good no longer. Sign in again.' });
  });

  it('carries events, whose stream ends with the subscription and with the socket', async () => {
    const { client } = connect();
    const one = await watching(client);
    expect(one.first).toEqual({ data: { taskExecutions: { execution: { id: 'e', status: 'RUNNING' } } } });
    await one.events.return?.();
    await expect.poll(() => streams[0]?.signal.aborted).toBe(true);
    await watching(client);
    await client.dispose();
    await expect.poll(() => streams[1]?.signal.aborted).toBe(true);
  });

  it('is closed at once when its session ends, and no other is', async () => {
    const [ann, bob] = [
      connect({ connectionParams: { token: 'ann' } }),
      connect({ connectionParams: { token: 'bob' } }),
    ];
    const [hers] = await Promise.all([watching(ann.client), watching(bob.client)]);
    endSession('session of ann');
    expect(await ann.closed).toMatchObject({ code: 4403, reason: 'The session has ended.' });
    expect(await hers.next).toHaveProperty('error');
    await expect.poll(() => streams.find(({ caller }) => caller.actor.id === 'ann')?.signal.aborted).toBe(true);
    expect(streams.find(({ caller }) => caller.actor.id === 'bob')?.signal.aborted).toBe(false);
    expect(await me(bob.client)).toBe('bob');
  });

  it('is closed when the server closes, with everything it carries', async () => {
    const { client, closed } = connect();
    const { next } = await watching(client);
    await app.close();
    await closed;
    await next;
    await expect.poll(() => streams[0]?.signal.aborted).toBe(true);
    expect(stopped).toBe(true);
  });
});

describe('server-sent events', () => {
  it('end their stream when the reader goes away', async () => {
    const reading = new AbortController();
    const answer = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(watch),
      signal: reading.signal,
    });
    const text = response.text().catch(() => '');
    await answer;
    reading.abort();
    await text;
    await expect.poll(() => streams[0]?.signal.aborted).toBe(true);
  });
});

describe('an operation that changes the session', () => {
  it('is followed, so that the answer can carry the cookie', async () => {
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { logout }' }),
    });
    expect(await response.json()).toEqual({ data: { logout: true } });
    expect(response.headers.get('set-cookie')).toBe('followed=ends');
  });
  it('refuses a bad proof with its status', async () => {
    const response = await fetch(`${address}/graphql?query={me{id}}`, { headers: { 'x-api-key': 'bad' } });
    expect(response.status).toBe(401);
    expect((await response.json()).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('switched off', () => {
  it('there is no playground and no introspection', async () => {
    const other = createApp({ log: () => undefined });
    const off = { playground: false, introspection: false };
    await registerGraphQL(other, { operations, dispatcher, callerOf, log: () => undefined, ...off });
    expect((await other.inject({ url: '/playground' })).statusCode).toBe(404);
    const asked = await other.inject({ url: '/graphql?query={__schema{types{name}}}' });
    expect(asked.json().errors[0].message).toMatch(/introspection/);
    expect((await other.inject({ url: '/graphql?query={me{__typename}}' })).json()).toEqual({
      data: { me: { __typename: 'Identity' } },
    });
    await other.close();
  });
});
