import { AsyncLocalStorage } from 'node:async_hooks';
import { Duplex } from 'node:stream';
import {
  cancelRequest,
  copyFail,
  eachMessage,
  emptyQuery,
  errorResponse,
  greeting,
  gssRequest,
  noEncryption,
  readyForQuery,
  rollback,
  type Status,
  sslRequest,
} from './protocol.ts';
import { type EmbeddedSession, TurnWaitError } from './session.ts';

const lockNotAvailable = '55P03';
/** CopyData, CopyDone, CopyFail: every copy was refused before they come. */
const copyData = new Set(['d', 'c', 'f']);
const onlyUnlisten = /^\s*(unlisten\s+("[^"]*"|\w+|\*)\s*(;\s*|\0$))+\0?$/i;

/**
 * What `pg` takes for a network socket: it speaks PostgreSQL's wire protocol to the embedded database, so that pg's own
 * types, errors, transactions and LISTEN work unchanged.
 *
 * Invariant: a client has the session's turn exactly while one of its statements runs or its transaction is open.
 */
export class EmbeddedSocket extends Duplex {
  readonly #session: EmbeddedSession;
  /** What a client hears runs in the context that made it, not in that of the statement which caused it. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  #pending: Buffer = Buffer.alloc(0);
  #batch: Buffer[] = [];
  #started = false;
  #ended = false;
  #mayCopy = false;
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

  /** Notifications that another client's statement brought: every client has the one session's LISTENs. */
  hear(notifications: Buffer): void {
    this.#answer(notifications);
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
      this.#start(message);
      return;
    }
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === 'X') {
      this.#work = this.#work
        .then(() => this.#rollBack())
        .then(
          () => this.#end(),
          (error) => void this.destroy(error as Error),
        );
      return;
    }
    this.#batch.push(...this.#admit(type, message));
    if (type !== 'Q' && type !== 'S' && type !== 'H') return;
    const batch = Buffer.concat(this.#batch);
    this.#batch = [];
    this.#work = this.#work.then(() => this.#run(batch));
  }

  #start(message: Buffer): void {
    const request = message.readInt32BE(4);
    if (request === sslRequest || request === gssRequest) {
      this.#answer(noEncryption);
      return;
    }
    this.#started = true;
    // A statement blocks this process until it ends: by the time a cancellation is read there is nothing to cancel.
    if (request === cancelRequest) {
      this.#end();
      return;
    }
    this.#session.sockets.add(this);
    this.#answer(greeting);
  }

  /** What the database is given for a message of a client. */
  #admit(type: string, message: Buffer): Buffer[] {
    if (copyData.has(type)) return [];
    if (type === 'Q' || type === 'P') {
      const text = message.toString('latin1', 5);
      // The session's LISTENs are everybody's: no client may end those of the others.
      if (type === 'Q' && onlyUnlisten.test(text)) return [emptyQuery];
      this.#mayCopy ||= /\bcopy\b/i.test(text);
    }
    // The database waits for a client's data for ever, and this process with it. A CopyFail without a copy is passed over.
    return this.#mayCopy && (type === 'Q' || type === 'E') ? [message, copyFail] : [message];
  }

  async #run(batch: Buffer): Promise<void> {
    if (this.destroyed) return;
    try {
      this.#endTurn ??= await this.#session.turn();
      if (this.destroyed) this.#release();
      else this.#deliver(await this.#session.run(batch));
    } catch (error) {
      if (error instanceof TurnWaitError)
        this.#answer(Buffer.concat([errorResponse(lockNotAvailable, error.message), readyForQuery('I')]));
      else this.destroy(error as Error);
    }
  }

  /** Hands an answer on, and the notifications in it to every other client. */
  #deliver(answer: Buffer): void {
    let status: Status | null = null;
    const notifications: Buffer[] = [];
    eachMessage(answer, (type, message) => {
      if (type === 'Z') status = message.toString('latin1', 5) as Status;
      else if (type === 'A') notifications.push(message);
    });
    // Without a status the client is in the middle of an extended query.
    if (status === 'I') this.#release();
    this.#answer(answer);
    if (notifications.length === 0) return;
    const heard = Buffer.concat(notifications);
    for (const socket of this.#session.sockets) if (socket !== this) socket.hear(heard);
  }

  #answer(bytes: Buffer): void {
    if (!this.destroyed && !this.#ended) this.#inOwnContext(() => this.push(bytes));
  }

  #end(): void {
    this.#session.sockets.delete(this);
    this.#ended = true;
    this.push(null);
  }

  #release(): void {
    this.#endTurn?.();
    this.#endTurn = null;
  }

  /** A client that goes inside a transaction takes its changes with it. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session.sockets.delete(this);
    void this.#work.then(() => this.#rollBack()).then(() => done(error), done);
  }

  async #rollBack(): Promise<void> {
    if (!this.#endTurn) return;
    try {
      await this.#session.run(rollback);
    } finally {
      this.#release();
    }
  }
}
