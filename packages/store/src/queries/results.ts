import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { results } from '../schema/work.ts';
import { visibleOfTask } from './visible.ts';

export type ResultRow = typeof results.$inferSelect;

export async function insertResult(db: Queryable, row: Omit<ResultRow, 'createdAt'>): Promise<ResultRow> {
  // A JSON null is a content like any other; the driver would make it SQL's.
  const content = sql`${JSON.stringify(row.content ?? null)}::json`;
  const [made] = await db
    .insert(results)
    .values({ ...row, content })
    .returning();
  return made as ResultRow;
}

export async function resultById(db: Queryable, id: string): Promise<ResultRow | null> {
  const [row] = await db.select().from(results).where(eq(results.id, id));
  return row ?? null;
}

/** Answers whether there was one. */
export async function deleteResult(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(results).where(eq(results.id, id));
  return rowCount === 1;
}

const spec = (fields: ListFields): PageSpec<typeof results> => ({
  table: results,
  fields,
  columns: {
    id: results.id,
    name: results.name,
    taskId: results.taskId,
    executionId: results.executionId,
    tag: results.tags,
    createdBy: results.createdBy,
    createdAt: results.createdAt,
  },
  search: [results.name],
  id: results.id,
});

export const pageOfResults = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<ResultRow>> => pageQuery(db, spec(fields), request, visibleOfTask(reader, results.taskId));
