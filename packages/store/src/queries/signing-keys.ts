import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { jwks } from '../schema/access.ts';

export type SigningKeyRow = typeof jwks.$inferSelect;

/** Keys that sign, or whose signatures still count; the newest first. */
export const signingKeys = (db: Queryable, countsForMs: number): Promise<SigningKeyRow[]> =>
  db
    .select()
    .from(jwks)
    .where(or(isNull(jwks.expiresAt), gt(jwks.expiresAt, new Date(Date.now() - countsForMs))))
    .orderBy(desc(jwks.createdAt), desc(jwks.id));

export async function insertSigningKey(db: Queryable, row: typeof jwks.$inferInsert): Promise<SigningKeyRow> {
  const [made] = await db.insert(jwks).values(row).returning();
  return made as SigningKeyRow;
}

export async function resealSigningKey(db: Queryable, id: string, from: string, to: string): Promise<void> {
  await db
    .update(jwks)
    .set({ privateKey: to })
    .where(and(eq(jwks.id, id), eq(jwks.privateKey, from)));
}

/** Forgets keys whose signatures count no more. */
export async function deleteOldSigningKeys(db: Queryable, countsForMs: number): Promise<void> {
  await db.delete(jwks).where(lt(jwks.expiresAt, sql`now() - make_interval(secs => ${countsForMs / 1000})`));
}
