import { hash as hashOf, type Options, verify as verifyOf } from '@node-rs/argon2';
import { RatchetError } from '@ratchet/contract/errors';

export interface PasswordCost {
  /** KiB of one hash. */
  readonly memoryCost: number;
  readonly timeCost: number;
}

/** What OWASP recommends for Argon2id: 19 MiB, two passes, one lane. */
const usual: PasswordCost = { memoryCost: 19_456, timeCost: 2 };

export type Passwords = ReturnType<typeof passwords>;

/**
 * Argon2id. At most `atOnce` hashes are worked out at the same time and `waiting` more wait, so that memory stays flat
 * however many ask; beyond, UNAVAILABLE.
 */
export function passwords(options: { cost?: PasswordCost; atOnce?: number; waiting?: number } = {}) {
  const { cost = usual, atOnce = 2, waiting = 200 } = options;
  const argon: Options = { ...cost, parallelism: 1 };
  const queue: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (queue.length >= waiting)
        throw new RatchetError('UNAVAILABLE', 'Too many people sign in at this moment. Try again in a few seconds.');
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place, so that nobody comes between.
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    hash: (password: string): Promise<string> => inTurn(() => hashOf(password.normalize('NFKC'), argon)),
    /** A hash of another form does not match. */
    verify: (hash: string, password: string): Promise<boolean> =>
      inTurn(() => verifyOf(hash, password.normalize('NFKC')).catch(() => false)),
  };
}
