import type { Database } from '@ratchet/store/database';
import { deleteExpiredSessions } from '@ratchet/store/queries/sessions';
import { accessChanges } from './access-changes.ts';
import { accessTokens } from './access-tokens.ts';
import { apiKeys } from './api-keys.ts';
import type { BetterAuth } from './better-auth.ts';
import { type FirstAdmin, makeFirstAdmin } from './first-admin.ts';
import { identifier } from './identify.ts';
import type { KeyRing } from './key-ring.ts';
import { keyUses } from './key-uses.ts';
import { liveSessions } from './live-sessions.ts';
import { passwords as makePasswords, type PasswordCost } from './passwords.ts';
import type { Alarm } from './security-event.ts';
import { sessionTokens as makeSessionTokens } from './session-token.ts';
import { signInDesk } from './sign-in.ts';
import { signInLimits } from './sign-in-limits.ts';
import { signingKeys } from './signing-keys.ts';
import { users as makeUsers } from './users.ts';

export interface AccessOptions {
  readonly database: Pick<Database, 'db' | 'transaction' | 'listen'>;
  readonly ring: KeyRing;
  readonly registration: boolean;
  readonly sessionDays: number;
  readonly accessTokenMinutes: number;
  readonly signIn: { readonly attempts: number; readonly windowMinutes: number };
  /** Counters of sign-ins over many nodes; null: each node for itself. */
  readonly redisUrl: string | null;
  /** Less than the usual cost is for tests. */
  readonly passwordCost?: PasswordCost | undefined;
  readonly alarm: Alarm;
  readonly warn: (message: string, error?: unknown) => void;
}

/** Who tokens are from and for. */
const issuer = 'ratchet';

export type Access = Awaited<ReturnType<typeof startAccess>>;

/** Who may come in: accounts, sign-ins, sessions, keys and the reading of proofs, over one database and one key ring. */
export async function startAccess(options: AccessOptions) {
  const { database, ring, sessionDays, accessTokenMinutes, alarm, warn } = options;
  const changes = await accessChanges(database);
  const passwords = makePasswords(options.passwordCost ? { cost: options.passwordCost } : {});
  const sessionTokens = makeSessionTokens(ring);
  const sessions = liveSessions(database, changes, alarm);
  const keys = signingKeys(database, ring, accessTokenMinutes * 60_000);
  const uses = keyUses(database.db);
  const limits = signInLimits({ ...options.signIn, redisUrl: options.redisUrl, warn, alarm });
  const users = makeUsers({ database, changes, passwords });
  let started: Promise<BetterAuth> | null = null;
  const betterAuth = () => {
    started ??= import('./better-auth.ts').then(({ startBetterAuth }) =>
      startBetterAuth({ database, ring, passwords, keys, issuer, sessionDays, accessTokenMinutes, warn }),
    );
    return started;
  };
  return {
    changes,
    users,
    apiKeys: apiKeys({ database, changes }),
    desk: signInDesk({
      database,
      changes,
      passwords,
      sessions,
      sessionTokens,
      limits,
      users,
      betterAuth,
      sessionDays,
      accessTokenMinutes,
      registration: options.registration,
    }),
    identify: identifier({
      database,
      changes,
      sessions,
      sessionTokens,
      accessTokens: accessTokens(keys, issuer),
      uses,
    }),
    makeFirstAdmin: (admin: FirstAdmin) => makeFirstAdmin(database, passwords, admin),
    /** Seals anew what an older key of the ring seals; answers how many. */
    reseal: () => keys.reseal(),
    /** To be called now and then: stores when keys were used. */
    storeUses: () => uses.store(),
    /** To be called now and then: forgets sessions that have run out. */
    tidy: () => deleteExpiredSessions(database.db),
    async close(): Promise<void> {
      await uses.store().catch((error) => warn('When keys were used last could not be stored.', error));
      await limits.close();
      await changes.close();
    },
  };
}
