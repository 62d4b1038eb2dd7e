import type { PGlite } from '@electric-sql/pglite';
import type { EmbeddedSocket } from './socket.ts';

/** Longer than any statement of ours takes: who waits longer waits for itself. */
const waitLimitMs = 60_000;

/**
 * PGlite is one PostgreSQL session. Its clients take turns: a turn lasts from a statement to the end of its transaction.
 */
export class EmbeddedSession {
  readonly database: PGlite;
  readonly sockets = new Set<EmbeddedSocket>();
  #tail: Promise<void> = Promise.resolve();

  constructor(database: PGlite) {
    this.database = database;
  }

  /** Waits for the turn; answers what ends it. Throws when the turn does not come. */
  async turn(): Promise<() => void> {
    let end!: () => void;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    const before = this.#tail;
    this.#tail = before.then(() => mine);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(tooLate)), waitLimitMs);
    });
    try {
      await Promise.race([before, late]);
      return end;
    } catch (error) {
      end();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

const tooLate = `The embedded database was busy for ${waitLimitMs / 1000} s. It has one session: a query inside an open transaction must use that transaction's client.`;
