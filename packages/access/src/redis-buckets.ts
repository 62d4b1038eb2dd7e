import { Redis } from 'ioredis';
import { type Bucket, memoryBuckets, type Refusal, type TakeTokens } from './token-buckets.ts';

/*
 * For each bucket `tokens` and the time they were counted at, by Redis' own clock so that nodes need not agree. All are
 * looked at before one is taken from. A bucket that nobody takes from goes when it is full again.
 */
const script = `
local now = redis.call('time')
local at = now[1] * 1000 + now[2] / 1000
local levels = {}
local refused, wait = 0, 0
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local kept = redis.call('hmget', key, 'tokens', 'at')
  local tokens = tonumber(kept[1]) or burst
  local since = tonumber(kept[2]) or at
  tokens = math.min(burst, tokens + math.max(0, at - since) * rate / 60000)
  levels[i] = tokens
  if tokens < 1 then
    local ms = math.ceil((1 - tokens) * 60000 / rate)
    if ms > wait then refused, wait = i, ms end
  end
end
if refused > 0 then return { refused, wait } end
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local left = levels[i] - 1
  redis.call('hset', key, 'tokens', tostring(left), 'at', tostring(at))
  redis.call('pexpire', key, math.ceil((burst - left) * 60000 / rate) + 1000)
end
return { 0, 0 }`;

type Scripted = Redis & { ratchetTake(count: number, ...rest: (string | number)[]): Promise<[number, number]> };

/** Redis is not asked again for so long after it failed. */
const restMs = 5000;

export interface RedisBuckets {
  readonly take: TakeTokens<Promise<Refusal | null>>;
  readonly client: Redis;
  /** Whether it answered the last time it was asked. */
  answers(): boolean;
  close(): Promise<void>;
}

/**
 * Token buckets that all nodes share. While Redis does not answer each node counts for itself, and `warn` hears so once for
 * each time that it stopped.
 */
export function redisBuckets(url: string, warn: (message: string, error: unknown) => void): RedisBuckets {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 500,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(attempt * 200, restMs),
  });
  client.defineCommand('ratchetTake', { lua: script });
  const alone = memoryBuckets();
  let failedAt: number | null = null;
  const fail = (error: unknown): void => {
    if (failedAt === null) warn('Redis does not answer: rate limits are counted by each node for itself.', error);
    failedAt = performance.now();
  };
  client.on('error', (error) => fail(error));
  client.on('ready', () => {
    failedAt = null;
  });

  return {
    client,
    answers: () => failedAt === null && client.status === 'ready',
    async take(buckets) {
      if (buckets.length === 0) return null;
      if (failedAt !== null && performance.now() - failedAt < restMs) return alone(buckets);
      // It connects still: nobody waits for that.
      if (client.status !== 'ready') return alone(buckets);
      try {
        const names = buckets.map(({ name }) => `ratchet:limit:${name}`);
        const rates = buckets.flatMap(({ perMinute, burst }) => [perMinute, burst]);
        const [refused, wait] = await (client as Scripted).ratchetTake(names.length, ...names, ...rates);
        failedAt = null;
        return refused === 0 ? null : { bucket: buckets[refused - 1] as Bucket, retryAfterMs: wait };
      } catch (error) {
        fail(error);
        return alone(buckets);
      }
    },
    async close() {
      client.disconnect();
    },
  };
}
