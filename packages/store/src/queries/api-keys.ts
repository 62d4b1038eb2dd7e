import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { apiKeys } from '../schema/access.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type ApiKeyChanges = Partial<
  Pick<
    ApiKeyRow,
    'name' | 'role' | 'scopes' | 'repositoryIds' | 'taskPatterns' | 'tools' | 'maxConcurrency' | 'enabled' | 'expiresAt'
  >
>;

export async function apiKeyById(db: Queryable, id: string): Promise<ApiKeyRow | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id));
  return row ?? null;
}

export async function insertApiKey(tx: Queryable, row: typeof apiKeys.$inferInsert): Promise<ApiKeyRow> {
  const [made] = await tx.insert(apiKeys).values(row).returning();
  return made as ApiKeyRow;
}

/** Changes settings; the revision grows by one. Null: there is no such key. */
export async function updateApiKey(tx: Queryable, id: string, changes: ApiKeyChanges): Promise<ApiKeyRow | null> {
  const [row] = await tx
    .update(apiKeys)
    .set({ ...changes, revision: sql`${apiKeys.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(apiKeys.id, id))
    .returning();
  return row ?? null;
}

export async function deleteApiKey(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.delete(apiKeys).where(eq(apiKeys.id, id));
  return rowCount === 1;
}

/** Notes when keys were used last, many at once; an earlier time than the one that stands there is passed over. */
export async function noteKeyUses(db: Queryable, uses: ReadonlyMap<string, Date>): Promise<void> {
  if (uses.size === 0) return;
  const rows = JSON.stringify(Array.from(uses, ([id, at]) => ({ id, at: at.toISOString() })));
  await db.execute(sql`
    update ratchet.api_keys k set last_used_at = u.at
    from jsonb_to_recordset(${rows}::jsonb) as u(id uuid, at timestamptz)
    where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)`);
}

const spec = (fields: ListFields): PageSpec<typeof apiKeys> => ({
  table: apiKeys,
  fields,
  columns: {
    id: apiKeys.id,
    userId: apiKeys.userId,
    name: apiKeys.name,
    prefix: apiKeys.prefix,
    enabled: apiKeys.enabled,
    expiresAt: apiKeys.expiresAt,
    lastUsedAt: apiKeys.lastUsedAt,
    createdAt: apiKeys.createdAt,
  },
  search: [apiKeys.name, apiKeys.prefix],
  id: apiKeys.id,
});

/** `userId`: only that user's. */
export const pageOfApiKeys = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  userId?: string,
): Promise<Page<ApiKeyRow>> =>
  pageQuery(db, spec(fields), request, userId === undefined ? undefined : eq(apiKeys.userId, userId));
