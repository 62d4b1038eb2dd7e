import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpExchange, RunResult } from '../src/sandbox.ts';
import { openNetwork } from './network-fixture.ts';

let net: Awaited<ReturnType<typeof openNetwork>>;
beforeAll(async () => {
  net = await openNetwork();
});
afterAll(() => net.close());

/** In code, BASE stands for the server's address, which it may reach. */
const play: typeof net.run = (code, input, changes = {}) =>
  net.run(String(code).replaceAll('BASE', JSON.stringify(net.base)), input, {
    network: { allow: null, allowPrivate: ['127.0.0.0/8'] },
    ...changes,
  });
const clock = Date.parse('2026-02-03T04:05:06.789Z');
const own = { seed: 'seven', clock };

/** Answers requests as an earlier run was answered, in order. */
const answersOf = (exchanges: readonly HttpExchange[]) => {
  const left = [...exchanges];
  return ({ method, url }: { method: string; url: string }): HttpAnswer => {
    const n = left.findIndex((one) => one.method === method && one.url === url);
    const [found] = n < 0 ? [] : left.splice(n, 1);
    if (found === undefined) return { at: 0, error: `unknown ${method} ${url}` };
    const at = found.unanswered ? null : Math.round(found.startedMs + found.durationMs);
    return found.response ? { at, response: found.response } : { at, error: found.error ?? '' };
  };
};
const outputOf = (result: RunResult): unknown => {
  if (result.status !== 'completed')
    throw new Error(`${result.status}: ${result.error.class}: ${result.error.message}`);
  return result.output;
};

describe('a run with a clock and random numbers of its own', () => {
  const everything = `export default async () => {
    const t0 = performance.now();
    const first = [Date.now(), new Date().toISOString(), Date().length > 10, new Date(2000, 0, 1).getFullYear(), t0];
    await new Promise((go) => setTimeout(go, 40));
    return { first, later: Date.now() - first[0], isDate: new Date() instanceof Date, made: new Date().constructor === Date,
      parsed: Date.parse('2020-01-01T00:00:00Z'), random: [Math.random(), Math.random()],
      bytes: [...crypto.getRandomValues(new Uint8Array(8))], uuid: crypto.randomUUID(), took: performance.now() > 39 };
  }`;

  it('begins at its clock, moves with its timers, and says the same again for the same seed', async () => {
    const one = outputOf(await play(everything, {}, { determinism: own })) as { later: number; first: unknown[] };
    expect(one).toMatchObject({ isDate: true, made: true, took: true, parsed: 1577836800000 });
    expect(one.first).toEqual([clock, '2026-02-03T04:05:06.789Z', true, 2000, 0]);
    expect(one.later).toBe(40);
    for (let n = 0; n < 3; n += 1) expect(outputOf(await play(everything, {}, { determinism: own }))).toEqual(one);
    const replayed = await play(everything, {}, { determinism: own, answers: answersOf([]) });
    expect(outputOf(replayed)).toEqual(one);
    const other = outputOf(await play(everything, {}, { determinism: { seed: 'eight', clock } })) as object;
    expect(Object.values(other)).not.toEqual(Object.values(one));
    const plain = outputOf(await play(everything)) as { first: number[] };
    expect(plain.first[0]).toBeGreaterThan(clock + 1000);
  });

  it('gets on in a loop that waits for a time', async () => {
    const code = 'function main() { const end = Date.now() + 50; while (Date.now() < end); return Date.now() - end; }';
    expect(outputOf(await play(code, {}, { determinism: own }))).toBe(0);
  });

  it.each([
    [
      'requests that race timers and each other',
      `export default async () => {
        const seen = [];
        const note = (what) => (value) => seen.push([what, Date.now() - ${clock}, value]);
        const get = (path) => fetch(BASE + path).then((r) => r.text()).then((t) => t.length);
        await Promise.all([
          get('/slow?ms=120').then(note('slow')), get('/slow?ms=30').then(note('quick')),
          new Promise((go) => setTimeout(go, 60)).then(note('timer')),
          new Promise((go) => setTimeout(go, 5)).then(() => get('/slow?ms=70')).then(note('chained')),
          fetch(BASE + '/slow?ms=2000', { signal: AbortSignal.timeout(80) }).then(note('late'), (e) => note('gave up')(e.name)),
          crypto.subtle.digest('SHA-256', new Uint8Array(3)).then((d) => note('digest')(d.byteLength)),
        ]);
        return seen;
      }`,
    ],
    [
      'blocking requests',
      `function main() { const a = fetch(BASE + '/slow?ms=30').body; const t = Date.now(); return [a, t, fetch(BASE + '/echo', {method: 'POST'}, {n: 1}).status, Date.now(), Math.random()]; }`,
    ],
    [
      'errors',
      `function main() { try { fetch(BASE + '/cut'); } catch (e) { return [e.name, e.message, Date.now()]; } }`,
    ],
  ])('is played again the same without the network: %s', async (_name, code) => {
    const exchanges: HttpExchange[] = [];
    const recorded = await play(code, {}, { determinism: own, onHttp: (one) => exchanges.push(one) });
    const output = outputOf(recorded);
    for (let n = 0; n < 3; n += 1) {
      const answers = answersOf(exchanges);
      const replayed = await play(code, {}, { determinism: own, answers, network: { allow: [], allowPrivate: [] } });
      expect(outputOf(replayed)).toEqual(output);
    }
  });

  it('ends in time where the recorded run ended without an answer', async () => {
    const code = `export default async () => { await fetch(BASE + '/hang'); }`;
    const exchanges: HttpExchange[] = [];
    const limits = { timeoutMs: 300 };
    const recorded = await play(code, {}, { determinism: own, limits, onHttp: (one) => exchanges.push(one) });
    expect(recorded).toMatchObject({ status: 'timed_out', error: { class: 'TimeoutError' } });
    expect(exchanges).toMatchObject([{ unanswered: true, response: null }]);
    const replayed = await play(code, {}, { determinism: own, answers: answersOf(exchanges) });
    expect(replayed).toMatchObject({ status: 'timed_out', error: { class: 'TimeoutError' } });
    const blocked = await play(
      `function main() { fetch(BASE + '/hang'); }`,
      {},
      { determinism: own, answers: answersOf(exchanges) },
    );
    expect(blocked).toMatchObject({ status: 'timed_out' });
  });
});

