import type { SignInDesk } from '@ratchet/access/sign-in';
import type { Users } from '@ratchet/access/users';
import { mayEverywhere, placePermissions } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { EntityHandlers } from './handler.ts';
import { refuseKeys } from './refuse-keys.ts';

const from = ({ address, userAgent }: Caller) => ({ address, userAgent });

export const authHandlers = (desk: SignInDesk, users: Users): EntityHandlers<'auth'> => ({
  login: {
    handle: ({ username, email, password }, caller) => desk.login(username ?? email ?? '', password, from(caller)),
  },
  logout: {
    handle: ({ everywhere, refreshToken }, caller) =>
      desk.logout(
        { token: refreshToken ?? caller.sessionToken, sessionId: caller.sessionId, everywhere },
        from(caller),
      ),
  },
  register: { handle: (given, caller) => desk.register(given, from(caller)) },
  changePassword: {
    handle: (given, caller) => desk.changePassword(ownSession(caller), given, from(caller)),
  },
  refresh: {
    async handle({ refreshToken }, caller) {
      const token = refreshToken ?? caller.sessionToken;
      if (token === undefined)
        throw new RatchetError('UNAUTHENTICATED', 'There is no refresh token: send one, or sign in.');
      return desk.refresh(token, from(caller));
    },
  },
  me: {
    async handle(_input, { actor, rights, sessionId }) {
      const { kind, id, name, userId } = actor;
      const { role, permissions } = rights;
      return {
        kind,
        id,
        name,
        user: userId === undefined ? null : await users.get(userId),
        role,
        permissions: [...permissions],
        everywhere: placePermissions.every(
          (permission) => !permissions.includes(permission) || mayEverywhere(rights, permission),
        ),
        apiKeyId: kind === 'api_key' ? id : null,
        sessionId: sessionId ?? null,
      };
    },
  },
  updateMe: {
    handle: (edit, caller) => {
      ownSession(caller);
      return users.change(caller.actor.id, edit, undefined);
    },
  },
});

/** The session of whoever acts for themselves: a key cannot, and somebody who has not signed in has none. */
function ownSession(caller: Caller): string {
  refuseKeys(caller);
  if (caller.sessionId === undefined)
    throw new RatchetError('UNAUTHENTICATED', 'Only somebody who has signed in can do this.');
  return caller.sessionId;
}
