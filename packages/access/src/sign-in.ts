import type { SignIn } from '@ratchet/contract/entities/user';
import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import {
  deleteSession,
  deleteSessionsOf,
  keepSessions,
  nameToken,
  rotateToken,
  sessionIdByToken,
} from '@ratchet/store/queries/sessions';
import {
  noteLogin,
  passwordHashOf,
  setPasswordHash,
  type UserRow,
  updateUser,
  userByName,
} from '@ratchet/store/queries/users';
import type { AccessChanges } from './access-changes.ts';
import type { BetterAuth } from './better-auth.ts';
import { graceMs, type LiveSessions } from './live-sessions.ts';
import type { Passwords } from './passwords.ts';
import type { SessionTokens } from './session-token.ts';
import type { SignInLimits } from './sign-in-limits.ts';
import { userView } from './user-view.ts';
import type { NewUser, Users } from './users.ts';

/** Where an attempt comes from. */
export interface From {
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

export interface SignInOptions {
  readonly database: Pick<Database, 'db' | 'transaction'>;
  readonly changes: Pick<AccessChanges, 'change'>;
  readonly passwords: Passwords;
  readonly sessions: LiveSessions;
  readonly sessionTokens: SessionTokens;
  readonly limits: Pick<SignInLimits, 'attempt' | 'use'>;
  readonly users: Pick<Users, 'create'>;
  /** Loaded when somebody signs in first: it costs a start what most of its life it need not. */
  readonly betterAuth: () => Promise<BetterAuth>;
  readonly sessionDays: number;
  readonly accessTokenMinutes: number;
  /** Whether people may make accounts for themselves. */
  readonly registration: boolean;
}

/** Sessions of one user; the oldest end first. */
const mostSessions = 100;
const dayMs = 86_400_000;

export type SignInDesk = ReturnType<typeof signInDesk>;

/** Signing in, staying signed in and signing out. */
export function signInDesk(options: SignInOptions) {
  const { database, changes, passwords, sessions, sessionTokens, limits, sessionDays } = options;
  const { db } = database;

  async function answer(user: UserRow, sessionId: string, refreshToken: string, expiresAt: Date): Promise<SignIn> {
    const auth = await options.betterAuth();
    return {
      user: userView(user),
      accessToken: await auth.signToken({ sub: user.id, sid: sessionId }),
      tokenType: 'Bearer',
      expiresIn: options.accessTokenMinutes * 60,
      refreshToken,
      refreshExpiresAt: expiresAt.toISOString(),
      sessionId,
    };
  }

  async function withPassword(name: string, password: string, from: From): Promise<SignIn> {
    const user = await userByName(db, name);
    const hash = user ? await passwordHashOf(db, user.id) : null;
    const auth = await options.betterAuth();
    const stored = await auth.signIn(user?.enabled ? user.username : null, password, from);
    const id = stored && (await sessionIdByToken(db, stored));
    if (!user || !id) throw wrongPassword();
    const token = sessionTokens.make(id);
    const begun = await changes.change(`user:${user.id}`, async (tx) => {
      // Waits for whoever changes this user; what they changed since the password was looked at counts.
      const now = await noteLogin(tx, user.id);
      if (!now?.enabled || (await passwordHashOf(tx, user.id)) !== hash) {
        await deleteSession(tx, id);
        return null;
      }
      await keepSessions(tx, user.id, mostSessions);
      const session = await nameToken(tx, id, token.hash);
      return session && { user: now, session };
    });
    if (!begun) throw wrongPassword();
    return answer(begun.user, id, token.token, begun.session.expiresAt);
  }

  const attempt = <T>(name: string, from: From, work: () => Promise<T>): Promise<T> =>
    limits.attempt({ address: from.address, name }, work, isWrongProof);

  return {
    /** Throws UNAUTHENTICATED, with the same words and after the same time whether there is such a user or not. */
    login: (name: string, password: string, from: From): Promise<SignIn> =>
      attempt(name, from, () => withPassword(name, password, from)),

    /** Makes an account that may read, and signs it in. Throws PERMISSION_DENIED where the server does not allow it. */
    async register(given: Omit<NewUser, 'role' | 'access' | 'mustChangePassword'>, from: From): Promise<SignIn> {
      if (!options.registration)
        throw new RatchetError(
          'PERMISSION_DENIED',
          'Accounts are made by an administrator here; nobody can make one for themselves.',
        );
      await limits.use({ address: from.address, name: '+register' });
      const user = await options.users.create({ ...given, role: 'readonly', access: 'all', mustChangePassword: false });
      return withPassword(user.username, given.password, from);
    },

    /**
     * The next pair of tokens for a refresh token. Of two that come at once with the same one, one is told to wait and to
     * come with the successor (UNAUTHENTICATED, with `exchangedWithinSeconds`); one that comes later ends the session.
     */
    async refresh(token: string, from: From): Promise<SignIn> {
      const given = sessionTokens.read(token);
      const found = given ? await sessions.ofToken(given, from.address) : null;
      if (!given || !found) throw signedOut();
      if (found.stale) throw exchanged();
      const { user } = found.live;
      const next = sessionTokens.make(given.sessionId);
      const expiresAt = new Date(Date.now() + sessionDays * dayMs);
      const rotated = await changes.change(`session:${given.sessionId}`, (tx) =>
        rotateToken(tx, given.sessionId, { from: given.hash, to: next.hash, expiresAt }),
      );
      if (!rotated) {
        // It was exchanged, or the session has ended, in this moment.
        if (await sessions.get(given.sessionId)) throw exchanged();
        throw signedOut();
      }
      return answer(user, given.sessionId, next.token, expiresAt);
    },

    /**
     * Ends the session of a token, and the one that the caller is in; everywhere: every session of the caller. One that has
     * ended already is fine.
     */
    async logout(
      who: {
        readonly token?: string | undefined;
        readonly sessionId?: string | undefined;
        readonly everywhere: boolean;
      },
      from: From,
    ): Promise<void> {
      const given = who.token === undefined ? null : sessionTokens.read(who.token);
      const found = given ? await sessions.ofToken(given, from.address) : null;
      const ids = new Set([found?.live.session.id, who.sessionId].filter((id) => id !== undefined));
      for (const id of ids) {
        const live = await sessions.get(id);
        if (!live) continue;
        if (who.everywhere) await changes.change(`user:${live.user.id}`, (tx) => deleteSessionsOf(tx, live.user.id));
        else await sessions.end(id);
      }
    },

    /** Every other session ends. Throws UNAUTHENTICATED for a wrong password, VALIDATION_FAILED for the same one. */
    async changePassword(
      sessionId: string,
      given: { readonly currentPassword: string; readonly newPassword: string },
      from: From,
    ): Promise<void> {
      const live = await sessions.get(sessionId);
      if (!live) throw signedOut();
      const { id, username } = live.user;
      const before = await passwordHashOf(db, id);
      await attempt(username, from, async () => {
        if (before === null || !(await passwords.verify(before, given.currentPassword)))
          throw new RatchetError('UNAUTHENTICATED', 'The current password is not right.');
      });
      if (given.newPassword === given.currentPassword)
        throw new RatchetError('VALIDATION_FAILED', 'newPassword: must be another one than the current.', [
          { path: 'newPassword', message: 'must be another one than the current' },
        ]);
      const hash = await passwords.hash(given.newPassword);
      await changes.change(`user:${id}`, async (tx) => {
        await updateUser(tx, id, { mustChangePassword: false });
        if ((await passwordHashOf(tx, id)) !== before)
          throw new RatchetError('UNAUTHENTICATED', 'The password was changed in this moment. Sign in with that one.');
        await setPasswordHash(tx, id, hash);
        await deleteSessionsOf(tx, id, sessionId);
      });
    },
  };
}

const isWrongProof = (error: unknown): boolean => error instanceof RatchetError && error.code === 'UNAUTHENTICATED';

const wrongPassword = (): RatchetError =>
  new RatchetError('UNAUTHENTICATED', 'The name or the password is not right, or the account is switched off.');

const signedOut = (): RatchetError => new RatchetError('UNAUTHENTICATED', 'The session has ended. Sign in again.');

const exchanged = (): RatchetError =>
  new RatchetError(
    'UNAUTHENTICATED',
    'This refresh token was exchanged a moment ago, by another tab or another try. Come again with the one it was exchanged for.',
    { exchangedWithinSeconds: graceMs / 1000 },
  );
