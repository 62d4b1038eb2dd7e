import { afterAll, describe, expect, it } from 'vitest';
import { openNetwork } from './network-fixture.ts';

const network = await openNetwork();
const { base, result } = network;
afterAll(network.close);

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
