import type { Database } from '@ratchet/store/database';
import { type Feed, feed } from '@ratchet/store/feed';
import { heardChanges } from '@ratchet/store/heard-changes';
import {
  changedJobs,
  databaseTime,
  jobIdsOf,
  jobsSince,
  type KnownJob,
  placesOfTasks,
  processingJobs,
  type TaskPlaceNamed,
} from '@ratchet/store/queries/changes';
import { eventChannel, idsHeard } from '@ratchet/store/queries/executions';
import { type JobRow, jobChannel, jobsByIds } from '@ratchet/store/queries/jobs';
import { knownStates } from './known-states.ts';
import type { Log } from './worker-logger.ts';

export interface JobMove {
  readonly row: JobRow;
  /** What it stood at before, where that is known. */
  readonly from: JobRow['status'] | null;
  /** Where its task stands; null: the task is gone for good. */
  readonly at: TaskPlaceNamed | null;
}

/** Looks that a change whose transaction took long still is found by. */
const looksBack = 3;
const atOnce = 500;

/** Jobs of the deployment as they change. An execution that begins or ends tells of its job's change. */
export function jobFeed(database: Database, log: Log): Feed<JobMove> {
  const { db } = database;
  const known = knownStates<KnownJob>();
  const marks: string[] = [];

  const mark = (time: string) => {
    marks.push(time);
    marks.splice(0, marks.length - looksBack);
  };

  async function withPlaces(rows: readonly JobRow[]): Promise<JobMove[]> {
    const places = await placesOfTasks(db, [...new Set(rows.flatMap(({ taskId }) => taskId ?? []))]);
    return rows.map((row) => ({
      row,
      from: known.get(row.id)?.status ?? null,
      at: (row.taskId && places.get(row.taskId)) || null,
    }));
  }

  async function changed(ids: readonly string[]): Promise<JobMove[]> {
    const moves: JobMove[] = [];
    for (let n = 0; n < ids.length; n += atOnce) {
      const some = ids.slice(n, n + atOnce);
      const rows = await changedJobs(db, some, known.of(some));
      moves.push(...(await withPlaces(rows)));
    }
    // What is noted is told.
    known.note(moves.map(({ row: { id, revision, status } }) => ({ id, revision, status })));
    return moves;
  }

  return feed<JobMove>({
    keyOf: ({ row }) => row.id,
    again: async (ids) => withPlaces(await jobsByIds(db, ids)),
    begin: (tell) =>
      heardChanges<JobMove>(
        database,
        {
          channels: [jobChannel, eventChannel],
          idsOf: idsHeard,
          async begin() {
            known.clear();
            marks.length = 0;
            mark(await databaseTime(db));
            known.note(await processingJobs(db));
          },
          read: async (channel, ids) => changed(channel === jobChannel ? ids : await jobIdsOf(db, ids)),
          async look() {
            const time = await databaseTime(db);
            const moves = await changed(await jobsSince(db, marks[0] ?? time));
            mark(time);
            return moves;
          },
          warn: (message, err) => log('warn', message, { err }),
        },
        tell,
      ),
  });
}
