import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/http-client.ts';
import type { HttpExchange } from '../src/sandbox.ts';
import { openSandbox } from './run-code.ts';

const { sandbox, run } = openSandbox();
afterAll(() => sandbox.close());

describe('a proxy', () => {
  it('is used when one is configured, and addresses are judged before it', async () => {
    const proxy = createServer((request, response) => void response.end(`through the proxy to ${request.url}`));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const client = createHttpClient({ proxies: { http: `http://127.0.0.1:${port}`, https: null, no: [] } });
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
