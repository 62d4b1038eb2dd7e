import { asc, eq } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { apiKeys, grants, sessions, users } from '../schema/access.ts';
import type { ApiKeyRow } from './api-keys.ts';
import type { SessionRow } from './sessions.ts';
import type { UserRow } from './users.ts';

export type GrantPlace = Pick<typeof grants.$inferSelect, 'repositoryId' | 'taskPattern' | 'permissions'>;

/** A user as rights are worked out from. `grants` is empty where their access is not narrowed. */
export interface Principal {
  readonly user: UserRow;
  readonly grants: readonly GrantPlace[];
}

/** Null: there is no such session. */
export async function principalOfSession(
  db: Queryable,
  id: string,
): Promise<(Principal & { readonly session: SessionRow }) | null> {
  const [row] = await db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, id));
  return row ? { ...row, grants: await grantsOf(db, row.user) } : null;
}

/** By the SHA-256 of a key. Null: there is no such key. */
export async function principalOfKey(
  db: Queryable,
  hash: string,
): Promise<(Principal & { readonly key: ApiKeyRow }) | null> {
  const [row] = await db
    .select({ key: apiKeys, user: users })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(eq(apiKeys.hash, hash));
  return row ? { ...row, grants: await grantsOf(db, row.user) } : null;
}

const grantsOf = async (db: Queryable, user: UserRow): Promise<GrantPlace[]> =>
  user.access === 'all'
    ? []
    : db
        .select({ repositoryId: grants.repositoryId, taskPattern: grants.taskPattern, permissions: grants.permissions })
        .from(grants)
        .where(eq(grants.userId, user.id))
        .orderBy(asc(grants.id));
