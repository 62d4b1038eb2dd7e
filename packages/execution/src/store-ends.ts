import { setTimeout as sleep } from 'node:timers/promises';
import { RatchetError } from '@ratchet/contract/errors';
import type { Database, Queryable } from '@ratchet/store/database';
import { gather, groupMs } from '@ratchet/store/gather';
import { type ExecutionEnd, endExecutions, type StoredEnd } from '@ratchet/store/queries/execution-runs';
import { type ExecutionRow, insertEvents } from '@ratchet/store/queries/executions';
import { storeResults } from '@ratchet/store/queries/result-cache';
import type { LastEvents } from './event-log.ts';
import type { Log } from './worker-logger.ts';

export interface Finished {
  readonly execution: ExecutionRow;
  readonly end: ExecutionEnd;
  /** What ran; null: nothing did. */
  readonly task: Pick<ExecutionRow, 'taskRevision' | 'taskVersion'> | null;
  readonly last: LastEvents;
  /** How its output can be answered again; null: not. */
  readonly cache: { readonly key: string; readonly ttlSeconds: number } | null;
}

export interface EndsOptions {
  readonly database: Database;
  readonly nodeId: string;
  readonly log: Log;
  /** Called inside the transaction that stores ends, with the executions as they have ended. */
  readonly ended?: ((tx: Queryable, rows: readonly ExecutionRow[]) => Promise<void>) | undefined;
}

export interface Ended {
  readonly row: ExecutionRow;
  readonly job: StoredEnd['job'];
}

const most = 100;
const longestPauseMs = 5000;
const tries = 5;

/** A database that is away says nothing of the ends themselves. */
const isAway = (error: unknown) => error instanceof RatchetError && error.code === 'UNAVAILABLE';

/** Stores how executions ended, those that end together as one, and again until the database has taken them. */
export function endsStore({ database, nodeId, log, ended }: EndsOptions) {
  const stopped = new AbortController();

  async function storeAll(group: readonly Finished[]): Promise<(Ended | null)[]> {
    const events = group.flatMap(({ last }) => last.events);
    const store = async (tx: Queryable) => {
      await insertEvents(tx, events);
      const stored = await endExecutions(
        tx,
        nodeId,
        group.map(({ execution: { id, jobId, attempt }, end, task, last }) => ({
          id,
          jobId,
          attempt,
          end,
          task,
          progress: last.progress,
        })),
      );
      const all = group.map((one) => asEnded(one, stored.get(one.execution.id)));
      await storeResults(
        tx,
        group.flatMap(({ execution: { id, taskId }, end, cache }) =>
          cache && taskId && stored.has(id) ? [{ ...cache, taskId, executionId: id, output: end.output }] : [],
        ),
      );
      const rows = all.flatMap((one) => (one ? [one.row] : []));
      if (rows.length > 0) await ended?.(tx, rows);
      return all;
    };
    const alone = !ended && events.length === 0 && group.every(({ cache }) => cache === null);
    return alone ? store(database.db) : database.transaction(store);
  }

  const storeOne = gather(storeAll, { most, pauseMs: groupMs(database.mode), apart: (error) => !isAway(error) });

  return {
    /** null: the execution is another's by now. Rejects only when it is given up, as the server stops or it cannot be stored. */
    async store(finished: Finished): Promise<Ended | null> {
      let asked = finished;
      let failures = 0;
      let said = false;
      for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
        try {
          return await storeOne(asked);
        } catch (error) {
          if (stopped.signal.aborted) throw error;
          if (!isAway(error)) {
            failures += 1;
            log('error', 'The end of an execution could not be stored.', {
              err: error,
              execution: finished.execution.id,
            });
            if (failures === tries) throw error;
            if (asked === finished) asked = unstorable(finished);
          } else if (!said) {
            said = true;
            log('warn', 'The end of an execution waits for the database.', { execution: finished.execution.id });
          }
        }
        await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
      }
    },
    /** What is not stored by now is another node's to do. */
    close(): void {
      stopped.abort();
    },
  };
}

/** The same end without what the database may not have taken. */
function unstorable(finished: Finished): Finished {
  const { durationMs } = finished.end;
  const message = 'What it answered or logged could not be stored; the server’s log says why.';
  const error = { class: 'ResultNotStored', message, stack: null, line: null, file: null };
  return {
    ...finished,
    end: { status: 'failed', output: null, error, durationMs },
    last: { events: [], progress: null },
    cache: null,
  };
}

function asEnded({ execution, end, task, last }: Finished, stored: StoredEnd | undefined): Ended | null {
  if (!stored) return null;
  return {
    job: stored.job,
    row: {
      ...execution,
      ...task,
      status: end.status,
      output: end.status === 'completed' ? (end.output ?? null) : null,
      error: end.error,
      durationMs: end.durationMs,
      cachedFrom: end.cachedFrom ?? null,
      progress: last.progress?.value ?? execution.progress,
      progressMessage: last.progress ? last.progress.message : execution.progressMessage,
      finishedAt: stored.finishedAt,
      revision: stored.revision,
      note: stored.note,
      keep: stored.keep,
    },
  };
}
