import { type Role, rolePermissions } from '@ratchet/contract/access';
import type { User } from '@ratchet/contract/entities/user';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database, Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { deleteSessionsOf } from '@ratchet/store/queries/sessions';
import {
  deleteUser,
  insertUser,
  lockAdmins,
  pageOfUsers,
  setPasswordHash,
  type UserChanges,
  type UserRow,
  updateUser,
  userById,
} from '@ratchet/store/queries/users';
import type { AccessChanges } from './access-changes.ts';
import type { Passwords } from './passwords.ts';
import { userView } from './user-view.ts';

export interface NewUser {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly role: Role;
  readonly access: 'all' | 'granted';
  readonly password: string;
  readonly mustChangePassword: boolean;
}

export type UserEdit = { readonly [K in keyof UserChanges]: UserChanges[K] | undefined } & {
  readonly password?: string | undefined;
};

export interface UsersOptions {
  readonly database: Pick<Database, 'db' | 'transaction'>;
  readonly changes: Pick<AccessChanges, 'change'>;
  readonly passwords: Pick<Passwords, 'hash'>;
}

export type Users = ReturnType<typeof users>;

/** Accounts. One who administers, and can, always stays: STATE_CONFLICT where a change would leave nobody. */
export function users({ database, changes, passwords }: UsersOptions) {
  const { db } = database;
  const load = async (id: string): Promise<UserRow> => {
    const row = await userById(db, id);
    if (!row) throw notFound('user', id);
    return row;
  };
  return {
    async list(fields: ListFields, request: ListRequest): Promise<Page<User>> {
      const page = await pageOfUsers(db, fields, request);
      return { items: page.items.map(userView), meta: page.meta };
    },
    get: async (id: string): Promise<User> => userView(await load(id)),
    async create(given: NewUser): Promise<User> {
      const row = rowOf(given);
      const password = await passwords.hash(given.password);
      return database.transaction(async (tx) => userView(await insertUser(tx, row, { id: newId(), password })));
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      checkRevision(await load(id), expected);
    },
    /** A new password, a role that may less, or switching it off ends its sessions, and what was signed in them. */
    async change(id: string, { password, ...edit }: UserEdit, expected: number | undefined): Promise<User> {
      await load(id);
      const hash = password === undefined ? null : await passwords.hash(password);
      const settings = Object.fromEntries(
        Object.entries(edit.email === undefined ? edit : { ...edit, email: edit.email.toLowerCase() }).filter(
          ([, value]) => value !== undefined,
        ),
      ) as UserChanges;
      return changes.change(`user:${id}`, async (tx) => {
        const admins = await lockAdmins(tx);
        const before = await userById(tx, id);
        if (!before) throw notFound('user', id);
        checkRevision(before, expected);
        const role = settings.role ?? before.role;
        const enabled = settings.enabled ?? before.enabled;
        if (role !== 'admin' || !enabled) refuseLast(admins, id);
        const row = (await updateUser(tx, id, settings)) as UserRow;
        if (hash !== null) await setPasswordHash(tx, id, hash);
        if (hash !== null || !enabled || mayLess(before.role, role)) await deleteSessionsOf(tx, id);
        return userView(row);
      });
    },
    async remove(id: string): Promise<void> {
      await changes.change(`user:${id}`, async (tx) => {
        refuseLast(await lockAdmins(tx), id);
        if (!(await deleteUser(tx, id))) throw notFound('user', id);
      });
    },
  };
}

function refuseLast(admins: readonly { readonly id: string }[], id: string): void {
  if (admins.length === 1 && admins[0]?.id === id)
    throw new RatchetError('STATE_CONFLICT', 'This is the last administrator who can sign in. Make another one first.');
}

const mayLess = (before: Role, after: Role): boolean =>
  rolePermissions[before].some((permission) => !rolePermissions[after].includes(permission));

/** A new account's row, with what was left out made of what was given. */
function rowOf(given: NewUser): Parameters<typeof insertUser>[1] {
  const { username: named, email, name, role, access, mustChangePassword } = given;
  const username = named ?? usernameOf(email);
  if (!username)
    throw new RatchetError('VALIDATION_FAILED', 'username: is required, or an email to make it of.', [
      { path: 'username', message: 'is required, or an email to make it of' },
    ]);
  return {
    id: newId(),
    username,
    email: (email ?? `${username}@localhost`).toLowerCase(),
    name: name ?? username,
    role,
    access,
    mustChangePassword,
  };
}

/** The part before the @, of the letters that a user name may have. */
const usernameOf = (email: string | undefined): string | undefined =>
  email
    ?.split('@')[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64) || undefined;

function checkRevision(row: UserRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `User ${row.username} is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}

/** The first administrator's account, inside the transaction that claims the first start. */
export const insertFirstUser = (tx: Queryable, given: NewUser, password: string): Promise<UserRow> =>
  insertUser(tx, rowOf(given), { id: newId(), password });
