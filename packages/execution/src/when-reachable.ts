import { setTimeout as sleep } from 'node:timers/promises';
import { RatchetError } from '@ratchet/contract/errors';

const longestPauseMs = 2000;

/**
 * Does what needs the database, again and again while it cannot be reached: what a run came to is not lost because the
 * database was away when it ended. `work` may have been carried out although its answer was lost, so it must bear to be
 * done twice. Throws what it threw last once `signal` ends.
 */
export async function whenReachable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RatchetError) || error.code !== 'UNAVAILABLE' || signal.aborted) throw error;
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
