import type { Queryable } from '@ratchet/store/database';
import {
  collectBlobs,
  forgetDeliveries,
  forgetExecutions,
  forgetLogs,
  forgetRecordings,
  markBlobs,
  unmarkBlobs,
} from '@ratchet/store/queries/retention';

/** Days that each is kept after its end; 0: for ever. */
export interface Retention {
  readonly executions: number;
  /** Log lines and progress. */
  readonly logs: number;
  readonly recordings: number;
  readonly deliveries: number;
  /** Contents, after no tree was found to name them. */
  readonly blobs: number;
}

/** Rows of one statement, so that none holds its locks, or the one session of embedded mode, for long. */
const batch = 500;
/** Statements of one kind in one run: what is left waits for the next. */
const mostBatches = 200;

type Forget = (db: Queryable, days: number, most: number) => Promise<number>;

async function all(db: Queryable, days: number, forget: Forget, signal: AbortSignal | undefined): Promise<number> {
  let gone = 0;
  if (days === 0) return gone;
  for (let n = 0; n < mostBatches && !signal?.aborted; n += 1) {
    const count = await forget(db, days, batch);
    gone += count;
    if (count < batch) break;
  }
  return gone;
}

/** Forgets what has been kept long enough, in batches; answers how much of each went. Many nodes may do it at once. */
export async function tidy(
  db: Queryable,
  retention: Retention,
  signal?: AbortSignal,
): Promise<Record<keyof Retention, number>> {
  const deliveries = await all(db, retention.deliveries, forgetDeliveries, signal);
  const recordings = await all(db, retention.recordings, forgetRecordings, signal);
  const logs = await all(db, retention.logs, forgetLogs, signal);
  const executions = await all(db, retention.executions, forgetExecutions, signal);
  let blobs = 0;
  if (retention.blobs > 0 && !signal?.aborted) {
    await unmarkBlobs(db);
    blobs = await all(db, retention.blobs, collectBlobs, signal);
    await markBlobs(db, batch * mostBatches);
  }
  return { executions, logs, recordings, deliveries, blobs };
}
