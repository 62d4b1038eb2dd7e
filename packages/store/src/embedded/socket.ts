import { Duplex } from 'node:stream';
import type { EmbeddedSession } from './session.ts';

const readyForQuery = 0x5a;
const notification = 0x41;
const copyIn = 0x47;

/**
 * What `pg` takes for a network socket: it speaks PostgreSQL's wire protocol to the embedded database, so that pg's own
 * types, errors, transactions and LISTEN work unchanged.
 * Invariant: a client holds the session's turn exactly while it is inside a transaction or a statement runs.
 */
export class EmbeddedSocket extends Duplex {
  readonly #session: EmbeddedSession;
  #pending: Buffer = Buffer.alloc(0);
  #batch: Buffer[] = [];
  #started = false;
  #endTurn: (() => void) | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(session: EmbeddedSession) {
    super();
    this.#session = session;
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#pending = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    for (let message = this.#next(); message; message = this.#next()) this.#take(message);
    done();
  }

  /** The next whole message of what was written; the first one has no type byte. */
  #next(): Buffer | null {
    const head = this.#started ? 1 : 0;
    if (this.#pending.length < head + 4) return null;
    const size = head + this.#pending.readInt32BE(head);
    if (this.#pending.length < size) return null;
    const message = this.#pending.subarray(0, size);
    this.#pending = this.#pending.subarray(size);
    return message;
  }

  #take(message: Buffer): void {
    if (!this.#started) {
      this.#started = true;
      this.#session.sockets.add(this);
      this.push(greeting);
      return;
    }
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === 'X') {
      this.#work = this.#work.then(() => void this.push(null));
      return;
    }
    this.#batch.push(message);
    if (type !== 'Q' && type !== 'S') return;
    const whole = Buffer.concat(this.#batch);
    this.#batch = [];
    this.#work = this.#work.then(() => this.#run(whole));
  }

  async #run(batch: Buffer): Promise<void> {
    if (this.destroyed) return;
    try {
      this.#endTurn ??= await this.#session.turn();
      const answer = Buffer.from(await this.#session.database.execProtocolRaw(batch));
      if (this.#deliver(answer)) this.#release();
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** Hands an answer on, and notifications in it to every other client. Answers whether no transaction is open. */
  #deliver(answer: Buffer): boolean {
    let status = 'I';
    for (let at = 0; at + 5 <= answer.length; at += 1 + answer.readInt32BE(at + 1)) {
      const type = answer[at];
      if (type === readyForQuery) status = String.fromCharCode(answer[at + 5] ?? 0);
      else if (type === copyIn) throw new Error('The embedded database takes no COPY.');
      else if (type === notification) {
        const note = answer.subarray(at, at + 1 + answer.readInt32BE(at + 1));
        for (const socket of this.#session.sockets) if (socket !== this) socket.push(note);
      }
    }
    this.push(answer);
    return status === 'I';
  }

  #release(): void {
    this.#endTurn?.();
    this.#endTurn = null;
  }

  /** A client that goes inside a transaction takes its changes with it. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session.sockets.delete(this);
    if (!this.#endTurn) {
      done(error);
      return;
    }
    const finish = () => {
      this.#release();
      done(error);
    };
    this.#session.database.exec('rollback').then(finish, finish);
  }
}

const message = (type: string, ...texts: string[]): Buffer => {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
};

/** AuthenticationOk, parameters, key data, ReadyForQuery. */
const greeting = Buffer.concat([
  Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]),
  message('S', 'server_version', '18.0'),
  message('S', 'client_encoding', 'UTF8'),
  message('S', 'standard_conforming_strings', 'on'),
  message('S', 'integer_datetimes', 'on'),
  message('S', 'TimeZone', 'UTC'),
  Buffer.from([0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1]),
  Buffer.from([readyForQuery, 0, 0, 0, 5, 0x49]),
]);
