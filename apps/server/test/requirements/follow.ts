import type { Operation } from '@ratchet/contract/operation';
import type { Wire } from './wire.ts';

/** A stream that is listened to. */
export interface Follower<T> {
  readonly seen: readonly T[];
  /**
   * Resolves with the first event that fits, of those seen and those to come. A stream that tells of what changes from now
   * on does not say when it began to listen: `provoke` makes a change, and again while nothing is heard of it.
   */
  first(fits: (event: T) => boolean, provoke?: () => Promise<unknown>): Promise<T>;
  /** Resolves with everything when the stream has ended by itself. */
  ended(): Promise<readonly T[]>;
  stop(): Promise<void>;
}

const patienceMs = 30_000;
const provokeEveryMs = 1000;

export function follow(wire: Wire, operation: Operation, input: Readonly<Record<string, unknown>>): Follower<unknown> {
  const seen: unknown[] = [];
  const gone = new AbortController();
  let heard = Promise.withResolvers<void>();
  let over: { readonly error?: unknown } | null = null;
  const listening = (async () => {
    try {
      for await (const event of wire.stream(operation, input, gone.signal)) {
        seen.push(event);
        heard.resolve();
        heard = Promise.withResolvers();
      }
      over = {};
    } catch (error) {
      over = { error };
    }
    heard.resolve();
  })();
  const next = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      void heard.promise.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return {
    seen,
    async first(fits, provoke) {
      const deadline = Date.now() + patienceMs;
      for (let provoked = 0; Date.now() < deadline; ) {
        const found = seen.find(fits);
        if (found !== undefined) return found;
        if (over) throw over.error ?? new Error(`${operation.name} ended without it: ${JSON.stringify(seen)}`);
        if (provoke && Date.now() - provoked >= provokeEveryMs) {
          provoked = Date.now();
          await provoke();
        }
        await next(provoke ? provokeEveryMs : deadline - Date.now());
      }
      throw new Error(`${operation.name} did not tell of it: ${JSON.stringify(seen).slice(0, 2000)}`);
    },
    async ended() {
      const deadline = Date.now() + patienceMs;
      while (!over && Date.now() < deadline) await next(deadline - Date.now());
      if (!over) throw new Error(`${operation.name} did not end: ${JSON.stringify(seen).slice(0, 2000)}`);
      if ('error' in over) throw over.error;
      return seen;
    },
    async stop() {
      gone.abort();
      await listening;
    },
  };
}
