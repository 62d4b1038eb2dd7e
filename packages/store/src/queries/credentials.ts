import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { credentials, repositories } from '../schema/repositories.ts';
import { type SealedBy, sealedOtherwise } from './sealed-otherwise.ts';

export type CredentialRow = typeof credentials.$inferSelect;
type Sealed = Pick<CredentialRow, 'keyId' | 'sealed'>;

export async function credentialById(db: Queryable, id: string): Promise<CredentialRow | null> {
  const [row] = await db.select().from(credentials).where(eq(credentials.id, id));
  return row ?? null;
}

export async function credentialOfRepository(db: Queryable, repositoryId: string): Promise<CredentialRow | null> {
  const [row] = await db.select().from(credentials).where(eq(credentials.ownedByRepository, repositoryId));
  return row ?? null;
}

export async function insertCredential(db: Queryable, row: typeof credentials.$inferInsert): Promise<CredentialRow> {
  const [made] = await db.insert(credentials).values(row).returning();
  return made as CredentialRow;
}

/** Replaces the secret; the revision grows by one. */
export async function updateCredential(
  db: Queryable,
  id: string,
  changes: Sealed & { type?: string },
): Promise<CredentialRow | null> {
  const [row] = await db
    .update(credentials)
    .set({ ...changes, revision: sql`${credentials.revision} + 1`, rotatedAt: sql`now()` })
    .where(eq(credentials.id, id))
    .returning();
  return row ?? null;
}

/** The same secret under another key; answers false when it was replaced since it was read. */
export async function resealCredential(
  db: Queryable,
  read: Pick<CredentialRow, 'id' | 'revision' | 'keyId'>,
  sealed: Sealed,
): Promise<boolean> {
  const unchanged = and(
    eq(credentials.id, read.id),
    eq(credentials.revision, read.revision),
    eq(credentials.keyId, read.keyId),
  );
  const { rowCount } = await db.update(credentials).set(sealed).where(unchanged);
  return rowCount === 1;
}

/** Credentials that another key sealed, or another cipher. */
export const credentialsSealedWithout = (db: Queryable, by: SealedBy): Promise<CredentialRow[]> =>
  db
    .select()
    .from(credentials)
    .where(sealedOtherwise(by, credentials.keyId, credentials.sealed));

/** Secrets of webhooks that another key sealed, or another cipher. */
export async function webhookSecretsSealedWithout(
  db: Queryable,
  by: SealedBy,
): Promise<{ id: string; keyId: string; sealed: Uint8Array }[]> {
  const rows = await db
    .select({ id: repositories.id, keyId: repositories.webhookSecretKey, sealed: repositories.webhookSecret })
    .from(repositories)
    .where(sealedOtherwise(by, repositories.webhookSecretKey, repositories.webhookSecret));
  return rows.flatMap(({ id, keyId, sealed }) => (keyId && sealed ? [{ id, keyId, sealed }] : []));
}

/** The same secret of a webhook under another key; answers false when it was replaced since it was read. */
export async function resealWebhookSecret(
  db: Queryable,
  read: { id: string; sealed: Uint8Array },
  { keyId, sealed }: Sealed,
): Promise<boolean> {
  const { rowCount } = await db
    .update(repositories)
    .set({ webhookSecret: sealed, webhookSecretKey: keyId })
    .where(and(eq(repositories.id, read.id), eq(repositories.webhookSecret, read.sealed)));
  return rowCount === 1;
}

/** Names of the repositories that sign in with it. */
export async function credentialUsers(db: Queryable, id: string): Promise<string[]> {
  const rows = await db.select({ name: repositories.name }).from(repositories).where(eq(repositories.credentialId, id));
  return rows.map((row) => row.name);
}

export async function deleteCredential(db: Queryable, id: string): Promise<void> {
  await db.delete(credentials).where(eq(credentials.id, id));
}

/** The repository signs in with its own credential no more. */
export async function releaseOwnCredential(tx: Queryable, repositoryId: string): Promise<void> {
  await tx.execute(sql`
    update ${repositories} set credential_id = null
    from ${credentials} where ${repositories.id} = ${repositoryId}
      and ${credentials.id} = ${repositories.credentialId} and ${credentials.ownedByRepository} = ${repositoryId}`);
}

export async function deleteCredentialsOf(db: Queryable, repositoryId: string): Promise<void> {
  await db.delete(credentials).where(eq(credentials.ownedByRepository, repositoryId));
}

const spec = (fields: ListFields): PageSpec<typeof credentials> => ({
  table: credentials,
  fields,
  columns: { id: credentials.id, name: credentials.name, type: credentials.type, createdAt: credentials.createdAt },
  search: [credentials.name],
  id: credentials.id,
});

export const pageOfCredentials = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
): Promise<Page<CredentialRow>> => pageQuery(db, spec(fields), request);
