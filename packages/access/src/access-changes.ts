import type { Database, Queryable } from '@ratchet/store/database';
import { notify } from '@ratchet/store/events';

const channel = 'ratchet_access';

/** Whose rights changed: a user's with all their sessions and keys, or one session's or key's. */
export type Subject = `user:${string}` | `session:${string}` | `key:${string}`;

export type AccessChanges = Awaited<ReturnType<typeof accessChanges>>;

/**
 * Tells what keeps rights in memory when they changed: at once in this process, and over every node by NOTIFY, which
 * leaves with the transaction that changes them.
 */
export async function accessChanges(database: Pick<Database, 'transaction' | 'listen'>) {
  const ears = new Set<(subject: Subject | null) => void>();
  const tell = (subject: Subject | null) => {
    for (const heard of ears) heard(subject);
  };
  // An empty payload: notifications may have been missed, so everything may have changed.
  const stop = await database.listen(channel, (payload) => tell(payload === '' ? null : (payload as Subject)));
  return {
    /** `null`: anything may have changed. */
    heard(ear: (subject: Subject | null) => void): void {
      ears.add(ear);
    },
    /** Changes rights in one transaction and tells whose; nothing of the old ones counts when it has resolved. */
    async change<T>(subject: Subject, work: (tx: Queryable) => Promise<T>): Promise<T> {
      const result = await database.transaction(async (tx) => {
        const done = await work(tx);
        await notify(tx, channel, subject);
        return done;
      });
      tell(subject);
      return result;
    },
    close: stop,
  };
}
