import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { tasks } from '../schema/content.ts';
import { secretGrants, secrets } from '../schema/work.ts';
import { type SealedBy, sealedOtherwise } from './sealed-otherwise.ts';

export type SecretRow = typeof secrets.$inferSelect;
type Sealed = Pick<SecretRow, 'keyId' | 'sealed'>;

export async function secretById(db: Queryable, id: string): Promise<SecretRow | null> {
  const [row] = await db.select().from(secrets).where(eq(secrets.id, id));
  return row ?? null;
}

/** The row, locked until the transaction ends. */
export async function lockSecret(tx: Queryable, id: string): Promise<SecretRow | null> {
  const [row] = await tx.select().from(secrets).where(eq(secrets.id, id)).for('update');
  return row ?? null;
}

export async function insertSecret(tx: Queryable, row: typeof secrets.$inferInsert): Promise<SecretRow> {
  const [made] = await tx.insert(secrets).values(row).returning();
  return made as SecretRow;
}

/** Changes a secret; its revision grows by one. */
export async function updateSecret(
  tx: Queryable,
  id: string,
  changes: Partial<Sealed & Pick<SecretRow, 'description' | 'rotatedAt'>>,
): Promise<SecretRow> {
  const [row] = await tx
    .update(secrets)
    .set({ ...changes, revision: sql`${secrets.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(secrets.id, id))
    .returning();
  return row as SecretRow;
}

/** Answers whether there was one. */
export async function deleteSecret(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(secrets).where(eq(secrets.id, id));
  return rowCount === 1;
}

/** Living tasks that some secrets are granted to, by secret. */
export async function grantsOf(db: Queryable, secretIds: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (secretIds.length === 0) return found;
  const rows = await db
    .select({ secretId: secretGrants.secretId, taskId: secretGrants.taskId })
    .from(secretGrants)
    .innerJoin(tasks, and(eq(tasks.id, secretGrants.taskId), isNull(tasks.deletedAt)))
    .where(inArray(secretGrants.secretId, [...secretIds]))
    .orderBy(secretGrants.createdAt, secretGrants.taskId);
  for (const { secretId, taskId } of rows) found.set(secretId, [...(found.get(secretId) ?? []), taskId]);
  return found;
}

/** Makes the tasks that a secret is granted to exactly these: a deleted one that is not named comes back without. */
export async function setGrants(
  tx: Queryable,
  secretId: string,
  taskIds: readonly string[],
  grantedBy: string,
): Promise<void> {
  const wanted = sql`${sql.param(taskIds)}::uuid[]`;
  await tx.execute(sql`
    delete from ${secretGrants} where secret_id = ${secretId} and not (task_id = any(${wanted}))`);
  await tx.execute(sql`
    insert into ${secretGrants} (secret_id, task_id, granted_by)
    select ${secretId}, task_id, ${grantedBy} from unnest(${wanted}) as w(task_id)
    on conflict do nothing`);
}

/** What a task is granted, sealed. */
export const secretsOfTask = (
  db: Queryable,
  taskId: string,
): Promise<Pick<SecretRow, 'id' | 'name' | 'keyId' | 'sealed'>[]> =>
  db
    .select({ id: secrets.id, name: secrets.name, keyId: secrets.keyId, sealed: secrets.sealed })
    .from(secretGrants)
    .innerJoin(secrets, eq(secrets.id, secretGrants.secretId))
    .where(eq(secretGrants.taskId, taskId))
    .orderBy(secrets.name);

export const secretsSealedWithout = (db: Queryable, by: SealedBy): Promise<SecretRow[]> =>
  db
    .select()
    .from(secrets)
    .where(sealedOtherwise(by, secrets.keyId, secrets.sealed));

/** The same value under another key; answers false when it was replaced since it was read. */
export async function resealSecret(
  db: Queryable,
  read: Pick<SecretRow, 'id' | 'revision' | 'keyId'>,
  sealed: Sealed,
): Promise<boolean> {
  const unchanged = and(eq(secrets.id, read.id), eq(secrets.revision, read.revision), eq(secrets.keyId, read.keyId));
  const { rowCount } = await db.update(secrets).set(sealed).where(unchanged);
  return rowCount === 1;
}

const spec = (fields: ListFields): PageSpec<typeof secrets> => ({
  table: secrets,
  fields,
  columns: { id: secrets.id, name: secrets.name, createdAt: secrets.createdAt, updatedAt: secrets.updatedAt },
  search: [secrets.name, secrets.description],
  id: secrets.id,
});

export const pageOfSecrets = (db: Queryable, fields: ListFields, request: ListRequest): Promise<Page<SecretRow>> =>
  pageQuery(db, spec(fields), request);
