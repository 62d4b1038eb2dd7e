import type { PGlite } from '@electric-sql/pglite';
import { PreparedStatements } from './prepared.ts';

interface Waiter {
  readonly since: number;
  readonly take: (end: () => void) => void;
  readonly giveUp: (error: Error) => void;
}

/** Answered to a client whose turn does not come, since whoever has it does nothing with it. */
export class TurnWaitError extends Error {
  constructor(seconds: number) {
    super(
      `The embedded database has one session, and a transaction has held it for ${seconds} s without a statement. A query inside an open transaction must use that transaction's client.`,
    );
    this.name = 'TurnWaitError';
  }
}

/**
 * PGlite is one PostgreSQL session. Its clients take turns, in order: a turn lasts from a statement to the end of its
 * transaction.
 */
export class EmbeddedSession {
  readonly sockets = new Set<{ hear(notifications: Buffer): void }>();
  readonly #prepared = new PreparedStatements();
  readonly #database: PGlite;
  readonly #waitLimitMs: number;
  readonly #waiting: Waiter[] = [];
  #taken = false;
  #running = false;
  #lastRun = 0;
  #watch: NodeJS.Timeout | null = null;

  /** `waitLimitMs`: how long a holder may be idle while others wait. */
  constructor(database: PGlite, waitLimitMs = 30_000) {
    this.#database = database;
    this.#waitLimitMs = waitLimitMs;
  }

  /** Waits for the turn; answers what ends it. Throws TurnWaitError when its holder is idle for too long. */
  turn(): Promise<() => void> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve(this.#ending());
    }
    return new Promise((take, giveUp) => {
      this.#waiting.push({ since: performance.now(), take, giveUp });
      this.#keepWatch(this.#waitLimitMs);
    });
  }

  /** Runs whole protocol messages; the caller has the turn. Answers what the database says to them. */
  async run(messages: Buffer): Promise<Buffer> {
    this.#running = true;
    try {
      const { batch, before, answered } = this.#prepared.spare(messages);
      const raw = await this.#database.execProtocolRaw(batch);
      const answer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
      answered(answer);
      return before ? Buffer.concat([before, answer]) : answer;
    } finally {
      this.#running = false;
      this.#lastRun = performance.now();
    }
  }

  #ending(): () => void {
    let ended = false;
    this.#lastRun = performance.now();
    return () => {
      if (ended) return;
      ended = true;
      const next = this.#waiting.shift();
      if (next) next.take(this.#ending());
      else this.#taken = false;
    };
  }

  #keepWatch(inMs: number): void {
    this.#watch ??= setTimeout(() => {
      this.#watch = null;
      const now = performance.now();
      const idleMs = this.#running ? 0 : now - this.#lastRun;
      if (idleMs >= this.#waitLimitMs) this.#refuse(now - this.#waitLimitMs);
      if (this.#waiting.length > 0) this.#keepWatch(Math.max(this.#waitLimitMs - idleMs, this.#waitLimitMs / 4));
    }, inMs).unref();
  }

  /** Those who came before `time` wait no longer. */
  #refuse(time: number): void {
    while (this.#waiting[0] && this.#waiting[0].since <= time)
      this.#waiting.shift()?.giveUp(new TurnWaitError(Math.round(this.#waitLimitMs / 1000)));
  }
}
