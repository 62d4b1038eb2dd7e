import type { Queryable } from '@ratchet/store/database';
import { noteKeyUses } from '@ratchet/store/queries/api-keys';

const minuteMs = 60_000;
const mostKnown = 10_000;

export type KeyUses = ReturnType<typeof keyUses>;

/** Remembers when keys are used, to the minute, and stores that now and then: a request costs no write. */
export function keyUses(db: Queryable) {
  let waiting = new Map<string, Date>();
  const stored = new Map<string, number>();
  return {
    used(id: string): void {
      const minute = Math.floor(Date.now() / minuteMs);
      if (stored.get(id) === minute) return;
      if (stored.size >= mostKnown) stored.clear();
      stored.set(id, minute);
      waiting.set(id, new Date(minute * minuteMs));
    },
    /** What cannot be stored is tried again the next time. */
    async store(): Promise<void> {
      const uses = waiting;
      if (uses.size === 0) return;
      waiting = new Map();
      try {
        await noteKeyUses(db, uses);
      } catch (error) {
        waiting = new Map([...uses, ...waiting]);
        throw error;
      }
    },
  };
}
