import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@ratchet/testing/server-process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bench, sampleOf } from './output-fixture.ts';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const { deliver, fault, close } = bench();
const received: Received[] = [];
let answer: (request: Received, response: ServerResponse) => void;
const ok = (_: Received, response: ServerResponse) => void response.writeHead(204).end();
const receiver = () =>
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks) };
      received.push(one);
      answer(one, response);
    });
  });
const [first, second] = [receiver(), receiver()];
let [address, other] = ['', ''];
const listening = (server: ReturnType<typeof receiver>) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

beforeAll(async () => {
  [address, other] = [await listening(first), await listening(second)];
});
beforeEach(() => {
  received.length = 0;
  answer = ok;
});
afterAll(async () => {
  await close();
  for (const server of [first, second]) {
    server.closeAllConnections();
    server.close();
  }
});
const status = (code: number, headers: Record<string, string> = {}, text = '') => {
  answer = (_, response) => void response.writeHead(code, headers).end(text);
};

describe('a webhook', () => {
  it('gets the envelope, templates filled in and made harmless', async () => {
    const message = sampleOf({ id: 'a/b?c', note: 'x\r\nEvil: 1' });
    const config = {
      url: `${address}/hook/{{output.id}}?task={{task.name}}`,
      headers: { 'X-Note': '{{output.note}} é' },
    };
    const delivered = await deliver('webhook', config, message);
    expect(delivered).toMatchObject({
      target: `${address}/hook/a%2Fb%3Fc?task=HTTP%20check`,
      response: '204 No Content',
    });
    const [got] = received;
    expect([got?.method, got?.url]).toEqual(['POST', '/hook/a%2Fb%3Fc?task=HTTP%20check']);
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-ratchet-delivery': message.deliveryId,
      'x-ratchet-attempt': '1',
      'x-ratchet-event': 'execution.completed',
      'x-note': 'x  Evil: 1 é',
    });
    expect(got?.headers.evil).toBeUndefined();
    expect(JSON.parse(String(got?.body))).toEqual({
      deliveryId: message.deliveryId,
      task: message.task,
      execution: message.execution,
      job: message.job,
      output: message.output,
      error: null,
    });
  });
  it.each<[string, object, Record<string, string>]>([
    ['bearer', { auth: 'bearer', token: 'tok' }, { authorization: 'Bearer tok' }],
    ['basic', { auth: 'basic', username: 'u', password: 'p:w' }, { authorization: `Basic ${btoa('u:p:w')}` }],
    ['API key', { auth: 'api_key', apiKey: 'k' }, { 'x-api-key': 'k' }],
    ['API key in its header', { auth: 'api_key', apiKey: 'k', apiKeyHeader: 'X-Own' }, { 'x-own': 'k' }],
    ['secrets in templates', { headers: { 'X-A': 'v {{secret.a}}' }, secrets: { a: 's' } }, { 'x-a': 'v s' }],
  ])('is signed in to with %s', async (_, config, headers) => {
    await deliver('webhook', { url: `${address}/`, ...config }, sampleOf(1));
    expect(received[0]?.headers).toMatchObject(headers);
  });
  it('is signed over time and body', async () => {
    await deliver('webhook', { url: `${address}/`, signingSecret: 'hush', content: 'output' }, sampleOf({ a: 'é' }));
    const { headers, body } = received[0] as Received;
    const signed = createHmac('sha256', 'hush').update(`${headers['x-ratchet-timestamp']}.`).update(body).digest('hex');
    expect(headers['x-ratchet-signature']).toBe(`sha256=${signed}`);
    expect(Math.abs(Date.now() / 1000 - Number(headers['x-ratchet-timestamp']))).toBeLessThan(300);
  });
  it('gets bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const config = { url: `${address}/`, content: 'output', format: 'raw', encoding: 'base64', method: 'PUT' };
    await deliver('webhook', config, sampleOf(bytes.toString('base64')));
    expect(received[0]?.body.equals(bytes)).toBe(true);
  });
  it.each<[number, object, boolean, boolean]>([
    [500, {}, false, true],
    [503, {}, false, true],
    [429, {}, false, false],
    [408, {}, false, true],
    [400, {}, true, false],
    [401, {}, true, false],
    [404, {}, true, false],
    [302, {}, true, false],
    [409, { retryStatuses: [409] }, false, true],
    [500, { retryStatuses: [409] }, true, false],
  ])('that answers %i with %j: final %s, counts for the circuit %s', async (code, more, final, outage) => {
    status(code, { location: `${other}/` }, 'what went wrong');
    const error = await fault('webhook', { url: `${address}/`, ...more });
    expect(error).toMatchObject({ final, outage, target: `${address}/` });
    expect(error.message).toMatch(new RegExp(`answered ${code}.*It said: what went wrong`));
    expect(received).toHaveLength(1);
  });
  it('is asked again when it says', async () => {
    status(503, { 'retry-after': '17' });
    expect(await fault('webhook', { url: `${address}/` })).toMatchObject({ retryAfterMs: 17_000 });
  });
  it('that has moved is followed with its body, but not with its secrets', async () => {
    const location = () => `${other}/new`;
    answer = (request, response) =>
      request.url === '/old' ? void response.writeHead(308, { location: location() }).end() : ok(request, response);
    const config = { url: `${address}/old`, auth: 'bearer', token: 'tok', headers: { 'X-Own': 'mine' } };
    await deliver('webhook', config, sampleOf(1));
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /old', 'POST /new']);
    expect(received[0]?.headers.authorization).toBe('Bearer tok');
    expect([received[1]?.headers.authorization, received[1]?.headers['x-own']]).toEqual([undefined, undefined]);
    expect(received[1]?.body.equals(received[0]?.body as Buffer)).toBe(true);
    answer = (_, response) => void response.writeHead(307, { location: '/old' }).end();
    expect((await fault('webhook', config)).message).toMatch(/redirects more than 5 times/);
  });
  it('does not lie in a private network, nor redirect there, nor resolve to it', async () => {
    const strict = bench({ allowPrivate: [] });
    for (const url of [
      `${address}/`,
      'http://[::1]:1/',
      'http://10.0.0.1/',
      'http://169.254.169.254/',
      'http://localhost:8080/',
    ])
      expect((await strict.fault('webhook', { url })).message).toMatch(
        /public addresses only, unless RATCHET_OUTPUT_ALLOW_PRIVATE/,
      );
    expect(received).toHaveLength(0);
    await strict.close();
    status(307, { location: 'http://169.254.169.254/latest' });
    expect((await fault('webhook', { url: `${address}/` })).message).toMatch(
      /169\.254\.169\.254.* public addresses only/,
    );
  });
  it('that does not answer is given up', async () => {
    answer = () => {};
    expect((await fault('webhook', { url: `${address}/` }, sampleOf(1), 200)).name).toMatch(/Error/);
    const port = await freePort();
    expect((await fault('webhook', { url: `http://127.0.0.1:${port}/` })).message).toBe(
      `Nothing listens at 127.0.0.1:${port}. Check host and port, and that the server there runs.`,
    );
    expect((await fault('webhook', { url: 'http://127.0.0.1:9/' })).message).toMatch(/not sent to the port/);
  });
  it.each([
    [{ url: 'ftp://a/' }, 'config.url'],
    [{ url: 'https://{{output.host}}/' }, 'config.url'],
    [{ url: 'https://u:p@host/' }, 'config.url'],
    [{ url: 'https://host.{{task.name}}/' }, 'config.url'],
    [{ url: 'https://host/{{nope}}' }, 'config.url'],
    [{ url: 'https://host/{{secret.nope}}', secrets: { a: 'b' } }, 'config.url'],
    [{ url: 'https://host/', auth: 'bearer' }, 'config.token'],
    [{ url: 'https://host/', auth: 'bearer', token: 'a\r\nb' }, 'config.token'],
    [{ url: 'https://host/', headers: { 'X-A': '{{nope}}' } }, 'config.headers.X-A'],
    [{ url: 'https://host/', headers: { Host: 'x' } }, 'config.headers.Host'],
    [{ url: 'https://host/', headers: { 'X-Ratchet-Delivery': 'x' } }, 'config.headers.X-Ratchet-Delivery'],
    [{ url: 'https://host/', apiKeyHeader: 'a b' }, 'config.apiKeyHeader'],
  ])('with %j is refused when it is saved', async (config, path) => {
    expect(await fault('webhook', config)).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path }] });
  });
});
