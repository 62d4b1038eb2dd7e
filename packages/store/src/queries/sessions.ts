import { and, desc, eq, inArray, lt, ne, notInArray, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { sessions } from '../schema/access.ts';

export type SessionRow = typeof sessions.$inferSelect;

/** `token` is a SHA-256 in hexadecimal, here and below; nothing else of a token is stored. */
export async function sessionIdByToken(db: Queryable, token: string): Promise<string | null> {
  const [row] = await db.select({ id: sessions.id }).from(sessions).where(eq(sessions.token, token));
  return row?.id ?? null;
}

/** Gives a session that was just made its first token. */
export async function nameToken(db: Queryable, id: string, token: string): Promise<SessionRow | null> {
  const [row] = await db.update(sessions).set({ token }).where(eq(sessions.id, id)).returning();
  return row ?? null;
}

/** Puts the next token in the place of the one that is good now. Null: another request has done so already. */
export async function rotateToken(
  tx: Queryable,
  id: string,
  tokens: { readonly from: string; readonly to: string; readonly expiresAt: Date },
): Promise<SessionRow | null> {
  const { from, to, expiresAt } = tokens;
  const [row] = await tx
    .update(sessions)
    .set({ token: to, previousToken: from, rotatedAt: sql`now()`, expiresAt, updatedAt: sql`now()` })
    .where(and(eq(sessions.id, id), eq(sessions.token, from)))
    .returning();
  return row ?? null;
}

export async function deleteSession(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.delete(sessions).where(eq(sessions.id, id));
  return rowCount === 1;
}

/** Every session of a user, or every other one. */
export async function deleteSessionsOf(tx: Queryable, userId: string, except?: string): Promise<void> {
  await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), except === undefined ? undefined : ne(sessions.id, except)));
}

/** Ends the oldest sessions of a user beyond a number. */
export async function keepSessions(tx: Queryable, userId: string, most: number): Promise<void> {
  const newest = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.userId, userId))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(most);
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), notInArray(sessions.id, newest)));
}

/** Forgets sessions that have run out; answers how many. */
export async function deleteExpiredSessions(db: Queryable): Promise<number> {
  const old = db.select({ id: sessions.id }).from(sessions).where(lt(sessions.expiresAt, sql`now()`)).limit(5000);
  const { rowCount } = await db.delete(sessions).where(inArray(sessions.id, old));
  return rowCount ?? 0;
}
