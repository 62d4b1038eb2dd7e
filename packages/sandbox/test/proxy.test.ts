import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { openNetwork } from './network-fixture.ts';
import { openSandbox } from './run-code.ts';

const network = await openNetwork();
/** What the proxy was asked for; it passes plain requests on itself. Every name leads to the server of the test. */
const asked: string[] = [];
const proxy = createServer((request, response) => {
  const url = new URL(request.url ?? '');
  asked.push(url.host);
  get({ host: '127.0.0.1', port: network.port, path: url.pathname }, (answer) => {
    response.writeHead(answer.statusCode ?? 500);
    answer.pipe(response);
  });
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const { sandbox, run } = openSandbox({ http: { proxies: { http: address, https: address, no: [] } } });
afterAll(async () => {
  await sandbox.close();
  await network.close();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});

describe('a proxy that the server was told to use', () => {
  it('takes the requests of tasks', async () => {
    const code = "async () => (await fetch('http://anywhere.test/text')).status";
    expect(await run(code)).toMatchObject({ output: 200 });
    expect(asked).toEqual(['anywhere.test']);
  });

  it('does not open what written addresses and the list of the task close', async () => {
    asked.length = 0;
    const code =
      "async () => { const out = []; for (const url of ['http://127.0.0.1/', 'http://[::1]/', 'http://10.0.0.1/', 'http://other.test/']) out.push(await fetch(url).then((r) => r.status, (e) => e.name)); return out }";
    const policy = { network: { allow: ['127.0.0.1', '[::1]', '10.0.0.1', 'anywhere.test'], allowPrivate: [] } };
    expect(await run(code, {}, policy)).toMatchObject({ output: Array(4).fill('NetworkError') });
    expect(asked).toEqual([]);
  });

  it('is not used where the server was not told to', async () => {
    asked.length = 0;
    process.env.HTTP_PROXY = address;
    process.env.http_proxy = address;
    try {
      expect(await network.result("() => fetch('BASE/text').status")).toBe(200);
      expect(asked).toEqual([]);
    } finally {
      delete process.env.HTTP_PROXY;
      delete process.env.http_proxy;
    }
  });
});
