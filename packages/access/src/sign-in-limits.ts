import { createHash } from 'node:crypto';
import { RatchetError } from '@ratchet/contract/errors';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { BoundedCache } from './bounded-cache.ts';
import type { Alarm } from './security-event.ts';
import { sourceOf } from './source-of.ts';

export interface SignInLimitOptions {
  /** Failures of one source with one name before it waits. */
  readonly attempts: number;
  readonly windowMinutes: number;
  /** Counts over many nodes; without, each node counts for itself. */
  readonly redisUrl?: string | null;
  readonly warn: (message: string, error: unknown) => void;
  readonly alarm: Alarm;
}

/** One source may fail with this many times as often over all names: an office behind one address stays open. */
const overAllNames = 5;
/** Counters kept in memory, at most. The oldest goes first. */
const mostCounters = 50_000;
const mostTold = 10_000;

export type SignInLimits = ReturnType<typeof signInLimits>;

/**
 * Counts failed proofs by where they come from, and by that and the name they were for; never by the name alone, so that
 * nobody can lock somebody else's account. An attempt counts when it begins and is given back when it succeeds, so that
 * ten thousand at once are as few as one after another.
 */
export function signInLimits({ attempts, windowMinutes, redisUrl, warn, alarm }: SignInLimitOptions) {
  const redis = redisUrl
    ? new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: false })
    : null;
  redis?.on('error', (error: unknown) =>
    warn('The counters of sign-ins cannot be reached; this node counts alone.', error),
  );
  const limiter = (keyPrefix: string, points: number) => {
    const settings = { keyPrefix, points, duration: windowMinutes * 60 };
    const memory = bounded(new RateLimiterMemory(settings));
    return redis ? new RateLimiterRedis({ ...settings, storeClient: redis, insuranceLimiter: memory }) : memory;
  };
  const bySource = limiter('ratchet-sign-in-source', attempts * overAllNames);
  const byName = limiter('ratchet-sign-in-name', attempts);

  /** Once per window and source. */
  const told = new BoundedCache<true>(mostTold, windowMinutes * 60_000);
  const tell = (source: string, address: string | undefined) => {
    if (told.get(source)) return;
    told.set(source, true);
    alarm({ kind: 'failed_sign_ins', message: 'Too many failed sign-ins from one address: it has to wait.', address });
  };

  async function count(address: string | undefined, name: string): Promise<() => Promise<void>> {
    const source = sourceOf(address);
    const pair = `${source} ${createHash('sha256').update(name.toLowerCase()).digest('base64url')}`;
    try {
      await consume(bySource, source);
      try {
        await consume(byName, pair);
      } catch (error) {
        // Refused unseen: no failure of its own.
        await bySource.reward(source);
        throw error;
      }
    } catch (error) {
      tell(source, address);
      throw error;
    }
    return async () => {
      await bySource.reward(source);
      await byName.delete(pair);
    };
  }
  return {
    /**
     * Runs one attempt. `failed` says whether an error is a wrong proof; any other one does not count. Throws
     * RATE_LIMITED with `details.retryAfterMs` without running it.
     */
    async attempt<T>(
      who: { readonly address: string | undefined; readonly name: string },
      work: () => Promise<T>,
      failed: (error: unknown) => boolean,
    ): Promise<T> {
      const giveBack = await count(who.address, who.name);
      try {
        const result = await work();
        await giveBack();
        return result;
      } catch (error) {
        if (!failed(error)) await giveBack();
        throw error;
      }
    },
    /** Counts one use of something that is limited whether it succeeds or not. Throws RATE_LIMITED. */
    async use(who: { readonly address: string | undefined; readonly name: string }): Promise<void> {
      await count(who.address, who.name);
    },
    async close(): Promise<void> {
      redis?.disconnect();
    },
  };
}

type Limiter = Pick<RateLimiterMemory, 'consume' | 'reward' | 'delete'>;

async function consume(limiter: Limiter, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const retryAfterMs = Math.max(1000, Math.ceil(refused.msBeforeNext));
    throw new RatchetError(
      'RATE_LIMITED',
      `Too many failed sign-ins from this address. Try again in ${inWords(Math.ceil(retryAfterMs / 1000))}.`,
      { retryAfterMs },
    );
  }
}

const inWords = (seconds: number): string =>
  seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;

/** Forgets the counter that was begun first when there are too many. */
function bounded(limiter: RateLimiterMemory): RateLimiterMemory {
  const known = new Set<string>();
  const consumeOne = limiter.consume.bind(limiter);
  const deleteOne = limiter.delete.bind(limiter);
  limiter.consume = async (key, ...rest) => {
    const name = String(key);
    known.add(name);
    for (const oldest of known) {
      if (known.size <= mostCounters) break;
      known.delete(oldest);
      await deleteOne(oldest);
    }
    return consumeOne(key, ...rest);
  };
  limiter.delete = async (key, ...rest) => {
    known.delete(String(key));
    return deleteOne(key, ...rest);
  };
  return limiter;
}
