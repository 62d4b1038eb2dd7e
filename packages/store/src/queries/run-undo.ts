import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { taskVersions } from '../schema/content.ts';
import { syncRuns } from '../schema/repositories.ts';
import type { SyncRunRow } from './sync-runs.ts';

export async function runById(db: Queryable, id: string): Promise<SyncRunRow | null> {
  const [row] = await db.select().from(syncRuns).where(eq(syncRuns.id, id));
  return row ?? null;
}

/** The revisions of each task that a run wrote. */
export async function revisionsOfRun(
  db: Queryable,
  runId: string,
): Promise<{ taskId: string; first: number; last: number }[]> {
  const rows = await db
    .select({
      taskId: taskVersions.taskId,
      first: sql<number>`min(${taskVersions.revision})::int`,
      last: sql<number>`max(${taskVersions.revision})::int`,
    })
    .from(taskVersions)
    .where(eq(taskVersions.runId, runId))
    .groupBy(taskVersions.taskId)
    .orderBy(taskVersions.taskId);
  return rows;
}
