import type { SpecSyncEvent } from '@ratchet/contract/entities/spec';
import { type Feed, feed } from '@ratchet/store/feed';
import { heardChanges } from '@ratchet/store/heard-changes';
import { databaseTime, runsByIds, runsSince } from '@ratchet/store/queries/changes';
import { type SpecSyncRow, specSyncChannel } from '@ratchet/store/queries/spec-documents';
import { projectNames, specSyncsSince } from '@ratchet/store/queries/specs';
import { runChannel, type SyncRunRow } from '@ratchet/store/queries/sync-runs';
import { specIdOf } from './spec-view.ts';
import type { SpecsContext } from './specs-context.ts';

/** An event, with what tells it from others. */
export interface SpecNews extends SpecSyncEvent {
  readonly key: string;
}

export type SpecFeed = Feed<SpecNews>;

/** Looks that a change whose transaction took long still is found by. */
const looksBack = 3;
const mostTold = 20_000;
const kind = 'openspec_change';

/** Syncs of all projects and their changes, on whichever node, told once each as they come. */
export function specFeed({ database, log }: Pick<SpecsContext, 'database' | 'log'>): SpecFeed {
  const { db } = database;
  /** Keys of what was told, oldest first. */
  const told = new Set<string>();
  const marks: string[] = [];

  const mark = (time: string) => {
    marks.push(time);
    marks.splice(0, marks.length - looksBack);
  };
  /** Only what was not told yet. */
  function news(events: readonly SpecNews[]): SpecNews[] {
    const fresh = events.filter(({ key }) => !told.has(key));
    for (const { key } of fresh) told.add(key);
    for (const key of told) {
      if (told.size <= mostTold) break;
      told.delete(key);
    }
    return fresh;
  }

  async function carried(): Promise<SpecNews[]> {
    const rows = await specSyncsSince(db, marks[0] ?? new Date().toISOString());
    const projects = await projectNames(
      db,
      rows.map((row) => row.repositoryId),
    );
    return news(rows.map((row) => specEvent(row, projects.get(row.repositoryId)?.name ?? '')));
  }
  const runs = (rows: readonly SyncRunRow[]) => news(rows.flatMap(runEvents));

  return feed<SpecNews>({
    keyOf: ({ key }) => key,
    begin: (tell) =>
      heardChanges<SpecNews>(
        database,
        {
          channels: [runChannel, specSyncChannel],
          idsOf: (payload) => [payload],
          async begin() {
            told.clear();
            marks.length = 0;
            const time = await databaseTime(db);
            mark(time);
            // What there is already is not told.
            runs(await runsSince(db, time, kind));
            await carried();
          },
          read: async (channel, ids) => (channel === runChannel ? runs(await runsByIds(db, ids, kind)) : carried()),
          async look() {
            const time = await databaseTime(db);
            const found = [...runs(await runsSince(db, marks[0] ?? time, kind)), ...(await carried())];
            mark(time);
            return found;
          },
          warn: (message, err) => log('warn', message, { err }),
        },
        tell,
      ),
  });
}

const triggerOf = (trigger: SyncRunRow['trigger']): SpecSyncEvent['trigger'] =>
  trigger === 'webhook' ? 'manual' : trigger;

/** Of a project as a whole. */
function runEvents({ id, repositoryId, trigger, status, error, startedAt, finishedAt }: SyncRunRow): SpecNews[] {
  const about = { specId: null, projectId: repositoryId, direction: null, trigger: triggerOf(trigger) };
  const began: SpecNews = {
    ...about,
    key: `${id} sync_started`,
    type: 'sync_started',
    success: null,
    error: null,
    at: startedAt.toISOString(),
  };
  if (status === 'running' || !finishedAt) return [began];
  const success = status === 'success' || status === 'conflict';
  const type = success ? 'sync_completed' : 'sync_failed';
  return [began, { ...about, key: `${id} ${type}`, type, success, error, at: finishedAt.toISOString() }];
}

/** Of one change. */
function specEvent(row: SpecSyncRow, projectName: string): SpecNews {
  const type =
    row.status === 'conflict' ? 'conflict_detected' : row.status === 'success' ? 'sync_completed' : 'sync_failed';
  return {
    key: row.id,
    type,
    specId: specIdOf(projectName, row.repositoryPath.slice(row.repositoryPath.lastIndexOf('/') + 1)),
    projectId: row.repositoryId,
    direction: row.direction,
    trigger: row.trigger,
    success: row.status === 'success',
    error: row.error,
    at: row.startedAt.toISOString(),
  };
}
