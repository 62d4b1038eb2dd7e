import type { Rights } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Proof } from '@ratchet/contract/proof';
import type { Database } from '@ratchet/store/database';
import type { ApiKeyRow } from '@ratchet/store/queries/api-keys';
import { type Principal, principalOfKey } from '@ratchet/store/queries/principals';
import type { UserRow } from '@ratchet/store/queries/users';
import type { AccessChanges } from './access-changes.ts';
import type { accessTokens } from './access-tokens.ts';
import { keyPrefix } from './api-keys.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { KeyUses } from './key-uses.ts';
import type { LiveSession, LiveSessions } from './live-sessions.ts';
import { rightsOfKey, rightsOfUser } from './rights-of.ts';
import { hashOfToken, type SessionTokens } from './session-token.ts';

/** Whom a request comes from, and what they may do. */
export interface Identified {
  readonly actor: Actor;
  readonly rights: Rights;
  readonly sessionId?: string;
  /** They can do nothing before they have changed their password. */
  readonly mustChangePassword: boolean;
}

export interface IdentifyOptions {
  readonly database: Pick<Database, 'db'>;
  readonly changes: Pick<AccessChanges, 'heard'>;
  readonly sessions: Pick<LiveSessions, 'get' | 'ofToken'>;
  readonly sessionTokens: Pick<SessionTokens, 'read'>;
  readonly accessTokens: ReturnType<typeof accessTokens>;
  readonly uses: Pick<KeyUses, 'used'>;
}

const mostKeys = 20_000;
const rememberedMs = 10_000;
const keyForm = /^rk_[\w-]{43}$/;

/**
 * Reads proofs. An access token or a key that is not good throws UNAUTHENTICATED; a cookie that is not good is none (null),
 * for a browser sends it unasked.
 */
export function identifier(options: IdentifyOptions) {
  const { database, sessions, sessionTokens, uses } = options;
  const keys = new BoundedCache<Principal & { readonly key: ApiKeyRow }>(mostKeys, rememberedMs);
  options.changes.heard((subject) =>
    keys.forget(({ key, user }) => subject === null || subject === `key:${key.id}` || subject === `user:${user.id}`),
  );

  async function byKey(given: string): Promise<Identified> {
    if (!keyForm.test(given)) throw badKey();
    const hash = hashOfToken(given);
    // A key that does not exist is not remembered: guesses would push out what is used.
    const found =
      keys.get(hash) ??
      (await keys.load(hash, async () => (await principalOfKey(database.db, hash)) ?? Promise.reject(badKey())));
    const { key, user, grants } = found;
    if (!key.enabled || !user.enabled || (key.expiresAt && key.expiresAt.getTime() <= Date.now())) throw badKey();
    uses.used(key.id);
    return {
      actor: { kind: 'api_key', id: key.id, name: key.name, email: user.email, userId: user.id },
      rights: rightsOf(found, () => untilChanged(user, rightsOfKey(user, grants, key))),
      mustChangePassword: user.mustChangePassword,
    };
  }

  async function byToken(given: string): Promise<Identified> {
    const claims = await options.accessTokens.read(given);
    const live = claims ? await sessions.get(claims.sessionId) : null;
    if (!live || live.user.id !== claims?.userId)
      throw new RatchetError(
        'UNAUTHENTICATED',
        'The access token is not good, or not any more. Refresh it, or sign in again.',
      );
    return ofSession(live);
  }

  return async (proof: Proof, address: string | undefined): Promise<Identified | null> => {
    if (proof.kind === 'api_key' || proof.value.startsWith(keyPrefix)) return byKey(proof.value);
    if (proof.kind === 'bearer') return byToken(proof.value);
    const token = sessionTokens.read(proof.value);
    const found = token ? await sessions.ofToken(token, address) : null;
    return found ? ofSession(found.live) : null;
  };
}

function ofSession(live: LiveSession): Identified {
  const { user, session, grants } = live;
  return {
    actor: { kind: 'user', id: user.id, name: user.name, email: user.email, userId: user.id },
    rights: rightsOf(live, () => untilChanged(user, rightsOfUser(user, grants))),
    sessionId: session.id,
    mustChangePassword: user.mustChangePassword,
  };
}

/** Whoever must change their password has no rights but to do that. */
const untilChanged = ({ mustChangePassword }: UserRow, rights: Rights): Rights =>
  mustChangePassword
    ? {
        ...rights,
        permissions: ['read'],
        key: { repositoryIds: null, taskPatterns: null, tools: beforeChange, maxConcurrency: null },
      }
    : rights;
/** By their MCP tool names, as the limits of keys name operations. */
const beforeChange = ['ratchet_whoami', 'ratchet_change_password', 'ratchet_logout', 'ratchet_refresh_session'];

/** Rights are worked out once for as long as what they come from is kept. */
const worked = new WeakMap<object, Rights>();
function rightsOf(of: object, work: () => Rights): Rights {
  const known = worked.get(of);
  if (known) return known;
  const rights = work();
  worked.set(of, rights);
  return rights;
}

const badKey = (): RatchetError =>
  new RatchetError(
    'UNAUTHENTICATED',
    'The API key is not good: there is none such, it has expired or been switched off, or its owner has.',
  );
