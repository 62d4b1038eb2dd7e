import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';

type ConnectCallback = Parameters<pg.Pool['connect']>[0];

/**
 * A pool that refuses to be used inside an open transaction of its own: embedded, it would wait for that transaction;
 * elsewhere, it would neither see its changes nor belong to it.
 */
export class GuardedPool extends pg.Pool {
  readonly #transaction = new AsyncLocalStorage<{ open: boolean }>();

  /** Runs what belongs to a transaction, so that what it calls can be told from what runs beside it. */
  async insideTransaction<T>(work: () => Promise<T>): Promise<T> {
    const own = { open: true };
    try {
      // Awaited inside: a query is sent only when it is awaited.
      return await this.#transaction.run(own, async () => await work());
    } finally {
      own.open = false;
    }
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    if (this.#transaction.getStore()?.open) {
      const error = new Error('A query inside a transaction must use the Queryable that the transaction gives.');
      if (!callback) return Promise.reject(error);
      callback(error, undefined, () => {});
      return undefined;
    }
    if (!callback) return super.connect();
    super.connect(callback);
    return undefined;
  }
}
