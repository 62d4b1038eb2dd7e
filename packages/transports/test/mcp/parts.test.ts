import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrency } from '../../src/mcp/concurrency.ts';
import { checkHostAndOrigin, loopbackNames } from '../../src/mcp/http-guard.ts';
import { pageFrom, pageSize } from '../../src/mcp/page.ts';
import { fenced, renderText } from '../../src/mcp/render-text.ts';
import { resourceAddress } from '../../src/mcp/resource-address.ts';
import { progressFilter, progressTeller, type ToldProgress } from '../../src/mcp/tell-progress.ts';

describe('pages', () => {
  it('go through everything once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 230 }), (items) => {
        const seen: number[] = [];
        let cursor: string | undefined;
        do {
          const page = pageFrom(items, cursor);
          expect(page.items.length).toBeLessThanOrEqual(pageSize);
          seen.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor);
        expect(seen).toEqual(items);
      }),
    );
  });
  it.each(['', 'x', Buffer.from('from 99').toString('base64url'), Buffer.from('from -1').toString('base64url')])(
    'refuses the cursor %j',
    (cursor) => {
      expect(() => pageFrom([1, 2], cursor)).toThrow(/cursor/);
    },
  );
});

describe('progress', () => {
  it('only grows, whatever the stages do', () => {
    const step = fc.record({ stage: fc.constantFrom('read', 'write', 'end'), done: fc.nat(50), total: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(step), fc.nat(20), (steps, delta) => {
        const told: ToldProgress[] = [];
        const tell = progressTeller({ delta, frequency: 0 }, (one) => told.push(one));
        for (const one of steps) tell(one);
        for (const [i, one] of told.entries()) {
          expect(one.progress).toBeGreaterThan(told[i - 1]?.progress ?? -1);
          expect(one.total).toBeGreaterThanOrEqual(one.progress);
        }
      }),
    );
  });
  it('tells by the least change and the least time that were asked for, and the last always', () => {
    let time = 0;
    const told: number[] = [];
    const tell = progressTeller(
      { delta: 10, frequency: 100 },
      ({ progress }) => told.push(progress),
      () => time,
    );
    for (let done = 0; done <= 45; done++) {
      tell({ stage: 'read', done, total: 45 });
      time += 20;
    }
    expect(told).toEqual([0, 10, 20, 30, 40, 45]);
  });
  it.each([
    [undefined, { delta: 0, frequency: 100 }],
    [{ 'ratchet/progress': { delta: 5, frequency: 0 } }, { delta: 5, frequency: 0 }],
    [{ 'ratchet/progress': { delta: -1, frequency: 'often' } }, { delta: 0, frequency: 100 }],
    [{ 'ratchet/progress': 7 }, { delta: 0, frequency: 100 }],
  ])('reads its filter (%#)', (meta, filter) => {
    expect(progressFilter(meta)).toEqual(filter);
  });
});

describe('concurrency', () => {
  const never = new AbortController().signal;
  it('runs so many, lets so many wait in order, and refuses the rest', async () => {
    const slots = concurrency(2, 3);
    const open: (() => void)[] = [];
    let most = 0;
    const order: number[] = [];
    const calls = Array.from({ length: 7 }, (_, i) =>
      slots.run(never, async () => {
        order.push(i);
        most = Math.max(most, slots.running());
        await new Promise<void>((resolve) => open.push(resolve));
        return i;
      }),
    );
    const settled = Promise.allSettled(calls);
    while (order.length < 5) {
      await Promise.resolve();
      open.shift()?.();
    }
    for (const go of open) go();
    const results = await settled;
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(results.map((one) => one.status)).toEqual([...Array(5).fill('fulfilled'), 'rejected', 'rejected']);
    expect(results[6]).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
    expect(slots.running()).toBe(0);
  });
  it('forgets who goes away while waiting', async () => {
    const slots = concurrency(1, 2);
    const gone = new AbortController();
    let end = () => {};
    const first = slots.run(never, () => new Promise<void>((resolve) => (end = resolve)));
    const second = slots.run(gone.signal, async () => 'never');
    const third = slots.run(never, async () => 'third');
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    end();
    await first;
    await expect(third).resolves.toBe('third');
    expect(slots.running()).toBe(0);
  });
});

