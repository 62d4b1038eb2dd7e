import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AnsweredError } from '@ratchet/client/answered-error';
import { callForBytes, callWithBytes } from '@ratchet/client/call-with-bytes';
import { type ClientOptions, createClient } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import { table } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
beforeAll(async () => {
  server = await served({ FILE_WATCHER_ENABLED: 'false' });
});
afterAll(() => server.close());

const failure = async (call: Promise<unknown>): Promise<RatchetError> => {
  const error = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof RatchetError)) throw new Error(`It was not refused: ${String(error)}`);
  return error;
};
const sourceCode = 'export default async (input, { log }) => { log.info("here"); return input; };';

describe('with a server', () => {
  it('calls, streams, tells progress, and moves bytes', async () => {
    const options = { baseUrl: `${server.address}/` };
    const client = createClient(options);
    const task = await client.tasks.create({ name: 'of the client', sourceCode });
    expectTypeOf(task.revision).toBeNumber();
    const run = await client.tasks.run({ id: task.id, input: { a: [1] }, wait: true });
    const events = await Array.fromAsync(client.executions.events({ id: run.id }));
    expectTypeOf(events[0]).not.toBeAny();
    expect(events.map(({ type }) => type)).toContain('log');
    const heard: number[] = [];
    const exported = await client.tasks.export({ ids: [task.id] }, { onProgress: ({ done }) => heard.push(done) });
    expect(exported.count).toBe(1);
    const { bytes, type, fileName } = await callForBytes(table.tasks.export, { ids: [task.id] }, options);
    expect([type, fileName?.endsWith('.zip'), bytes.slice(0, 2)]).toEqual([
      'application/zip',
      true,
      new Uint8Array([0x50, 0x4b]),
    ]);
    await callWithBytes(
      table.tasks.putFile,
      { id: task.id, path: 'a/b c.bin' },
      { body: new Uint8Array([0, 255]) },
      options,
    );
    expect(await client.tasks.getFile({ id: task.id, path: 'a/b c.bin' })).toMatchObject({ content: 'AP8=', size: 2 });
    const many = Array.from({ length: 300 }, () => crypto.randomUUID());
    expect((await failure(client.tasks.export({ ids: many }))).code).toBe('NOT_FOUND');
  });
  it('throws what the server answers, with the request’s id', async () => {
    const error = await failure(createClient({ baseUrl: server.address }).tasks.get({ id: 'none' }));
    expect(error).toBeInstanceOf(AnsweredError);
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 404, requestId: expect.stringMatching(/^[\w-]{36}$/) });
  });
  it('gives up when told to', async () => {
    const gone = AbortSignal.abort();
    const error = await failure(createClient({ baseUrl: server.address }).tasks.list({}, { signal: gone }));
    expect(error.code).toBe('CANCELLED');
  });
});

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;
/** A server that answers as it is told, and what it was asked. */
async function answering(answer: Answer, act: (baseUrl: string) => Promise<void>): Promise<IncomingMessage[]> {
  const asked: IncomingMessage[] = [];
  const http = createServer((request, response) => answer(request, response, asked.push(request)));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  try {
    await act(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  } finally {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
  return asked;
}
const ok: Answer = (_request, response) =>
  void response.setHeader('content-type', 'application/json').end('{"items":[]}');

describe('what it sends', () => {
  it.each<[string, Omit<ClientOptions, 'baseUrl'>, Record<string, string>]>([
    ['a token', { token: 't1' }, { authorization: 'Bearer t1' }],
    ['a token that is asked for', { token: async () => 't2' }, { authorization: 'Bearer t2' }],
    ['an API key', { apiKey: 'k' }, { 'x-api-key': 'k' }],
    ['headers', { headers: { 'x-request-id': 'mine' } }, { 'x-request-id': 'mine' }],
  ])('%s', async (_, options, headers) => {
    const asked = await answering(ok, async (baseUrl) => {
      await createClient({ baseUrl, ...options }).tasks.list();
    });
    expect(asked[0]?.headers).toMatchObject(headers);
  });
});

describe('sending again', () => {
  const busy =
    (times: number): Answer =>
    (request, response, count) => {
      if (count > times) return ok(request, response, count);
      response.writeHead(503, { 'retry-after': '7', 'content-type': 'application/json' });
      response.end('{"code":"UNAVAILABLE","message":"Busy.","details":null,"requestId":"r"}');
    };
  const cut: Answer = (request, response, count) =>
    count > 1 ? ok(request, response, count) : void response.socket?.destroy();
  const pauses: number[] = [];
  const pause = async (ms: number) => void pauses.push(ms);
  it('is done for reads, after as long as the server says', async () => {
    pauses.length = 0;
    const asked = await answering(busy(2), async (baseUrl) => {
      await createClient({ baseUrl, pause }).tasks.list();
    });
    expect([asked.length, pauses]).toEqual([3, [7000, 7000]]);
  });
  it('ends at some time', async () => {
    const asked = await answering(busy(9), async (baseUrl) => {
      const error = await failure(createClient({ baseUrl, pause }).tasks.list());
      expect(error).toMatchObject({ code: 'UNAVAILABLE', requestId: 'r', retryAfterMs: 7000 });
    });
    expect(asked).toHaveLength(3);
  });
  it('is done for writes only with an idempotency key', async () => {
    const asked = await answering(cut, async (baseUrl) => {
      const error = await failure(createClient({ baseUrl, pause }).tasks.run({ id: 'x' }));
      expect(error.code).toBe('UNAVAILABLE');
    });
    expect(asked).toHaveLength(1);
    const again = await answering(cut, async (baseUrl) => {
      await createClient({ baseUrl, pause }).tasks.run({ id: 'x', idempotencyKey: 'k' });
    });
    expect(again).toHaveLength(2);
  });
  it('is not done where nobody listens', async () => {
    pauses.length = 0;
    let gone = '';
    await answering(ok, async (baseUrl) => {
      gone = baseUrl;
    });
    expect((await failure(createClient({ baseUrl: gone, pause }).tasks.list())).code).toBe('UNAVAILABLE');
    expect(pauses).toEqual([]);
  });
});

it('the client and the contract have nothing of Node in them', () => {
  const root = join(import.meta.dirname, '../../../packages');
  for (const name of ['client/src', 'contract/src'])
    for (const file of readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(root, name, file), 'utf8');
      expect(text, file).not.toMatch(/from 'node:|require\(|\bprocess\.|\bBuffer\b/);
    }
});
