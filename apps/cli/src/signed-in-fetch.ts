import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@ratchet/client/create-client';
import type { SignIn } from '@ratchet/contract/entities/user';
import { RatchetError } from '@ratchet/contract/errors';
import type { SavedSignIn, SavedSignIns } from './saved-sign-ins.ts';

/** A token that runs out within this time is exchanged before it is used. */
const earlyMs = 30_000;

export const savedFrom = (given: SignIn): SavedSignIn => ({
  username: given.user.username,
  accessToken: given.accessToken,
  accessExpiresAt: new Date(Date.now() + given.expiresIn * 1000).toISOString(),
  refreshToken: given.refreshToken,
});

/**
 * Requests with the sign-in that is saved for a server, renewed when it is time; without one, plain requests. Of two
 * commands that renew at once, the second takes what the first one saved.
 */
export function signedInFetch(server: string, saved: SavedSignIns, plain = globalThis.fetch): typeof globalThis.fetch {
  async function current(): Promise<SavedSignIn | null> {
    for (let tries = 0; ; tries++) {
      const signIn = saved.of(server);
      if (!signIn || Date.parse(signIn.accessExpiresAt) - earlyMs > Date.now()) return signIn;
      try {
        const next = await createClient({ baseUrl: server, fetch: plain }).auth.refresh({
          refreshToken: signIn.refreshToken,
        });
        saved.save(server, savedFrom(next));
      } catch (error) {
        const refused = error instanceof RatchetError && error.code === 'UNAUTHENTICATED';
        if (refused && 'exchangedWithinSeconds' in Object(error.details) && tries < 3) await sleep(300);
        else if (refused) {
          if (saved.of(server)?.refreshToken === signIn.refreshToken) saved.forget(server);
          return null;
        } else throw error;
      }
    }
  }
  return async (input, init) => {
    const signIn = await current();
    if (!signIn) return plain(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${signIn.accessToken}`);
    return plain(input, { ...init, headers });
  };
}
