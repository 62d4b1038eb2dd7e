import { fullRights } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { table } from '@ratchet/contract/operations/table';
import { type RedisServer, startRedisServer } from '@ratchet/testing/redis-server';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type LimitSettings, limits } from '../src/limits.ts';

const usualLimits: LimitSettings = {
  perMinute: { user: 1200, key: 1200, address: 2400, anonymous: 300 },
  burst: null,
  daily: { user: 0, key: 0 },
  operations: {},
};

import { redisBuckets } from '../src/redis-buckets.ts';
import { type Bucket, memoryBuckets } from '../src/token-buckets.ts';

const bucket = (name: string, perMinute = 60, burst = 5): Bucket => ({ name, perMinute, burst });
const operation = table.tasks.get;
const user = (id: string, more: Partial<Caller> = {}): Caller => ({
  actor: { kind: 'user', id, name: id },
  rights: { ...fullRights, role: 'user' },
  surface: 'rest',
  requestId: 'r',
  address: '10.0.0.1',
  ...more,
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const quiet = () => {};
function limited(settings: Partial<LimitSettings>, now?: () => number) {
  const made = limits({ ...usualLimits, ...settings }, quiet, now);
  closing.push(() => made.close());
  return made;
}
/** How many of so many calls are let in. */
async function letIn(count: () => void | Promise<void>, calls: number): Promise<number> {
  let let_in = 0;
  for (let n = 0; n < calls; n++)
    try {
      await count();
      let_in += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    }
  return let_in;
}

describe('token buckets in memory', () => {
  it('let a burst in, then as many as come back', () => {
    let at = 0;
    const take = memoryBuckets(() => at);
    for (let n = 0; n < 5; n++) expect(take([bucket('a')])).toBeNull();
    expect(take([bucket('a')])).toEqual({ bucket: bucket('a'), retryAfterMs: 1000 });
    at += 500;
    expect(take([bucket('a')])).toMatchObject({ retryAfterMs: 500 });
    at += 500;
    expect(take([bucket('a')])).toBeNull();
    at += 3_600_000;
    for (let n = 0; n < 5; n++) expect(take([bucket('a')])).toBeNull();
    expect(take([bucket('a')])).not.toBeNull();
  });

  it('take from all or from none', () => {
    const take = memoryBuckets(() => 0);
    const [wide, narrow] = [bucket('wide', 60, 3), bucket('narrow', 60, 1)];
    expect(take([wide, narrow])).toBeNull();
    expect(take([wide, narrow])).toMatchObject({ bucket: narrow });
    expect(take([wide])).toBeNull();
    expect(take([wide])).toBeNull();
    expect(take([wide])).toMatchObject({ bucket: wide });
  });

  it('never let in more than burst and rate allow, whatever the times', () => {
    const steps = fc.array(fc.tuple(fc.nat(3000), fc.nat(8)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 20 }), (given, rate, burst) => {
        let at = 0;
        const take = memoryBuckets(() => at);
        let taken = 0;
        for (const [pause, calls] of given) {
          at += pause;
          for (let n = 0; n < calls; n++) if (take([bucket('x', rate, burst)]) === null) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(burst + (at * rate) / 60_000 + 1e-6);
      }),
    );
  });

  it('forget full buckets, and only those', () => {
    let at = 0;
    const take = memoryBuckets(() => at);
    for (let n = 0; n < 5; n++) take([bucket('kept', 1, 5)]);
    for (let n = 0; n < 30_000; n++) {
      at += 10;
      take([bucket(`many ${n}`)]);
    }
    // 300 s later five tokens of one in a minute have come back.
    expect(take([bucket('kept', 1, 5)])).toBeNull();
    expect(take([bucket('kept', 1, 5)])).toBeNull();
  });
});

describe('limits of calls', () => {
  const perMinute = { user: 10, key: 4, address: 0, anonymous: 2 };

  it('count users, keys and strangers each for themselves', async () => {
    const { count } = limited({ perMinute, burst: null });
    expect(await letIn(() => count(operation, user('u1')), 20)).toBe(10);
    expect(await letIn(() => count(operation, user('u2')), 20)).toBe(10);
    const key = user('k', { actor: { kind: 'api_key', id: 'k', name: 'k', userId: 'u1' } });
    expect(await letIn(() => count(operation, key), 20)).toBe(4);
    const stranger = user('', { actor: { kind: 'anonymous', id: 'anonymous', name: '' } });
    expect(await letIn(() => count(operation, stranger), 20)).toBe(2);
    expect(await letIn(() => count(operation, { ...stranger, address: '10.0.0.2' }), 20)).toBe(2);
  });

  it('count by role, address and operation', async () => {
    const { count } = limited({
      perMinute: { ...perMinute, address: 7, roles: { user: 3 } },
      burst: null,
      operations: { 'tasks.run': 1 },
    });
    expect(await letIn(() => count(operation, user('u1')), 20)).toBe(3);
    expect(await letIn(() => count(table.tasks.run, user('u2')), 20)).toBe(1);
    // What was refused took no token: three are left of seven for the address.
    const admin = user('u3', { rights: { ...fullRights, role: 'admin' } });
    expect(await letIn(() => count(operation, admin), 20)).toBe(3);
  });

  it('say when to try again', () => {
    const { count } = limited({ perMinute: { ...perMinute, user: 1 }, burst: null });
    count(operation, user('u'));
    expect(() => count(operation, user('u'))).toThrow(
      expect.objectContaining({
        code: 'RATE_LIMITED',
        details: {
          retryAfterMs: expect.any(Number),
          retryAfterSeconds: 60,
          limit: { of: 'user', per: 'minute', calls: 1 },
        },
      }),
    );
  });

  it('count the calls of a day, until the next', async () => {
    let now = Date.parse('2026-05-05T23:00:00Z');
    const { count } = limited({ daily: { user: 3, key: 0 } }, () => now);
    expect(await letIn(async () => count(operation, user('u')), 5)).toBe(3);
    await expect(count(operation, user('u'))).rejects.toMatchObject({
      details: { retryAfterMs: 3_600_000, limit: { per: 'day', calls: 3 } },
    });
    now += 3_600_000;
    expect(await letIn(async () => count(operation, user('u')), 5)).toBe(3);
  });

  it('can be switched off one by one', async () => {
    const { count } = limited({ perMinute: { user: 0, key: 0, address: 0, anonymous: 0 } });
    expect(await letIn(() => count(operation, user('u')), 5000)).toBe(5000);
  });
});

describe('limits over Redis', () => {
  let redis: RedisServer;
  const start = async () => {
    redis = await startRedisServer();
    return `redis://:${encodeURIComponent(redis.password)}@${redis.host}:${redis.port}`;
  };

  it('are shared by nodes, and taken from all or from none', async () => {
    const url = await start();
    closing.push(() => redis.close());
    const nodes = [1, 2].map(() => redisBuckets(url, (_, error) => expect.unreachable(String(error))));
    for (const node of nodes) closing.push(() => node.close());
    await expect.poll(() => nodes.every((node) => node.answers())).toBe(true);
    const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
    // A minute's rate of one: none comes back while the test runs.
    const [wide, narrow] = [bucket('wide', 1, 6), bucket('narrow', 1, 2)];
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? a : b).take([wide, narrow])));
    expect(answers.filter((answer) => answer === null)).toHaveLength(2);
    const refused = answers.find((answer) => answer !== null);
    expect(refused?.bucket.name).toBe('narrow');
    expect(refused?.retryAfterMs).toBeGreaterThan(50_000);
    const rest = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? a : b).take([wide])));
    expect(rest.filter((answer) => answer === null)).toHaveLength(4);
  });

  it('count the calls of a day over nodes', async () => {
    const url = await start();
    closing.push(() => redis.close());
    const nodes = [1, 2].map(() => limited({ redisUrl: url, daily: { user: 6, key: 0 } }));
    // Until it is connected a node counts for itself.
    const warmed = async (node: (typeof nodes)[0]) => letIn(async () => node.count(operation, user('warm')), 1);
    await expect.poll(async () => (await warmed(nodes[0] as never)) + (await warmed(nodes[1] as never))).toBe(0);
    let total = 0;
    for (const node of nodes) total += await letIn(async () => node.count(operation, user('shared')), 6);
    expect(total).toBe(6);
  });

  it('go on in memory when Redis dies, which is said once', async () => {
    const url = await start();
    const warnings: string[] = [];
    const buckets = redisBuckets(url, (message) => warnings.push(message));
    closing.push(() => buckets.close());
    await expect.poll(() => buckets.answers()).toBe(true);
    for (let n = 0; n < 3; n++) expect(await buckets.take([bucket('x', 1, 3)])).toBeNull();
    expect(await buckets.take([bucket('x', 1, 3)])).not.toBeNull();
    await redis.close();
    const alone = await letIn(async () => {
      if (await buckets.take([bucket('x', 1, 3)])) throw Object.assign(new Error(), { code: 'RATE_LIMITED' });
    }, 50);
    expect(alone).toBe(3);
    await expect.poll(() => warnings.length).toBe(1);
    expect(warnings).toEqual(['Redis does not answer: rate limits are counted by each node for itself.']);
  });

  it('let calls in where there never was a Redis', async () => {
    const { count } = limited({
      redisUrl: 'redis://127.0.0.1:1',
      perMinute: { ...usualLimits.perMinute, user: 4 },
      burst: null,
    });
    expect(await letIn(async () => count(operation, user('u')), 10)).toBe(4);
  });
});
