import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, asc, eq, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { accounts, firstStart, users } from '../schema/access.ts';

export type UserRow = typeof users.$inferSelect;
export type UserChanges = Partial<
  Pick<UserRow, 'username' | 'email' | 'name' | 'role' | 'access' | 'enabled' | 'mustChangePassword'>
>;

/** The provider of accounts that sign in with a password. */
const credential = 'credential';

export async function userById(db: Queryable, id: string): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id));
  return row ?? null;
}

/** By user name or address, without case. */
export async function userByName(db: Queryable, name: string): Promise<UserRow | null> {
  const [row] = await db
    .select()
    .from(users)
    .where(or(sql`lower(${users.username}) = lower(${name})`, sql`lower(${users.email}) = lower(${name})`))
    // One person's address may be another one's name only where names hold an @, which they do not.
    .limit(1);
  return row ?? null;
}

/** A user with a password, given as its hash. Throws ALREADY_EXISTS for a taken name or address. */
export async function insertUser(
  tx: Queryable,
  row: typeof users.$inferInsert,
  account: { readonly id: string; readonly password: string },
): Promise<UserRow> {
  const [made] = await tx.insert(users).values(row).returning();
  await tx
    .insert(accounts)
    .values({ id: account.id, accountId: row.id, providerId: credential, userId: row.id, password: account.password });
  return made as UserRow;
}

/** Changes settings; the revision grows by one. Null: there is no such user. */
export async function updateUser(tx: Queryable, id: string, changes: UserChanges): Promise<UserRow | null> {
  const [row] = await tx
    .update(users)
    .set({ ...changes, revision: sql`${users.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(users.id, id))
    .returning();
  return row ?? null;
}

export async function deleteUser(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.delete(users).where(eq(users.id, id));
  return rowCount === 1;
}

/**
 * The users who can administer, locked until the transaction ends: two who would take the last two away at once wait for
 * each other.
 */
export const lockAdmins = (tx: Queryable): Promise<{ id: string }[]> =>
  tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, 'admin'), users.enabled))
    .orderBy(asc(users.id))
    .for('update');

export async function passwordHashOf(db: Queryable, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ password: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, credential)));
  return row?.password ?? null;
}

export async function setPasswordHash(tx: Queryable, userId: string, password: string): Promise<void> {
  await tx
    .update(accounts)
    .set({ password, updatedAt: sql`now()` })
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, credential)));
}

/** Notes a sign-in. No change of settings: the revision stays. */
export async function noteLogin(db: Queryable, id: string): Promise<UserRow | null> {
  const [row] = await db.update(users).set({ lastLoginAt: sql`now()` }).where(eq(users.id, id)).returning();
  return row ?? null;
}

export async function anyUser(db: Queryable): Promise<boolean> {
  const rows = await db.select({ id: users.id }).from(users).limit(1);
  return rows.length > 0;
}

/** Answers whether this is the first start: of several nodes that ask at once, one hears true. */
export async function claimFirstStart(tx: Queryable): Promise<boolean> {
  const rows = await tx.insert(firstStart).values({ id: 1 }).onConflictDoNothing().returning({ id: firstStart.id });
  return rows.length === 1;
}

const spec = (fields: ListFields): PageSpec<typeof users> => ({
  table: users,
  fields,
  columns: {
    id: users.id,
    username: users.username,
    email: users.email,
    name: users.name,
    role: users.role,
    access: users.access,
    enabled: users.enabled,
    lastLoginAt: users.lastLoginAt,
    createdAt: users.createdAt,
  },
  search: [users.username, users.email, users.name],
  id: users.id,
});

export const pageOfUsers = (db: Queryable, fields: ListFields, request: ListRequest): Promise<Page<UserRow>> =>
  pageQuery(db, spec(fields), request);
