import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';
import { acquireLease, releaseLease, renewLease } from './queries/leases.ts';

export interface Held {
  /** Grows with every holder: what is written under the lease checks it. */
  readonly fence: number;
  /** Ends when the lease is lost. */
  readonly signal: AbortSignal;
}

export interface LeaseOptions {
  readonly name: string;
  readonly holder: string;
  readonly seconds: number;
  /** How long to wait for another holder. */
  readonly waitMs: number;
  /** What is thrown when the wait was in vain. */
  readonly busy: () => Error;
}

/** Works while holding a lease, which is renewed until the work ends. */
export async function withLease<T>(database: Database, options: LeaseOptions, work: (held: Held) => Promise<T>): Promise<T> {
  const { name, seconds } = options;
  const fence = await waitFor(database, options);
  const lost = new AbortController();
  const renew = setInterval(
    () => {
      renewLease(database.db, name, fence, seconds).then(
        (held) => {
          if (!held) lost.abort(options.busy());
        },
        // The database is away for now: the lease runs out by itself, and what is written then is refused by its fence.
        () => {},
      );
    },
    (seconds * 1000) / 3,
  );
  try {
    return await work({ fence, signal: lost.signal });
  } finally {
    clearInterval(renew);
    await releaseLease(database.db, name, fence);
  }
}

async function waitFor(database: Database, { name, holder, seconds, waitMs, busy }: LeaseOptions): Promise<number> {
  const until = performance.now() + waitMs;
  for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
    const lease = await acquireLease(database.db, { name, holder, seconds });
    if (lease) return lease.fence;
    if (performance.now() + pause > until) throw busy();
    await sleep(pause);
  }
}
