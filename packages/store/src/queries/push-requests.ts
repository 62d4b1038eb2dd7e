import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { pushRequests } from '../schema/repositories.ts';
import { visibleDocuments } from './visible.ts';

export type PushRequestRow = typeof pushRequests.$inferSelect;

export async function insertPushRequest(tx: Queryable, row: typeof pushRequests.$inferInsert): Promise<PushRequestRow> {
  const [made] = await tx.insert(pushRequests).values(row).returning();
  return made as PushRequestRow;
}

export async function pushRequestById(
  db: Queryable,
  repositoryId: string,
  id: string,
  reader: Rights = fullRights,
): Promise<PushRequestRow | null> {
  const [row] = await db
    .select()
    .from(pushRequests)
    .where(
      and(
        eq(pushRequests.id, id),
        eq(pushRequests.repositoryId, repositoryId),
        visibleDocuments(reader, pushRequests.repositoryId, pushRequests.documents),
      ),
    );
  return row ?? null;
}

export const awaitingPushRequests = (db: Queryable, repositoryId: string): Promise<PushRequestRow[]> =>
  db
    .select()
    .from(pushRequests)
    .where(and(eq(pushRequests.repositoryId, repositoryId), eq(pushRequests.status, 'awaiting')))
    .orderBy(pushRequests.createdAt);

/** Decides a waiting request; null when it was decided already. */
export async function decidePushRequest(
  tx: Queryable,
  id: string,
  decision: { status: 'approved' | 'rejected'; by: string; reason: string | null },
): Promise<PushRequestRow | null> {
  const [row] = await tx
    .update(pushRequests)
    .set({ status: decision.status, decidedBy: decision.by, reason: decision.reason, decidedAt: sql`now()` })
    .where(and(eq(pushRequests.id, id), eq(pushRequests.status, 'awaiting')))
    .returning();
  return row ?? null;
}

/** An approved request that could not be carried out waits again. */
export async function reopenPushRequest(tx: Queryable, id: string): Promise<void> {
  await tx
    .update(pushRequests)
    .set({ status: 'awaiting', decidedBy: null, decidedAt: null })
    .where(eq(pushRequests.id, id));
}

const spec = (fields: ListFields): PageSpec<typeof pushRequests> => ({
  table: pushRequests,
  fields,
  columns: {
    id: pushRequests.id,
    status: pushRequests.status,
    requestedBy: pushRequests.requestedBy,
    createdAt: pushRequests.createdAt,
  },
  search: [pushRequests.message, pushRequests.requestedBy],
  id: pushRequests.id,
});

export const pageOfPushRequests = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  repositoryId: string,
  reader: Rights = fullRights,
): Promise<Page<PushRequestRow>> =>
  pageQuery(
    db,
    spec(fields),
    request,
    and(
      eq(pushRequests.repositoryId, repositoryId),
      visibleDocuments(reader, pushRequests.repositoryId, pushRequests.documents),
    ),
  );
