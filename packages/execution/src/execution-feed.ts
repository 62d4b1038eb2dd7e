import type { Database } from '@ratchet/store/database';
import { type Feed, feed } from '@ratchet/store/feed';
import { heardChanges } from '@ratchet/store/heard-changes';
import {
  changedExecutions,
  databaseTime,
  executionsSince,
  type KnownExecution,
  lastEvent,
  placesOfTasks,
  runningExecutions,
  type TaskPlaceNamed,
} from '@ratchet/store/queries/changes';
import { type ExecutionRow, eventChannel, executionsByIds, idsHeard } from '@ratchet/store/queries/executions';
import { knownStates } from './known-states.ts';
import type { Log } from './worker-logger.ts';

export interface ExecutionMove {
  readonly row: ExecutionRow;
  /** What it stood at before, where that is known. */
  readonly from: ExecutionRow['status'] | null;
  /** Where its task stands; null: the task is gone for good. */
  readonly at: TaskPlaceNamed | null;
}

/** Looks that what was stored late, with an earlier sequence, still is found by. */
const looksBack = 3;
const atOnce = 500;

/** Executions of all nodes as they change. */
export function executionFeed(database: Database, log: Log): Feed<ExecutionMove> {
  const { db } = database;
  const known = knownStates<KnownExecution>();
  const marks: { readonly sequence: number; readonly time: string }[] = [];

  const mark = (sequence: number, time: string) => {
    marks.push({ sequence, time });
    marks.splice(0, marks.length - looksBack);
  };

  async function withPlaces(rows: readonly ExecutionRow[]): Promise<ExecutionMove[]> {
    const places = await placesOfTasks(db, [...new Set(rows.flatMap(({ taskId }) => taskId ?? []))]);
    return rows.map((row) => ({
      row,
      from: known.get(row.id)?.status ?? null,
      at: (row.taskId && places.get(row.taskId)) || null,
    }));
  }

  async function changed(ids: readonly string[]): Promise<ExecutionMove[]> {
    const moves: ExecutionMove[] = [];
    for (let n = 0; n < ids.length; n += atOnce) {
      const some = ids.slice(n, n + atOnce);
      const rows = await changedExecutions(db, some, known.of(some));
      moves.push(...(await withPlaces(rows)));
    }
    // What is noted is told.
    known.note(
      moves.map(({ row: { id, revision, progress, progressMessage, status } }) => ({
        id,
        revision,
        progress,
        progressMessage,
        status,
      })),
    );
    return moves;
  }

  return feed<ExecutionMove>({
    keyOf: ({ row }) => row.id,
    again: async (ids) => withPlaces(await executionsByIds(db, ids)),
    begin: (tell) =>
      heardChanges<ExecutionMove>(
        database,
        {
          channels: [eventChannel],
          idsOf: idsHeard,
          async begin() {
            known.clear();
            marks.length = 0;
            mark(await lastEvent(db), await databaseTime(db));
            known.note(await runningExecutions(db));
          },
          read: (_, ids) => changed(ids),
          async look() {
            const [oldest] = marks;
            const time = await databaseTime(db);
            const { ids, sequence } = await executionsSince(db, oldest?.sequence ?? 0, oldest?.time ?? time);
            const moves = await changed(ids);
            mark(sequence, time);
            return moves;
          },
          warn: (message, err) => log('warn', message, { err }),
        },
        tell,
      ),
  });
}
