import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { grants, users } from '../schema/access.ts';

export type GrantRow = typeof grants.$inferSelect;

export async function grantById(db: Queryable, id: string): Promise<GrantRow | null> {
  const [row] = await db.select().from(grants).where(eq(grants.id, id));
  return row ?? null;
}

/** The row, locked until the transaction ends. */
export async function lockGrant(tx: Queryable, id: string): Promise<GrantRow | null> {
  const [row] = await tx.select().from(grants).where(eq(grants.id, id)).for('update');
  return row ?? null;
}

export async function insertGrant(tx: Queryable, row: typeof grants.$inferInsert): Promise<GrantRow> {
  const [made] = await tx.insert(grants).values(row).returning();
  return made as GrantRow;
}

export async function updateGrant(
  tx: Queryable,
  id: string,
  changes: Partial<Pick<GrantRow, 'repositoryId' | 'taskPattern' | 'permissions'>>,
): Promise<GrantRow> {
  const [row] = await tx
    .update(grants)
    .set({ ...changes, revision: sql`${grants.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(grants.id, id))
    .returning();
  return row as GrantRow;
}

export async function deleteGrant(tx: Queryable, id: string): Promise<void> {
  await tx.delete(grants).where(eq(grants.id, id));
}

/** Who is granted something, locked until the transaction ends; null: nobody has this id. */
export async function lockGrantee(
  tx: Queryable,
  userId: string,
): Promise<Pick<typeof users.$inferSelect, 'id' | 'role' | 'access' | 'username'> | null> {
  const [row] = await tx
    .select({ id: users.id, role: users.role, access: users.access, username: users.username })
    .from(users)
    .where(eq(users.id, userId))
    .for('update');
  return row ?? null;
}

/** From now on they see only what is granted to them. */
export async function limitToGrants(tx: Queryable, userId: string): Promise<void> {
  await tx
    .update(users)
    .set({ access: 'granted', revision: sql`${users.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(users.id, userId));
}

const spec = (fields: ListFields): PageSpec<typeof grants> => ({
  table: grants,
  fields,
  columns: {
    id: grants.id,
    userId: grants.userId,
    repositoryId: grants.repositoryId,
    taskPattern: grants.taskPattern,
    createdAt: grants.createdAt,
  },
  search: [grants.taskPattern, grants.createdBy],
  id: grants.id,
});

export const pageOfGrants = (db: Queryable, fields: ListFields, request: ListRequest): Promise<Page<GrantRow>> =>
  pageQuery(db, spec(fields), request);
