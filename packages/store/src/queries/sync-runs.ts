import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { notify } from '../events.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { pushIntents, syncRuns } from '../schema/repositories.ts';

/** Heard when a run began or ended; the payload is its id. */
export const runChannel = 'ratchet_sync_run';

export type SyncRunRow = typeof syncRuns.$inferSelect;
export type PushIntentRow = typeof pushIntents.$inferSelect;

export async function startRun(
  db: Queryable,
  row: Pick<SyncRunRow, 'id' | 'repositoryId' | 'trigger' | 'direction' | 'startedBy' | 'nodeId'>,
): Promise<void> {
  await db.insert(syncRuns).values({ ...row, status: 'running', problems: [] });
  await notify(db, runChannel, row.id);
}

export async function finishRun(
  db: Queryable,
  id: string,
  end: Partial<Omit<SyncRunRow, 'id' | 'repositoryId'>>,
): Promise<void> {
  await db
    .update(syncRuns)
    .set({
      ...end,
      finishedAt: sql`now()`,
      durationMs: sql`extract(epoch from (now() - ${syncRuns.startedAt})) * 1000`,
      ...(end.durationMs === undefined ? {} : { durationMs: end.durationMs }),
    })
    .where(eq(syncRuns.id, id));
  await notify(db, runChannel, id);
}

/** Runs of a repository that no process works on any more, since their lease is held anew. */
export async function closeAbandonedRuns(db: Queryable, repositoryId: string, otherThan: string): Promise<void> {
  const closed = await db
    .update(syncRuns)
    .set({ status: 'error', error: 'The server stopped in the middle of the run.', finishedAt: sql`now()` })
    .where(
      and(eq(syncRuns.repositoryId, repositoryId), eq(syncRuns.status, 'running'), sql`${syncRuns.id} <> ${otherThan}`),
    )
    .returning({ id: syncRuns.id });
  for (const { id } of closed) await notify(db, runChannel, id);
}

export const recentRuns = (db: Queryable, repositoryId: string, count: number): Promise<SyncRunRow[]> =>
  db
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.repositoryId, repositoryId), sql`${syncRuns.status} <> 'running'`))
    .orderBy(desc(syncRuns.startedAt))
    .limit(count);

const spec = (fields: ListFields): PageSpec<typeof syncRuns> => ({
  table: syncRuns,
  fields,
  columns: {
    status: syncRuns.status,
    trigger: syncRuns.trigger,
    direction: syncRuns.direction,
    startedAt: syncRuns.startedAt,
    durationMs: syncRuns.durationMs,
  },
  search: [syncRuns.error],
  id: syncRuns.id,
});

export const pageOfRuns = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  repositoryId: string,
): Promise<Page<SyncRunRow>> => pageQuery(db, spec(fields), request, eq(syncRuns.repositoryId, repositoryId));

export async function insertIntent(tx: Queryable, row: typeof pushIntents.$inferInsert): Promise<void> {
  await tx.insert(pushIntents).values(row);
}

export async function intentById(tx: Queryable, id: string): Promise<PushIntentRow | null> {
  const [row] = await tx.select().from(pushIntents).where(eq(pushIntents.id, id)).for('update');
  return row ?? null;
}

export const preparedIntents = (db: Queryable, repositoryId: string): Promise<PushIntentRow[]> =>
  db
    .select()
    .from(pushIntents)
    .where(and(eq(pushIntents.repositoryId, repositoryId), eq(pushIntents.status, 'prepared')))
    .orderBy(pushIntents.createdAt, pushIntents.id);

export async function endIntent(tx: Queryable, id: string, status: 'confirmed' | 'abandoned'): Promise<void> {
  await tx.update(pushIntents).set({ status, finishedAt: sql`now()` }).where(eq(pushIntents.id, id));
}
