import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let task: string;
beforeAll(async () => {
  server = await served();
  const code = `export default async (input, context) => { for (let n = 0; n < 5; n++) context.log.info('line ' + n); return 1; }`;
  const made = await server.api('POST', '/tasks', {
    name: 'talks',
    sourceCode: code,
    inputSchema: true,
    outputSchema: true,
  });
  task = made.body.id;
});
afterAll(() => server.close());

const run = async (): Promise<string> => (await server.api('POST', `/tasks/${task}/run`, {})).body.id;
const url = () => `${server.address.replace('http', 'ws')}/graphql`;
const subscription = 'subscription($id: ID!) { executionLogs(id: $id) { sequence type executionId data } }';

interface Event {
  readonly sequence: number;
  readonly type: string;
  readonly data: { readonly message?: string; readonly status?: string };
}
/** What an execution tells over server-sent events of REST: what every other wire must tell too. */
async function overRest(id: string): Promise<Event[]> {
  const text = await (await fetch(`${server.address}/api/v1/executions/${id}/events`)).text();
  return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
}
const toldAs = (events: readonly Event[]) =>
  events.map(({ sequence, type, data }) => ({ sequence, type: type.toLowerCase(), data }));

/** Every event of one subscription over a WebSocket. */
async function overSocket(client: Client, query: string, variables: Record<string, unknown>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { data, errors } of client.iterate<{ executionLogs: Event }>({ query, variables })) {
    if (errors) throw Object.assign(new Error(errors[0]?.message), { errors });
    if (data) events.push(data.executionLogs);
  }
  return events;
}

describe('subscriptions', () => {
  it('tell the same over WebSocket, server-sent events and REST', async () => {
    const id = await run();
    const client = createClient({ url: url() });
    const sse = async () => {
      const response = await fetch(`${server.address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: subscription, variables: { id } }),
      });
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const text = await response.text();
      expect(text).toContain('event: complete');
      return text
        .split('\n')
        .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6)).data.executionLogs as Event] : []));
    };
    const [socket, events, rest] = await Promise.all([overSocket(client, subscription, { id }), sse(), overRest(id)]);
    expect(rest.filter(({ type }) => type === 'log')).toHaveLength(5);
    expect(rest.at(-1)?.data.status).toBe('completed');
    expect(toldAs(socket)).toEqual(toldAs(rest));
    expect(toldAs(events)).toEqual(toldAs(rest));
    const resumed = await overSocket(
      client,
      'subscription($id: ID!, $after: SafeInt) { executionLogs(id: $id, lastEventId: $after) { sequence type data } }',
      { id, after: rest[2]?.sequence },
    );
    expect(toldAs(resumed)).toEqual(toldAs(rest.slice(3)));
    await client.dispose();
  });

  it('carry queries and mutations on the same socket, and many at once', async () => {
    const client = createClient({ url: url() });
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        for await (const { data } of client.iterate<{ task: { name: string } }>({
          query: 'query($id: ID!) { task(id: $id) { name } }',
          variables: { id: task },
        }))
          return data?.task.name;
      }),
    );
    expect(new Set(answers)).toEqual(new Set(['talks']));
    await client.dispose();
  });

  const wrong: readonly [what: string, query: string, variables: Record<string, unknown>, code: string][] = [
    ['a query that is wrong', 'subscription { nope }', {}, 'VALIDATION_FAILED'],
    ['text that is no query', 'subscription {', {}, 'VALIDATION_FAILED'],
    ['an input that is wrong', 'subscription { executionLogs(id: "x") { type } }', {}, 'VALIDATION_FAILED'],
    ['what is not there', subscription, { id: '01a1fde6-5bbc-79bd-9069-a8ceb810eb8c' }, 'NOT_FOUND'],
    [
      'too many aliases',
      `{${Array.from({ length: 31 }, (_, i) => `a${i}: health { status }`).join(' ')}}`,
      {},
      'VALIDATION_FAILED',
    ],
    [
      'what costs too much',
      '{ tasks(pagination: {limit: 1000}) { executions(limit: 1000) { id } } }',
      {},
      'VALIDATION_FAILED',
    ],
  ];
  it.each(wrong)(
    'refuse %s with a code and a request id, and the socket lives on',
    async (_, query, variables, code) => {
      const client = createClient({ url: url(), retryAttempts: 0 });
      const failure = await overSocket(client, query, variables).then(
        () => null,
        (error: unknown) => error,
      );
      const [error] = Array.isArray(failure) ? failure : ((failure as { errors?: unknown[] } | null)?.errors ?? []);
      expect(error).toMatchObject({ message: expect.any(String), extensions: { code, requestId: expect.any(String) } });
      expect(error.extensions).not.toHaveProperty('http');
      const alive = client.iterate<{ health: unknown }>({ query: '{ health { status } }' });
      expect((await alive.next()).value?.data?.health).toEqual({ status: 'OK' });
      await client.dispose();
    },
  );
});

describe('a raw socket', () => {
  /** The close code of a socket that sends this. */
  const closedBy = (messages: readonly string[], protocol = 'graphql-transport-ws'): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url(), protocol);
      socket.addEventListener('open', () => {
        for (const message of messages) socket.send(message);
      });
      socket.addEventListener('close', ({ code }) => resolve(code));
    });
  const init = JSON.stringify({ type: 'connection_init' });
  const subscribe = JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ health { status } }' } });
  const table: readonly [what: string, messages: string[], code: number][] = [
    ['no JSON', ['{{{'], 4400],
    ['a message of no type', ['{"type":"nope"}'], 4400],
    ['an operation before it said who it is', [subscribe], 4401],
    ['who it is twice', [init, init], 4429],
    ['more than a message may be', ['x'.repeat(2 * 1024 * 1024)], 1009],
  ];
  it.each(table)('that sends %s is closed', async (_, messages, code) => {
    expect(await closedBy(messages)).toBe(code);
  });
  it('is let in fifty times, not more', async () => {
    const clients = Array.from({ length: 50 }, () => createClient({ url: url(), lazy: false, retryAttempts: 0 }));
    await Promise.all(clients.map((client) => new Promise<void>((resolve) => client.on('connected', () => resolve()))));
    expect(await closedBy([init])).toBe(4403);
    await Promise.all(clients.map((client) => client.dispose()));
  });
});
