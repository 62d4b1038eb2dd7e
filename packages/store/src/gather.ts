import { setTimeout as sleep } from 'node:timers/promises';

export interface GatherOptions {
  /** Items in one piece of work at most. */
  readonly most: number;
  /** Whether an error of the whole says nothing of its parts, so that each is tried alone. */
  readonly apart: (error: unknown) => boolean;
  /** Milliseconds at least from one piece of work to the next while several come at once, so that they come together. */
  readonly pauseMs?: number;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what is asked for within a turn of the event loop, or while the work before goes on, is done as one. Alone,
 * an item waits for nothing. `work` answers one result per item, in order.
 */
export function gather<T, R>(
  work: (items: readonly T[]) => Promise<readonly R[]>,
  { most, apart, pauseMs = 0 }: GatherOptions,
): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let busy = false;
  let last = { began: Number.NEGATIVE_INFINITY, size: 0 };

  async function carryOut(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await work(group.map(({ item }) => item));
      group.forEach(({ resolve }, n) => {
        resolve(results[n] as R);
      });
    } catch (error) {
      if (group.length > 1 && apart(error)) for (const one of group) await carryOut([one]);
      else for (const { reject } of group) reject(error);
    }
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const pause = last.size > 1 && waiting.length < most ? last.began + pauseMs - performance.now() : 0;
      if (pause > 0) await sleep(pause);
      const group = waiting.splice(0, most);
      last = { began: performance.now(), size: group.length };
      await carryOut(group);
    }
    busy = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(() => void flush());
    });
}

/**
 * How long work waits for more while much goes on. Embedded, a statement takes this process's time, so that fewer of them
 * count for more.
 */
export const groupMs = (mode: 'embedded' | 'postgresql'): number => (mode === 'embedded' ? 20 : 16);
