import { RatchetError } from '@ratchet/contract/errors';

/** Changes kept whole for one reader; of more, only what they are changes of is kept, to be read again. */
const kept = 1000;
/** Entities at most that one reader may be behind by. */
const most = 100_000;

export interface ChangeQueue<T> {
  put(key: string, change: T): void;
  /** The oldest changes, `count` at most; waits for one. Nothing: the signal ended. Throws UNAVAILABLE when it overflowed. */
  take(count: number, signal: AbortSignal): Promise<readonly T[]>;
}

/**
 * What one reader has not taken yet: the newest change of each entity, in the order in which each first changed. Memory is
 * bounded however slow the reader is. `again` reads changes that were not kept; one that is gone is left out.
 */
export function changeQueue<T>(again?: (keys: readonly string[]) => Promise<readonly T[]>): ChangeQueue<T> {
  const waiting = new Map<string, T | null>();
  let whole = 0;
  let overflowed = false;
  let wake: () => void = () => {};

  return {
    put(key, change) {
      if (overflowed) return;
      const had = waiting.get(key);
      const keep = had ? true : whole < kept || !again;
      if (!had && keep) whole += 1;
      waiting.set(key, keep ? change : null);
      if (waiting.size > most) {
        waiting.clear();
        overflowed = true;
      }
      wake();
    },
    async take(count, signal) {
      while (waiting.size === 0 && !overflowed && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = () => {
            signal.removeEventListener('abort', wake);
            resolve();
          };
          signal.addEventListener('abort', wake);
        });
      if (signal.aborted) return [];
      if (overflowed) throw new RatchetError('UNAVAILABLE', tooSlow);
      const taken = [...waiting].slice(0, count);
      for (const [key, change] of taken) {
        waiting.delete(key);
        if (change) whole -= 1;
      }
      const missing = taken.flatMap(([key, change]) => (change ? [] : [key]));
      const read = missing.length > 0 && again ? await again(missing) : [];
      return [...taken.flatMap(([, change]) => change ?? []), ...read];
    },
  };
}

const tooSlow = 'What changed was not read fast enough. List what there is now, then watch anew.';
