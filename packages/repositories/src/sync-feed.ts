import type { SyncEvent } from '@ratchet/contract/entities/event';
import type { Database } from '@ratchet/store/database';
import { type Feed, feed } from '@ratchet/store/feed';
import { heardChanges } from '@ratchet/store/heard-changes';
import {
  type ConflictState,
  conflictStates,
  databaseTime,
  placesOfTasks,
  runsByIds,
  runsSince,
  type TaskPlaceNamed,
} from '@ratchet/store/queries/changes';
import { conflictChannel } from '@ratchet/store/queries/conflicts';
import { runChannel, type SyncRunRow } from '@ratchet/store/queries/sync-runs';
import type { RepositoriesContext } from './context.ts';

export interface SyncNews {
  readonly event: SyncEvent;
  /** Of the task that a conflict is about; null: it is about none that is stored. */
  readonly task: TaskPlaceNamed | null;
}

export type SyncFeed = Feed<SyncNews>;

/** Looks that a change whose transaction took long still is found by. */
const looksBack = 3;
const mostTold = 20_000;

/** Runs and conflicts of all repositories, told once each as they come. */
export function syncFeed({ database, log }: Pick<RepositoriesContext, 'database' | 'log'>): SyncFeed {
  const { db }: Database = database;
  /** What was told, as `id type`, oldest first. */
  const told = new Set<string>();
  /** Ids of open conflicts. */
  const open = new Set<string>();
  const marks: string[] = [];

  const mark = (time: string) => {
    marks.push(time);
    marks.splice(0, marks.length - looksBack);
  };
  const keyOf = ({ event: { runId, conflictId, type } }: SyncNews) => `${runId ?? conflictId} ${type}`;
  /** Only what was not told yet. */
  function news(events: readonly SyncNews[]): SyncNews[] {
    const fresh = events.filter((one) => !told.has(keyOf(one)));
    for (const one of fresh) told.add(keyOf(one));
    for (const key of told) {
      if (told.size <= mostTold) break;
      told.delete(key);
    }
    return fresh;
  }

  async function conflicts(): Promise<SyncNews[]> {
    const rows = await conflictStates(db, marks[0] ?? new Date().toISOString(), [...open]);
    for (const { id, status } of rows)
      if (status === 'open') open.add(id);
      else open.delete(id);
    const places = await placesOfTasks(db, [...new Set(rows.flatMap(({ documentId }) => documentId ?? []))]);
    return news(
      rows.flatMap((row) =>
        conflictEvents(row).map((event) => ({ event, task: places.get(row.documentId ?? '') ?? null })),
      ),
    );
  }
  const runs = (rows: readonly SyncRunRow[]) =>
    news(rows.flatMap((row) => runEvents(row).map((event) => ({ event, task: null }))));

  return feed<SyncNews>({
    keyOf,
    begin: (tell) =>
      heardChanges<SyncNews>(
        database,
        {
          channels: [runChannel, conflictChannel],
          idsOf: (payload) => (payload === '' ? null : [payload]),
          async begin() {
            told.clear();
            open.clear();
            marks.length = 0;
            const time = await databaseTime(db);
            mark(time);
            // What there is already is not told.
            runs(await runsSince(db, time));
            await conflicts();
          },
          read: async (channel, ids) => (channel === runChannel ? runs(await runsByIds(db, ids)) : conflicts()),
          async look() {
            const time = await databaseTime(db);
            const found = [...runs(await runsSince(db, marks[0] ?? time)), ...(await conflicts())];
            mark(time);
            return found;
          },
          warn: (message, err) => log('warn', message, { err }),
        },
        tell,
      ),
  });
}

function runEvents(row: SyncRunRow): SyncEvent[] {
  const { id, repositoryId, direction, status, startedAt, finishedAt } = row;
  const about = { repositoryId, runId: id, conflictId: null, taskId: null };
  const began: SyncEvent[] =
    direction === 'pull' ? [{ ...about, type: 'sync_started', message: null, at: startedAt.toISOString() }] : [];
  if (status === 'running' || !finishedAt) return began;
  const kept = status === 'success' || (status === 'conflict' && direction === 'pull');
  const type =
    direction === 'pull' ? (kept ? 'sync_completed' : 'sync_failed') : kept ? 'push_completed' : 'push_failed';
  return [...began, { ...about, type, message: kept ? null : whyOf(row), at: finishedAt.toISOString() }];
}

/** Some of what went wrong: the run itself has all of it. */
function whyOf({ error, problems }: SyncRunRow): string | null {
  const said = problems.slice(0, 3).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const more = problems.length > said.length ? [`and ${problems.length - said.length} more`] : [];
  return error ?? (said.length > 0 ? [...said, ...more].join(' ') : null);
}

function conflictEvents({ id, repositoryId, documentId, status, createdAt, resolvedAt }: ConflictState): SyncEvent[] {
  const about = { repositoryId, runId: null, conflictId: id, taskId: documentId, message: null };
  const found: SyncEvent = { ...about, type: 'conflict_detected', at: createdAt.toISOString() };
  if (status === 'open') return [found];
  return [found, { ...about, type: 'conflict_resolved', at: (resolvedAt ?? createdAt).toISOString() }];
}
