/** A bucket that one call takes a token from. */
export interface Bucket {
  /** Whose, of what: `user:<id>`. */
  readonly name: string;
  /** Tokens that come back in a minute. */
  readonly perMinute: number;
  /** Tokens at most: calls at once after a pause. */
  readonly burst: number;
}

/** The bucket that was empty, and when it has a token again. */
export interface Refusal {
  readonly bucket: Bucket;
  readonly retryAfterMs: number;
}

/** Takes a token from each bucket, or from none and says which is empty; null: taken. */
export type TakeTokens<R = Refusal | null> = (buckets: readonly Bucket[]) => R;

interface Level {
  bucket: Bucket;
  tokens: number;
  /** When the tokens were counted. */
  at: number;
}

/** Whenever there are twice as many as the last time, and at least so many, the full ones are forgotten. */
const fewest = 10_000;

/** Token buckets of this process. `now`: milliseconds of a clock that never goes back. */
export function memoryBuckets(now: () => number = () => performance.now()): TakeTokens {
  const levels = new Map<string, Level>();
  let most = fewest;

  const fill = (level: Level, bucket: Bucket, at: number): Level => {
    level.tokens = Math.min(bucket.burst, level.tokens + ((at - level.at) * bucket.perMinute) / 60_000);
    level.at = at;
    level.bucket = bucket;
    return level;
  };

  function levelOf(bucket: Bucket, at: number): Level {
    const level = levels.get(bucket.name);
    if (level) return fill(level, bucket, at);
    const full = { bucket, tokens: bucket.burst, at };
    levels.set(bucket.name, full);
    return full;
  }

  function forgetFull(at: number): void {
    for (const [name, level] of levels)
      if (fill(level, level.bucket, at).tokens >= level.bucket.burst) levels.delete(name);
    most = Math.max(fewest, levels.size * 2);
  }

  return (buckets) => {
    const at = now();
    if (levels.size > most) forgetFull(at);
    let refusal: Refusal | null = null;
    for (const bucket of buckets) {
      const { tokens } = levelOf(bucket, at);
      if (tokens >= 1) continue;
      const retryAfterMs = Math.ceil(((1 - tokens) * 60_000) / bucket.perMinute);
      if (!refusal || retryAfterMs > refusal.retryAfterMs) refusal = { bucket, retryAfterMs };
    }
    if (refusal) return refusal;
    for (const { name } of buckets) (levels.get(name) as Level).tokens -= 1;
    return null;
  };
}
