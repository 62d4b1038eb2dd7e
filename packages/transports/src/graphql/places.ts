import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';

/** What one caller may hold open at the same time; who has not signed in is told apart by address. */
export function places(most: number, what: string) {
  const taken = new Map<string, number>();
  return {
    /** Answers what gives the place back, once. Throws RATE_LIMITED. */
    take({ actor, address }: Caller): () => void {
      const key = actor.kind === 'anonymous' ? `address ${address ?? ''}` : `${actor.kind} ${actor.id}`;
      const count = taken.get(key) ?? 0;
      if (count >= most)
        throw new RatchetError('RATE_LIMITED', `You have ${count} ${what} open; ${most} are allowed. End one first.`);
      taken.set(key, count + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = (taken.get(key) ?? 1) - 1;
        if (left > 0) taken.set(key, left);
        else taken.delete(key);
      };
    },
  };
}
export type Places = ReturnType<typeof places>;
