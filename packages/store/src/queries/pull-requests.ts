import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { pullRequests } from '../schema/repositories.ts';
import { visibleDocuments } from './visible.ts';

export type PullRequestRow = typeof pullRequests.$inferSelect;

/** The one that pushes go to until it is merged or closed. */
export async function livingPullRequest(db: Queryable, repositoryId: string): Promise<PullRequestRow | null> {
  const [row] = await db
    .select()
    .from(pullRequests)
    .where(and(eq(pullRequests.repositoryId, repositoryId), inArray(pullRequests.status, ['opening', 'open'])));
  return row ?? null;
}

export async function insertPullRequest(tx: Queryable, row: typeof pullRequests.$inferInsert): Promise<PullRequestRow> {
  const [made] = await tx.insert(pullRequests).values(row).returning();
  return made as PullRequestRow;
}

export async function updatePullRequest(
  tx: Queryable,
  id: string,
  changes: Partial<Omit<PullRequestRow, 'id' | 'repositoryId' | 'createdAt'>>,
): Promise<PullRequestRow> {
  const ended = changes.status === 'merged' || changes.status === 'closed';
  const [row] = await tx
    .update(pullRequests)
    .set({ ...changes, updatedAt: sql`now()`, ...(ended ? { closedAt: sql`now()` } : {}) })
    .where(eq(pullRequests.id, id))
    .returning();
  return row as PullRequestRow;
}

const spec = (fields: ListFields): PageSpec<typeof pullRequests> => ({
  table: pullRequests,
  fields,
  columns: {
    id: pullRequests.id,
    repositoryId: pullRequests.repositoryId,
    status: pullRequests.status,
    branch: pullRequests.branch,
    createdAt: pullRequests.createdAt,
    updatedAt: pullRequests.updatedAt,
  },
  search: [pullRequests.title, pullRequests.branch],
  id: pullRequests.id,
});

export const pageOfPullRequests = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<PullRequestRow>> =>
  pageQuery(db, spec(fields), request, visibleDocuments(reader, pullRequests.repositoryId, pullRequests.documents));
