import { afterAll, describe, expect, it } from 'vitest';
import type { NetworkPolicy } from '../src/sandbox.ts';
import { openNetwork } from './network-fixture.ts';

const network = await openNetwork();
const { base, port, lookups, result } = network;
afterAll(network.close);

describe('what may be reached', () => {
  const closed: NetworkPolicy = { allow: null, allowPrivate: [] };
  const attempt = (url: string, allowed: NetworkPolicy = closed) =>
    result(
      `() => { try { return fetch(${JSON.stringify(url)}).status } catch (e) { return e.name + ': ' + e.message } }`,
      { network: allowed },
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
    const policy = { allow: null, allowPrivate: [`127.0.0.1:${port}`] };
    expect(await attempt(`${base}/redirect?to=/text`, policy)).toBe(200);
    for (const to of ['http://127.0.0.1:1/', 'http://169.254.169.254/', 'file:///etc/passwd', 'http://inside.test/']) {
      expect(await attempt(`${base}/redirect?to=${encodeURIComponent(to)}`, policy)).toMatch(/^NetworkError/);
    }
    expect(await attempt(`${base}/loop`, policy)).toMatch(/redirects more than 10 times/);
  });

  it('narrows by the allow-list', async () => {
    const listed = (...allow: string[]): NetworkPolicy => ({ allow, allowPrivate: ['127.0.0.1/32'] });
    expect(await attempt(`${base}/text`, listed('127.0.0.1'))).toBe(200);
    expect(await attempt(`${base}/text`, listed(`127.0.0.1:${port}`))).toBe(200);
    expect(await attempt(`http://inside.test:${port}/text`, listed('*.test'))).toBe(200);
    expect(await attempt(`http://inside.test:${port}/text`, listed('inside.test'))).toBe(200);
    for (const list of [[], ['other.test'], ['127.0.0.1:1'], ['*.inside.test'], ['nside.test']]) {
      expect(await attempt(`http://inside.test:${port}/text`, listed(...list))).toMatch(/network\.allow/);
    }
  });

  it('resolves a name once and connects to the address it checked', async () => {
    lookups.length = 0;
    const policy = { allow: null, allowPrivate: ['inside.test'] };
    expect(await attempt(`http://inside.test:${port}/text`, policy)).toBe(200);
    expect(lookups).toEqual(['inside.test']);
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
      class: 'ResponseLimitError',
      message: expect.stringContaining('The response is larger than 100000 bytes.'),
    });
  });

  it('counts requests', async () => {
    const code =
      "() => { let n = 0; try { for (;;) { fetch('BASE/text'); n += 1 } } catch (e) { return [n, e.name, e instanceof NetworkError] } }";
    expect(await result(code, { limits: { requests: 3 } })).toEqual([3, 'RequestLimitError', true]);
  });

  it('refuses a request body that is too large', async () => {
    expect(await result("() => fetch('BASE/echo', { method: 'POST' }, 'x'.repeat(200000))")).toMatchObject({
      class: 'RequestLimitError',
    });
  });

  it('gives up requests that are open when the run ends', async () => {
    expect(await result("async () => { fetch('BASE/hang'); return 1 }")).toBe(1);
  });
});