describe('addresses of resources', () => {
  it.each([
    ['ratchet://tasks/x', { kind: 'task', id: 'x', part: 'whole' }],
    ['ratchet://tasks/x/source', { kind: 'task', id: 'x', part: 'source' }],
    ['ratchet://tasks/x/schemas', { kind: 'task', id: 'x', part: 'schemas' }],
    ['ratchet://tasks/x/versions', { kind: 'task', id: 'x', part: 'versions' }],
    ['ratchet://executions/x/logs', { kind: 'logs', id: 'x' }],
    ['ratchet://conflicts/a%20b', { kind: 'conflict', id: 'a b' }],
    ['ratchet://docs/write-a-task', { kind: 'document', name: 'write-a-task' }],
    ['ratchet://tasks/x/other', null],
    ['ratchet://executions/x', null],
    ['ratchet://docs/../../etc/passwd', null],
    ['ratchet://docs/%ff', null],
    ['file:///etc/passwd', null],
    [`ratchet://tasks/${'x'.repeat(301)}`, null],
    ['', null],
  ])('%s', (uri, address) => {
    expect(resourceAddress(uri)).toEqual(address);
  });
});

describe('text of an answer', () => {
  const meta = { page: 1, limit: 50, total: 51, totalPages: 2, hasNext: true, hasPrevious: false, nextCursor: 'abc' };
  it('is a line an item, and how to go on', () => {
    expect(renderText({ items: [{ name: 'a', id: '1', uuid: 'u', nothing: null, deep: {} }], meta })).toBe(
      '51 in all; page 1 of 2.\n- a | id: 1\nMore: ask again with cursor "abc".',
    );
    expect(renderText({ items: [], meta: { ...meta, total: 0, totalPages: 0, hasNext: false } })).toBe(
      '0 in all; page 1 of 1.',
    );
  });
  it('shows code as code', () => {
    expect(renderText({ name: 'a', sourceCode: 'one\n```\ntwo\n' })).toBe(
      'name: a\nsourceCode:\n````\none\n```\ntwo\n````',
    );
  });
  it('is bounded', () => {
    expect(renderText({ text: 'x'.repeat(1_000_000) }).length).toBeLessThan(61_000);
  });
  it('cannot be ended from inside a fence', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', '\n') }), (text) => {
        const lines = fenced(text).split('\n');
        expect(lines.slice(1, -1).some((line) => line === lines[0])).toBe(false);
      }),
    );
  });
});

describe('host and origin', () => {
  const check = (host: string | undefined, origin?: string) => () =>
    checkHostAndOrigin(
      { headers: { ...(host === undefined ? {} : { host }), ...(origin === undefined ? {} : { origin }) } },
      loopbackNames,
      ['https://allowed.example'],
    );
  it.each([
    ['127.0.0.1:8080', undefined],
    ['localhost:8080', 'http://localhost:8080'],
    ['[::1]:8080', undefined],
    ['localhost:1', 'https://allowed.example'],
  ])('lets %s %s in', (host, origin) => {
    expect(check(host, origin)).not.toThrow();
  });
  it.each([
    ['evil.example', undefined],
    ['127.0.0.1.evil.example', undefined],
    ['localhost:8080', 'http://evil.example'],
    ['localhost:8080', 'http://localhost:9090'],
    ['localhost:8080', 'null'],
    [undefined, undefined],
    ['', undefined],
    ['a b', undefined],
  ])('refuses %s %s', (host, origin) => {
    expect(check(host, origin)).toThrow(expect.objectContaining({ code: 'PERMISSION_DENIED' }));
  });
});
