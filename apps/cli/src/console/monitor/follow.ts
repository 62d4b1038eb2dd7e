import { setTimeout as pause } from 'node:timers/promises';
import { RatchetError } from '@ratchet/contract/errors';

/** How a stream of events stands. `refused`: the server does not give it to this user. */
export type Following =
  | { readonly state: 'connecting' | 'connected' }
  | { readonly state: 'offline'; readonly retryInMs: number }
  | { readonly state: 'refused'; readonly why: string };

interface Followed<T> {
  /** Opens the stream; asked again after each break. */
  readonly open: (signal: AbortSignal) => AsyncIterable<T>;
  /** Brings what happened before, and while nobody listened. It runs beside the stream. */
  readonly catchUp: (signal: AbortSignal) => Promise<unknown>;
  readonly event: (event: T) => void;
  readonly stands: (following: Following) => void;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;
const refusedMs = 30_000;
const refusals = new Set(['PERMISSION_DENIED', 'UNAUTHENTICATED', 'NOT_FOUND', 'VALIDATION_FAILED']);

/** Follows a stream until a signal, over every break: with pauses that grow, and start over once something has come. */
export async function follow<T>({ open, catchUp, event, stands }: Followed<T>, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let why: string | null = null;
    const broken = new AbortController();
    const both = AbortSignal.any([signal, broken.signal]);
    try {
      const stream = open(both)[Symbol.asyncIterator]();
      // It is asked before what was is read, so that nothing falls between the two.
      let next = stream.next();
      next.catch(() => undefined);
      await catchUp(both);
      stands({ state: 'connected' });
      failures = 0;
      for (let one = await next; !one.done; one = await next) {
        event(one.value);
        next = stream.next();
      }
    } catch (error) {
      if (error instanceof RatchetError && refusals.has(error.code)) why = error.message;
    } finally {
      broken.abort();
    }
    if (signal.aborted) return;
    const retryInMs = why === null ? Math.min(longestPauseMs, firstPauseMs * 2 ** failures++) : refusedMs;
    stands(why === null ? { state: 'offline', retryInMs } : { state: 'refused', why });
    await pause(retryInMs, undefined, { signal }).catch(() => undefined);
  }
}
