import { randomInt } from 'node:crypto';
import { newPassword, userSettings } from '@ratchet/contract/entities/user';
import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import { anyUser, claimFirstStart } from '@ratchet/store/queries/users';
import type { Passwords } from './passwords.ts';
import { insertFirstUser } from './users.ts';

export interface FirstAdmin {
  readonly username: string;
  readonly email: string;
  /** Null: a random one, good until the first sign-in changes it. */
  readonly password: string | null;
}

/** No letter that is taken for another one. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
const randomLetters = 24;

/**
 * Makes the one administrator of a server without users: of several nodes that start at once, one does. Answers the
 * password where it was made up, to be shown once; null where nobody was made or the password was given. Throws
 * VALIDATION_FAILED for settings that no account may have.
 */
export async function makeFirstAdmin(
  database: Pick<Database, 'db' | 'transaction'>,
  passwords: Pick<Passwords, 'hash'>,
  admin: FirstAdmin,
): Promise<string | null> {
  if (await anyUser(database.db)) return null;
  check('auth.admin.username', userSettings.username, admin.username);
  if (!/^[^\s@]+@[^\s@]+$/.test(admin.email)) throw wrong('auth.admin.email', 'is not an address');
  if (admin.password !== null) check('auth.admin.password', newPassword, admin.password);
  const made = admin.password ?? randomPassword();
  const hash = await passwords.hash(made);
  const done = await database.transaction(async (tx) => {
    const given = {
      username: admin.username,
      email: admin.email,
      role: 'admin',
      access: 'all',
      password: '',
      mustChangePassword: admin.password === null,
    } as const;
    // Whoever comes second waits here until the first has finished.
    if (!(await claimFirstStart(tx)) || (await anyUser(tx))) return false;
    await insertFirstUser(tx, given, hash);
    return true;
  });
  return done && admin.password === null ? made : null;
}

const randomPassword = (): string =>
  Array.from(
    { length: randomLetters },
    (_, i) => (i > 0 && i % 6 === 0 ? '-' : '') + letters[randomInt(letters.length)],
  ).join('');

function check(
  path: string,
  schema: {
    safeParse(value: unknown): { success: boolean; error?: { issues: readonly { message: string }[] } | undefined };
  },
  value: string,
): void {
  const { success, error } = schema.safeParse(value);
  if (!success) throw wrong(path, error?.issues[0]?.message ?? 'is not possible');
}

const wrong = (path: string, message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', `${path}: ${message}.`, [{ path, message }]);
