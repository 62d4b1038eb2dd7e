import type { Role } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { redisBuckets } from './redis-buckets.ts';
import { type Bucket, memoryBuckets, type Refusal, type TakeTokens } from './token-buckets.ts';

/** Calls that are let in; 0: any number. */
export interface LimitSettings {
  readonly perMinute: {
    readonly user: number;
    readonly key: number;
    /** Of all callers at one address together. */
    readonly address: number;
    /** Of those at one address who have not signed in. */
    readonly anonymous: number;
    /** Of one user of a role, in place of `user`. */
    readonly roles?: Readonly<Partial<Record<Role, number>>>;
  };
  /** Calls at once after a pause; null: those of a minute. */
  readonly burst: number | null;
  /** Calls of a day (UTC). */
  readonly daily: { readonly user: number; readonly key: number };
  /** Calls of one caller of an operation in a minute, by its name. */
  readonly operations: Readonly<Record<string, number>>;
  /** Without, each process counts for itself. */
  readonly redisUrl?: string | undefined;
}

export interface Limits {
  /** Counts a call, or throws RATE_LIMITED with `{retryAfterMs, retryAfterSeconds, limit}`. */
  count(operation: Operation, caller: Caller): void | Promise<void>;
  close(): Promise<void>;
}

const dayMs = 86_400_000;

/** Rate limits of calls by who makes them, from where, and what they ask for. */
export function limits(
  settings: LimitSettings,
  warn: (message: string, error: unknown) => void,
  now: () => number = Date.now,
): Limits {
  const shared = settings.redisUrl ? redisBuckets(settings.redisUrl, warn) : null;
  const take: TakeTokens<Refusal | null | Promise<Refusal | null>> = shared ? shared.take : memoryBuckets();
  const quota = dailyQuota(shared?.client, now);

  function bucketsOf({ name }: Operation, { actor, rights, address }: Caller): Bucket[] {
    const { perMinute, operations } = settings;
    const known = actor.kind === 'user' || actor.kind === 'api_key';
    const user = perMinute.roles?.[rights.role] ?? perMinute.user;
    const isKey = actor.kind === 'api_key';
    const rate = isKey ? perMinute.key : user;
    const who = known ? `${isKey ? 'key' : 'user'}:${actor.id}` : `anonymous:${address ?? ''}`;
    const buckets: Bucket[] = [];
    const add = (bucket: string, each: number | undefined): void => {
      if (each)
        buckets.push({ name: bucket, perMinute: each, burst: Math.max(1, Math.min(each, settings.burst ?? each)) });
    };
    add(who, known ? rate : perMinute.anonymous);
    if (address !== undefined) add(`address:${address}`, perMinute.address);
    if (Object.hasOwn(operations, name)) add(`operation:${name}:${who}`, operations[name]);
    return buckets;
  }

  async function countDay({ actor }: Caller): Promise<void> {
    const most = actor.kind === 'api_key' ? settings.daily.key : actor.kind === 'user' ? settings.daily.user : 0;
    if (most === 0) return;
    const retryAfterMs = await quota(`${actor.kind}:${actor.id}`, most);
    if (retryAfterMs !== null)
      throw tooMany(`Your ${most} calls of today are used up.`, retryAfterMs, { per: 'day', calls: most });
  }

  const refuse = ({ bucket, retryAfterMs }: Refusal): never => {
    const whose = bucket.name.split(':')[0] ?? '';
    throw tooMany(said[whose] ?? 'Too many calls.', retryAfterMs, {
      of: whose,
      per: 'minute',
      calls: bucket.perMinute,
    });
  };
  const daily = settings.daily.user > 0 || settings.daily.key > 0;

  return {
    count(operation, caller) {
      const refused = take(bucketsOf(operation, caller));
      if (refused instanceof Promise)
        return refused.then((refusal) => (refusal ? refuse(refusal) : daily ? countDay(caller) : undefined));
      if (refused) refuse(refused);
      return daily ? countDay(caller) : undefined;
    },
    close: async () => shared?.close(),
  };
}

const said: Readonly<Record<string, string>> = {
  user: 'You make too many calls.',
  key: 'This key makes too many calls.',
  address: 'Too many calls come from your address.',
  anonymous: 'Too many calls come from your address without anybody signing in.',
  operation: 'You make too many calls of this operation.',
};

const tooMany = (what: string, retryAfterMs: number, limit: Record<string, unknown>): RatchetError =>
  new RatchetError('RATE_LIMITED', `${what} Try again in ${Math.ceil(retryAfterMs / 1000)} s.`, {
    retryAfterMs,
    retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
    limit,
  });

/** Counts one of a day; answers how long until the next day where there were enough. */
function dailyQuota(client: unknown, now: () => number): (name: string, most: number) => Promise<number | null> {
  const common = { points: Number.MAX_SAFE_INTEGER, duration: 2 * (dayMs / 1000) };
  const alone = new RateLimiterMemory(common);
  const counter = client
    ? new RateLimiterRedis({
        ...common,
        storeClient: client,
        keyPrefix: 'ratchet:day',
        rejectIfRedisNotReady: true,
        insuranceLimiter: alone,
      })
    : alone;
  return async (name, most) => {
    const today = Math.floor(now() / dayMs);
    const { consumedPoints }: RateLimiterRes = await counter.consume(`${name}:${today}`);
    return consumedPoints > most ? (today + 1) * dayMs - now() : null;
  };
}
