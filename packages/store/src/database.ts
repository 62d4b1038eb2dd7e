import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type * as content from './schema/content.ts';
import type * as execution from './schema/execution.ts';
import type * as repositories from './schema/repositories.ts';
import type * as specs from './schema/specs.ts';

export type Schema = typeof content & typeof execution & typeof repositories & typeof specs;

/** A Drizzle database: the pool's, or a transaction's. Every query takes it as its first argument. */
export type Queryable = Pick<
  NodePgDatabase<Schema>,
  'select' | 'insert' | 'update' | 'delete' | 'execute' | 'selectDistinct' | 'selectDistinctOn' | '$with' | 'with'
>;

/** What the rest of the server holds. */
export interface Database {
  readonly mode: 'embedded' | 'postgresql';
  readonly db: NodePgDatabase<Schema>;
  readonly pool: pg.Pool;
  /**
   * Runs `work` in one transaction. Everything inside must use the Queryable it is given: in embedded mode another
   * connection would wait for this one.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Listens on a channel until the returned function is called; reconnects by itself. Payload: at most 8000 bytes. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
