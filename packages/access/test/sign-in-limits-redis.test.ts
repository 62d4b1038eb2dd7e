import { startRedisServer } from '@ratchet/testing/redis-server';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { signInLimits } from '../src/sign-in-limits.ts';

it('counts over nodes in Redis, and goes on alone without it', async () => {
  const redis = await startRedisServer();
  const url = `redis://:${encodeURIComponent(redis.password)}@${redis.host}:${redis.port}`;
  const client = new Redis(url);
  const node = () =>
    signInLimits({
      attempts: 4,
      windowMinutes: 15,
      redisUrl: url,
      warn: () => undefined,
      alarm: () => undefined,
    });
  const nodes = [node(), node()];
  const attempt = (i: number, address: string) =>
    nodes[i % 2]
      ?.attempt(
        { address, name: 'ann' },
        async () => Promise.reject(new Error('wrong')),
        () => true,
      )
      .catch((error) => error.code ?? error.message);
  try {
    // Until it has connected a node counts for itself.
    for (const [i, address] of ['192.0.2.200', '192.0.2.201'].entries())
      await expect
        .poll(async () => {
          await attempt(i, address);
          return client.get(`ratchet-sign-in-source:${address}`);
        })
        .not.toBeNull();
    const said: unknown[] = [];
    for (let i = 0; i < 6; i++) said.push(await attempt(i, '192.0.2.1'));
    expect(said).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'RATE_LIMITED', 'RATE_LIMITED']);
  } finally {
    client.disconnect();
    await redis.close();
  }
  expect(await attempt(0, '192.0.2.2')).toBe('wrong');
  for (const each of nodes) await each.close();
});
