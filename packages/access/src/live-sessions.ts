import type { Database } from '@ratchet/store/database';
import { type Principal, principalOfSession } from '@ratchet/store/queries/principals';
import { deleteSession, type SessionRow } from '@ratchet/store/queries/sessions';
import type { AccessChanges } from './access-changes.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Alarm } from './security-event.ts';
import type { SessionToken } from './session-token.ts';

export type LiveSession = Principal & { readonly session: SessionRow };

const mostSessions = 20_000;
/** For so long a change may go unseen while this node cannot hear notifications; else it is seen at once. */
const rememberedMs = 10_000;
/** Two tabs may come with the same token, or with the one before, within this time of its exchange. */
export const graceMs = 10_000;

export type LiveSessions = ReturnType<typeof liveSessions>;

/** Sessions as requests need them, from memory. Ended, expired, or of a user who is switched off: there is none. */
export function liveSessions(
  database: Pick<Database, 'db'>,
  changes: Pick<AccessChanges, 'heard' | 'change'>,
  alarm: Alarm,
) {
  const cache = new BoundedCache<{ readonly found: LiveSession | null }>(mostSessions, rememberedMs);
  changes.heard((subject) =>
    cache.forget(
      ({ found }, id) => subject === null || subject === `session:${id}` || subject === `user:${found?.user.id}`,
    ),
  );
  const read = async (id: string) => ({ found: await principalOfSession(database.db, id) });

  async function get(id: string): Promise<LiveSession | null> {
    const { found } = await cache.load(id, () => read(id));
    return found && isLive(found) ? found : null;
  }
  const end = (id: string): Promise<boolean> => changes.change(`session:${id}`, (tx) => deleteSession(tx, id));
  return {
    get,
    end,
    /**
     * The session of a token that we gave out. One that was exchanged is good for a few seconds more (`stale`); after
     * that, two hold it who should not: the session ends. Null: there is none (any more).
     */
    async ofToken(
      { sessionId, hash }: SessionToken,
      address: string | undefined,
    ): Promise<{ readonly live: LiveSession; readonly stale: boolean } | null> {
      let live = await get(sessionId);
      // What is in memory may be from before an exchange that another node made.
      if (live && live.session.token !== hash) {
        cache.forget((_, id) => id === sessionId);
        live = await get(sessionId);
      }
      if (!live) return null;
      const { token, previousToken, rotatedAt } = live.session;
      if (token === hash) return { live, stale: false };
      if (previousToken === hash && rotatedAt && Date.now() - rotatedAt.getTime() < graceMs)
        return { live, stale: true };
      await end(sessionId);
      alarm({
        kind: 'token_reused',
        message: 'A session’s token was used after it had been exchanged: somebody has a copy. The session has ended.',
        address,
        userId: live.user.id,
        sessionId,
      });
      return null;
    },
  };
}

const isLive = ({ session, user }: LiveSession): boolean => user.enabled && session.expiresAt.getTime() > Date.now();
