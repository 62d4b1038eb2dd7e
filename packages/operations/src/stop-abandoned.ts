import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';

/**
 * What was waited for, or what came of stopping it. Over MCP a client that gives a call up means the work too; over other
 * surfaces it only does not listen any more.
 */
export async function stopAbandoned<T>({ surface, signal }: Caller, seen: T, stop: () => Promise<T>): Promise<T> {
  if (surface !== 'mcp' || !signal?.aborted) return seen;
  try {
    return await stop();
  } catch (error) {
    // It ended in the meantime.
    if (error instanceof RatchetError && error.code === 'STATE_CONFLICT') return seen;
    throw error;
  }
}
