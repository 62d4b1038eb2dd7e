import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { translateDatabaseError } from './database-error.ts';

export type Warn = (message: string, error: unknown) => void;

interface Ear {
  readonly heard: (payload: string) => void;
}

const longestPauseMs = 5000;

/**
 * Hears notifications over one connection, which is made at the first use and anew whenever it breaks, with growing
 * pauses. What is notified in between is not heard: after each new connection every ear is told an empty payload, for
 * which it looks for itself what has changed.
 */
export class Listener {
  readonly #connect: () => pg.Client;
  readonly #warn: Warn;
  readonly #ears = new Map<string, Set<Ear>>();
  readonly #closed = new AbortController();
  #client: Promise<pg.Client | null> | null = null;
  #said: Promise<void> = Promise.resolve();

  constructor(connect: () => pg.Client, warn: Warn) {
    this.#connect = connect;
    this.#warn = warn;
  }

  /** Answers what ends it. Throws when the database cannot be reached. */
  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const ear: Ear = { heard };
    const ears = this.#ears.get(channel) ?? new Set();
    this.#ears.set(channel, ears.add(ear));
    this.#client ??= this.#openFirst();
    try {
      await this.#say('listen', channel);
    } catch (error) {
      this.#forget(channel, ear);
      throw translateDatabaseError(error);
    }
    return async () => {
      if (!this.#forget(channel, ear) || this.#closed.signal.aborted) return;
      // A connection that has gone has ended its listening too.
      await this.#say('unlisten', channel).catch(() => {});
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const client = await this.#client?.catch(() => null);
    await client?.end();
  }

  /** One statement at a time: a client takes no second one before the first has ended. */
  #say(verb: 'listen' | 'unlisten', channel: string): Promise<void> {
    const said = this.#said.then(async () => {
      const client = await this.#client;
      await client?.query(`${verb} ${quoted(channel)}`);
    });
    this.#said = said.catch(() => {});
    return said;
  }

  /** Answers whether nobody listens on the channel any more. */
  #forget(channel: string, ear: Ear): boolean {
    const ears = this.#ears.get(channel);
    ears?.delete(ear);
    return ears?.size === 0 && this.#ears.delete(channel);
  }

  async #open(): Promise<pg.Client> {
    const client = this.#connect();
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''));
    client.on('error', (error) => this.#warn('The connection that hears notifications broke.', error));
    try {
      await client.connect();
      for (const channel of this.#ears.keys()) await client.query(`listen ${quoted(channel)}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    client.once('end', () => {
      if (!this.#closed.signal.aborted) this.#client = this.#openAgain();
    });
    return client;
  }

  /** One that fails leaves the next listener to try. */
  async #openFirst(): Promise<pg.Client> {
    try {
      return await this.#open();
    } catch (error) {
      this.#client = null;
      throw error;
    }
  }

  /** null: closed meanwhile. */
  async #openAgain(): Promise<pg.Client | null> {
    for (let pauseMs = 50; !this.#closed.signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        await sleep(pauseMs, undefined, { signal: this.#closed.signal });
        const client = await this.#open();
        for (const channel of this.#ears.keys()) this.#tell(channel, '');
        return client;
      } catch (error) {
        if (!this.#closed.signal.aborted) this.#warn('Notifications cannot be heard now.', error);
      }
    }
    return null;
  }

  #tell(channel: string, payload: string): void {
    for (const { heard } of this.#ears.get(channel) ?? [])
      try {
        heard(payload);
      } catch (error) {
        this.#warn(`What listens on ${channel} failed.`, error);
      }
  }
}

const quoted = (channel: string): string => `"${channel.replaceAll('"', '""')}"`;
