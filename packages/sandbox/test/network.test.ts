import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/http-client.ts';
import type { HttpExchange, NetworkPolicy } from '../src/sandbox.ts';
import { type Changes, openSandbox } from './run-code.ts';

/** Answers by path; `/echo` answers what it was sent. */
const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://x');
  const text = await new Response(request as unknown as ReadableStream).text();
  const json = (value: unknown, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  switch (url.pathname) {
    case '/echo':
      return json({ method: request.method, headers: request.headers, body: text, path: request.url });
    case '/text':
      return void response
        .writeHead(200, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] })
        .end('plain ü');
    case '/bytes':
      return void response.end(Buffer.from([0, 255, 128]));
    case '/gzip':
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"packed":true}'));
    case '/bomb':
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
    case '/status':
      return json({ why: 'asked' }, Number(url.searchParams.get('code')));
    case '/redirect':
      return void response
        .writeHead(Number(url.searchParams.get('code') ?? 302), { location: url.searchParams.get('to') ?? '/echo' })
        .end();
    case '/loop':
      return void response.writeHead(302, { location: '/loop' }).end();
    case '/hang':
      return;
    case '/endless':
      return void Readable.from(Array.from({ length: 1000 }, () => 'x'.repeat(10_000))).pipe(response);
    case '/cut':
      response.writeHead(200, { 'content-length': '100' }).write('x');
      return void setTimeout(() => request.socket.destroy(), 10);
    default:
      return json({}, 404);
  }
};