describe('what is told of a request', () => {
  it('has its redirects, times and bodies, without secrets', async () => {
    const exchanges: HttpExchange[] = [];
    const secret = 'hush-hush-9000';
    const code = `export default async () => {
      await fetch(BASE + '/redirect?to=/text&key=${secret}');
      await fetch(BASE + '/echo', { method: 'POST', body: new Uint8Array([255, ...new TextEncoder().encode('${secret}')]) });
    }`;
    await play(code, {}, { secrets: { KEY: secret }, onHttp: (one) => exchanges.push(one) });
    expect(JSON.stringify(exchanges)).not.toContain(secret);
    expect(JSON.stringify(exchanges)).not.toContain(Buffer.from(secret).toString('base64').slice(2, 12));
    const [first, second] = exchanges;
    expect(first).toMatchObject({
      redirects: [{ status: 302, location: '/text' }],
      response: { status: 200, redirected: true },
    });
    expect(first?.waitedMs).toBeGreaterThan(0);
    expect(second?.requestBody).toEqual({
      base64: Buffer.concat([Buffer.from([255]), Buffer.from('[redacted]')]).toString('base64'),
    });
  });

  it('is compared with a recording without its secrets, so that a rotated one still fits', async () => {
    const code = `function main(input, { secrets }) { return fetch(BASE + '/echo?key=' + secrets.KEY, { method: 'POST' }, { key: secrets.KEY }).status; }`;
    const calls: unknown[] = [];
    const answers = (call: object): HttpAnswer => {
      calls.push(call);
      const body = { text: '' };
      return {
        at: 1,
        response: { status: 207, statusText: '', url: 'http://x/', redirected: false, headers: [], body },
      };
    };
    for (const secret of ['hush-hush-9000', 'another-one-1'])
      expect(outputOf(await play(code, {}, { secrets: { KEY: secret }, determinism: own, answers }))).toBe(207);
    expect(calls[0]).toEqual({
      method: 'POST',
      url: `${net.base}/echo?key=[redacted]`,
      requestBody: { text: '{"key":"[redacted]"}' },
    });
    expect(calls[1]).toEqual(calls[0]);
  });
});
