import type { Queryable } from '@ratchet/store/database';
import type { ExecutionEnd } from '@ratchet/store/queries/execution-runs';
import type { ExecutionRow } from '@ratchet/store/queries/executions';
import { cachedResult } from '@ratchet/store/queries/result-cache';
import { requestDigest } from './request-digest.ts';
import type { RunnableTask } from './runnable-task.ts';

/** Under what the result of an execution can be answered again; null: it has to run, and nothing is kept of it. */
export function cacheKeyOf(
  { cacheSeconds, row }: RunnableTask,
  execution: Pick<ExecutionRow, 'input' | 'record' | 'replayOf' | 'profile'>,
): { key: string; ttlSeconds: number } | null {
  // A recording and a profile are of a run, and a replay compares one.
  if (cacheSeconds === null || execution.record || execution.profile || execution.replayOf) return null;
  return { key: requestDigest([row.id, row.checksum, execution.input ?? null]), ttlSeconds: cacheSeconds };
}

/** The stored answer as the end of an execution; null: there is none. */
export async function answerFromCache(db: Queryable, key: string): Promise<ExecutionEnd | null> {
  const found = await cachedResult(db, key);
  if (!found) return null;
  return { status: 'completed', output: found.output, error: null, durationMs: 0, cachedFrom: found.executionId };
}
