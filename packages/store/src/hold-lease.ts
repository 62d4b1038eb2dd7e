import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';
import { acquireLease, type LeaseRequest, releaseLease, renewLease } from './queries/leases.ts';

export interface Held {
  /** Grows with every holder: what is written under the lease checks it. */
  readonly fence: number;
  /** Ends when the lease is lost. */
  readonly signal: AbortSignal;
}

export interface LeaseOptions extends LeaseRequest {
  /** How long to wait for another holder. */
  readonly waitMs: number;
  /** What is thrown when the wait was in vain, or the lease lost. */
  readonly busy: () => Error;
}

/** Works while holding a lease, which is renewed until the work ends. */
export async function withLease<T>(
  database: Database,
  options: LeaseOptions,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const fence = await waitFor(database, options);
  const { signal, stop } = renewing(database, options, fence);
  try {
    return await work({ fence, signal });
  } finally {
    stop();
    // What the work came to stands, whether or not the lease can be given back: it expires by itself.
    await releaseLease(database.db, options.name, fence).catch(() => {});
  }
}

/** Renews at each third of the time; the signal ends when the lease went to another, or ran out without an answer. */
function renewing(database: Database, { name, seconds, busy }: LeaseOptions, fence: number) {
  const lost = new AbortController();
  const ms = seconds * 1000;
  let until = performance.now() + ms;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const renew = async (): Promise<void> => {
    const asked = performance.now();
    let held: boolean;
    try {
      held = await renewLease(database.db, name, fence, seconds);
      if (held) until = asked + ms;
    } catch {
      // A database that cannot be reached now may answer the next time.
      held = performance.now() < until;
    }
    if (!held) lost.abort(busy());
    else if (!stopped) later();
  };
  const later = () => {
    timer = setTimeout(() => void renew(), ms / 3);
  };
  later();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
  };
  return { signal: lost.signal, stop };
}

async function waitFor(database: Database, { name, holder, seconds, waitMs, busy }: LeaseOptions): Promise<number> {
  const until = performance.now() + waitMs;
  for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
    const lease = await acquireLease(database.db, { name, holder, seconds });
    if ('fence' in lease) return lease.fence;
    if (performance.now() + pause > until) throw busy();
    await sleep(pause);
  }
}