const server = createServer((request, response) => void answer(request, response));
let base = '';
let host = '';
/** Resolves made-up names, so that no test asks a real name server. */
const names: Record<string, string[]> = {
  'inside.test': ['127.0.0.1'],
  'mixed.test': ['127.0.0.1', '93.184.216.34'],
  'meta.test': ['169.254.169.254'],
  'six.test': ['::1'],
  'mapped.test': ['::ffff:10.0.0.1'],
};
const lookups: string[] = [];
const { sandbox, run } = openSandbox({
  http: {
    async resolve(name) {
      lookups.push(name);
      const found = names[name];
      if (found === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  },
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  host = `127.0.0.1:${port}`;
  base = `http://${host}`;
});
afterAll(async () => {
  await sandbox.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const open: NetworkPolicy = { allow: null, allowPrivate: ['127.0.0.0/8'] };
const result = async (code: string, changes: Changes = {}): Promise<unknown> => {
  const ended = await run(code.replaceAll('BASE', base), {}, { network: open, ...changes });
  return ended.status === 'completed' ? ended.output : ended.error;
};

describe('the blocking fetch of classic tasks', () => {
  it('answers parsed JSON', async () => {
    expect(
      await result(
        "function main() { return fetch('BASE/echo?a=1', { method: 'post', headers: { 'X-Mine': 'yes' } }, { n: 1 }) }",
      ),
    ).toMatchObject({
      ok: true,
      status: 200,
      statusText: 'OK',
      headers: { 'content-type': 'application/json' },
      body: {
        method: 'POST',
        body: '{"n":1}',
        path: '/echo?a=1',
        headers: { 'x-mine': 'yes', 'content-type': 'application/json', 'user-agent': 'ratchet' },
      },
    });
  });

  it.each([
    ['/text', 'plain ü'],
    ['/gzip', { packed: true }],
    ['/redirect?to=/text', 'plain ü'],
  ])('reads the body of %s', async (path, body) => {
    expect(await result(`() => fetch('BASE${path}').body`)).toEqual(body);
  });

  it.each([
    [401, 'AuthenticationError'],
    [403, 'AuthorizationError'],
    [429, 'RateLimitError'],
    [500, 'ServiceUnavailableError'],
    [503, 'ServiceUnavailableError'],
    [404, 'HttpError'],
    [418, 'HttpError'],
  ])('throws for %s', async (status, name) => {
    const code = `() => { try { fetch('BASE/status?code=${status}') } catch (e) { return [e.name, e.status, e instanceof HttpError, e.details.body] } }`;
    expect(await result(code)).toEqual([name, status, true, { why: 'asked' }]);
    expect(await result(`() => fetch('BASE/status?code=${status}')`)).toMatchObject({
      class: name,
      file: 'main.js',
      line: 1,
    });
  });

  it.each(['BASE/cut', 'http://127.0.0.1:1/', 'http://nowhere.test/'])('throws NetworkError for %s', async (url) => {
    expect(
      await result(`() => { try { fetch('${url}') } catch (e) { return [e.name, e instanceof HttpError] } }`),
    ).toEqual(['NetworkError', false]);
  });

  it('can be stopped while it waits', async () => {
    expect(await result("() => fetch('BASE/hang')", { limits: { timeoutMs: 200 } })).toMatchObject({
      class: 'TimeoutError',
    });
    expect(await result("() => fetch('BASE/text').status")).toBe(200);
  });
});

describe('the standard fetch of async tasks', () => {
  it('answers a Response', async () => {
    const code = `async function main() {
      const sent = await fetch(new Request('BASE/echo', { method: 'PUT', body: new Uint8Array([1, 255]) , headers: [['X-A', '1']] }));
      const plain = await fetch(new URL('BASE/text'));
      const bytes = await (await fetch('BASE/bytes')).bytes();
      const moved = await fetch('BASE/redirect?to=/text');
      return [(await sent.json()).method, sent.ok, await plain.text(), plain.headers.getSetCookie(), [...bytes], moved.redirected, moved.url.endsWith('/text'), (await fetch('BASE/status?code=404')).ok];
    }`;
    expect(await result(code)).toEqual(['PUT', true, 'plain ü', ['a=1', 'b=2'], [0, 255, 128], true, true, false]);
  });

  it('runs requests at the same time, and takes a signal', async () => {
    const code = `export default async () => {
      const both = await Promise.all([fetch('BASE/text'), fetch('BASE/text')]);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 20);
      const hung = await fetch('BASE/hang', { signal: stop.signal }).catch((e) => e.name);
      return [both.map((r) => r.status), hung];
    }`;
    expect(await result(code)).toEqual([[200, 200], 'AbortError']);
  });

  it.each([
    ['manual', 302, false],
    ['follow', 200, true],
  ])('follows redirects or not (%s)', async (redirect, status, redirected) => {
    const code = `async () => { const r = await fetch('BASE/redirect', { redirect: '${redirect}' }); return [r.status, r.redirected] }`;
    expect(await result(code)).toEqual([status, redirected]);
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'kept'],
    [308, 'PUT', 'PUT', 'kept'],
    [302, 'PUT', 'PUT', 'kept'],
  ])('keeps to the rules of %s for %s', async (status, method, then, body) => {
    const code = `async () => { const r = await fetch('BASE/redirect?code=${status}', { method: '${method}', body: 'kept' }); const e = await r.json(); return [e.method, e.body] }`;
    expect(await result(code)).toEqual([then, body]);
  });

  it('drops what is personal when a redirect leaves the origin', async () => {
    const other = base.replace('127.0.0.1', 'inside.test');
    const code = `async () => { const headers = { authorization: 'Bearer x', cookie: 'c=1', 'x-kept': '1' };
      const near = await (await fetch('BASE/redirect', { headers })).json();
      const far = await (await fetch('BASE/redirect?to=${encodeURIComponent(`${other}/echo`)}', { headers })).json();
      return [near, far].map(({ headers: h }) => [h.authorization ?? null, h.cookie ?? null, h['x-kept']]) }`;
    expect(await result(code)).toEqual([
      ['Bearer x', 'c=1', '1'],
      [null, null, '1'],
    ]);
  });
});

describe('what may be reached', () => {
  const closed: NetworkPolicy = { allow: null, allowPrivate: [] };
  const attempt = (url: string, network: NetworkPolicy = closed) =>
    result(
      `() => { try { return fetch(${JSON.stringify(url)}).status } catch (e) { return e.name + ': ' + e.message } }`,
      { network },
    );

  it.each([
    'http://127.0.0.1/',
    'http://localhost.localdomain:1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://[::]/',
    'http://0.0.0.0/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[ff02::1]/',
    'http://inside.test/',
    'http://mixed.test/',
    'http://meta.test/',
    'http://six.test/',
    'http://mapped.test/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'http://user:pw@example.org/',
  ])('refuses %s', async (url) => {
    expect(await attempt(url)).toMatch(/^NetworkError: /);
  });

  it('refuses a redirect to a place that may not be reached', async () => {
    const network = { allow: null, allowPrivate: [host] };
    expect(await attempt(`${base}/redirect?to=/text`, network)).toBe(200);
    for (const to of ['http://127.0.0.1:1/', 'http://169.254.169.254/', 'file:///etc/passwd', 'http://inside.test/']) {
      expect(await attempt(`${base}/redirect?to=${encodeURIComponent(to)}`, network)).toMatch(/^NetworkError/);
    }
    expect(await attempt(`${base}/loop`, network)).toMatch(/redirects more than 10 times/);
  });

  it('narrows by the allow-list', async () => {
    const port = host.split(':')[1];
    const with_ = (...allow: string[]): NetworkPolicy => ({ allow, allowPrivate: ['127.0.0.1/32'] });
    expect(await attempt(`${base}/text`, with_('127.0.0.1'))).toBe(200);
    expect(await attempt(`${base}/text`, with_(host))).toBe(200);
    expect(await attempt(`http://inside.test:${port}/text`, with_('*.test'))).toBe(200);
    expect(await attempt(`http://inside.test:${port}/text`, with_('inside.test'))).toBe(200);
    for (const list of [[], ['other.test'], ['127.0.0.1:1'], ['*.inside.test'], ['nside.test']]) {
      expect(await attempt(`http://inside.test:${port}/text`, with_(...list))).toMatch(/network\.allow/);
    }
  });

  it('resolves a name once and connects to the address it checked', async () => {
    const port = host.split(':')[1];
    lookups.length = 0;
    names['flip.test'] = ['127.0.0.1'];
    const network = { allow: null, allowPrivate: ['flip.test'] };
    expect(await attempt(`http://flip.test:${port}/text`, network)).toBe(200);
    expect(lookups).toEqual(['flip.test']);
  });

  it.each([
    ["{ 'X-A': 'a\\r\\nX-B: b' }", 'TypeError'],
    ["{ 'X A': 'a' }", 'TypeError'],
    ["{ 'X-A\\nB': 'a' }", 'TypeError'],
    ["{ Host: 'other' }", 'NetworkError'],
    ["{ 'Transfer-Encoding': 'chunked' }", 'NetworkError'],
    ["{ 'X-A': '\\u0100' }", 'TypeError'],
  ])('refuses the headers %s', async (headers, name) => {
    expect(
      await result(
        `() => { try { return fetch('BASE/echo', { headers: ${headers} }).status } catch (e) { return e.name } }`,
      ),
    ).toBe(name);
  });
});

describe('bounds', () => {
  it.each(['/endless', '/bomb'])('cuts a response that is too large (%s)', async (path) => {
    expect(await result(`() => fetch('BASE${path}')`)).toMatchObject({
      class: 'NetworkError',
      message: 'The response is larger than 100000 bytes.',
    });
  });

  it('counts requests', async () => {
    const code =
      "() => { let n = 0; try { for (;;) { fetch('BASE/text'); n += 1 } } catch (e) { return [n, e.name] } }";
    expect(await result(code, { limits: { requests: 3 } })).toEqual([3, 'NetworkError']);
  });

  it('refuses a request body that is too large', async () => {
    expect(await result("() => fetch('BASE/echo', { method: 'POST' }, 'x'.repeat(200000))")).toMatchObject({
      class: 'NetworkError',
    });
  });

  it('gives up requests that are open when the run ends', async () => {
    expect(await result("async () => { fetch('BASE/hang'); return 1 }")).toBe(1);
  });
});

describe('a proxy', () => {
  it('is used when one is configured, and addresses are judged before it', async () => {
    const proxy = createServer((request, response) => void response.end(`through the proxy to ${request.url}`));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const client = createHttpClient({ proxy: `http://127.0.0.1:${port}` });
    const bounds = {
      policy: { allow: null, allowPrivate: [] },
      responseBytes: 1000,
      signal: new AbortController().signal,
    };
    const call = { method: 'GET', headers: [], body: null, redirect: 'follow' } as const;
    try {
      const response = await client.request({ ...call, url: 'http://outside.test/text' }, bounds);
      expect(response).toMatchObject({ status: 200, body: { text: 'through the proxy to http://outside.test/text' } });
      await expect(client.request({ ...call, url: 'http://127.0.0.1/' }, bounds)).rejects.toThrow(/loopback/);
    } finally {
      await client.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

describe('mocks', () => {
  it('answer in place of the network', async () => {
    const mocks = [
      { url: 'https://api.test/users/*', method: 'GET', response: { id: 7 } },
      { url: 'https://api.test/down', response: { status: 503, headers: { 'Retry-After': '5' }, body: 'later' } },
    ];
    const code = `async () => { const user = await (await fetch('https://api.test/users/7')).json(); const down = await fetch('https://api.test/down', { method: 'POST', body: 'x' });
      const other = await fetch('https://api.test/users/7', { method: 'DELETE' }).catch((e) => e.message);
      return [user, down.status, down.headers.get('retry-after'), await down.text(), other] }`;
    const ended = await run(code, {}, { mocks });
    expect(ended).toMatchObject({
      output: [{ id: 7 }, 503, '5', 'later', expect.stringContaining('No mock answers DELETE')],
    });
    expect(await run("() => fetch('http://127.0.0.1/')", {}, { mocks: [] })).toMatchObject({
      error: { class: 'NetworkError' },
    });
  });

  it('and requests are reported, without secrets', async () => {
    const seen: HttpExchange[] = [];
    const code =
      "(i, c) => fetch('https://api.test/x?k=' + c.secrets.key, { headers: { authorization: 'Bearer ' + c.secrets.key } }).body.echo.length";
    const mocks = [{ url: 'https://api.test/*', response: { echo: 'hush-hush-1' } }];
    const ended = await run(
      code,
      {},
      { mocks, secrets: { key: 'hush-hush-1' }, onHttp: (exchange) => seen.push(exchange) },
    );
    expect(ended).toMatchObject({ output: 11 });
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen)).not.toContain('hush');
    expect(seen[0]).toMatchObject({ method: 'GET', response: { status: 200 }, error: null });
  });
});
