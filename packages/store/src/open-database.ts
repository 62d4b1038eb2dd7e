import { RatchetError } from '@ratchet/contract/errors';
import pg from 'pg';
import type { Database } from './database.ts';
import { translateOpenError } from './database-error.ts';
import { openEmbedded } from './embedded/open-embedded.ts';
import { keepTidy } from './embedded/tidy.ts';
import { GuardedPool } from './guarded-pool.ts';
import { Listener, type Warn } from './listener.ts';
import { migrateSchema } from './migrate.ts';
import { queryable } from './queryable.ts';
import { StatementNames } from './statement-names.ts';
import { inTransaction } from './transaction.ts';

export type OpenDatabase = (
  | /** Embedded: PostgreSQL in this process, its files below `dataDir`, which it takes for itself. */
  { readonly dataDir: string }
  /** A server of PostgreSQL 15 or newer. `poolSize`: connections at most, besides one that listens. */
  | { readonly url: string; readonly poolSize?: number }
) & {
  /** Leaves the schema as it is, even where there is none: for what copies a database, or puts one back. */
  readonly asItIs?: boolean;
};

/**
 * Opens the database and brings its schema up to date. `warn` is told what went wrong by itself and is mended by itself.
 * Throws UNAVAILABLE, with what to do, when it cannot be opened; VALIDATION_FAILED when `url` is no address.
 */
export async function openDatabase(options: OpenDatabase, warn: Warn = () => {}): Promise<Database> {
  if ('url' in options) return openServer(options, warn);
  const embedded = await openEmbedded(options.dataDir);
  try {
    const parts = {
      connection: embedded.connection,
      poolSize: 12,
      asItIs: options.asItIs ?? false,
      warn,
      closeMore: () => embedded.close(),
    };
    return await assemble('embedded', parts);
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

async function openServer(
  { url, poolSize = 10, asItIs = false }: Extract<OpenDatabase, { url: string }>,
  warn: Warn,
): Promise<Database> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new RatchetError(
      'VALIDATION_FAILED',
      'DATABASE_URL is not the address of a PostgreSQL; it has the form postgresql://user:password@host:5432/database.',
    );
  const connection = {
    connectionString: url,
    application_name: 'ratchet',
    keepAlive: true,
    connectionTimeoutMillis: 30_000,
  };
  try {
    return await assemble('postgresql', { connection, poolSize, asItIs, warn, closeMore: async () => {} });
  } catch (error) {
    throw translateOpenError(error);
  }
}

interface Parts {
  readonly connection: pg.ClientConfig;
  readonly poolSize: number;
  readonly asItIs: boolean;
  readonly warn: Warn;
  readonly closeMore: () => Promise<void>;
}

async function assemble(
  mode: Database['mode'],
  { connection, poolSize, asItIs, warn, closeMore }: Parts,
): Promise<Database> {
  const pool = new GuardedPool({
    ...connection,
    max: poolSize,
    idleTimeoutMillis: mode === 'embedded' ? 0 : 30_000,
    // Statements are short and many at a time: workers of one would take the cores of the others, and a page that needs the
    // first of 100,000 rows would have all of them read side by side. A setting of the session, which poolers pass on.
    ...(mode === 'postgresql' && {
      onConnect: async (client: pg.ClientBase) => {
        await client.query('set max_parallel_workers_per_gather = 0');
      },
    }),
  });
  // A connection that breaks while it is in use fails its statement; the event besides would end this process.
  pool.on('connect', (client) => client.on('error', (error) => warn('A connection to the database broke.', error)));
  // The pool's event for an idle one comes besides, and would end it too.
  pool.on('error', () => {});
  try {
    if (!asItIs) await migrateSchema(pool, mode);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const names = new StatementNames();
  const listener = new Listener(() => new pg.Client(connection), warn);
  let closing: Promise<void> | null = null;
  const stopTidying = mode === 'embedded' && !asItIs ? keepTidy(pool, warn) : async () => {};
  const close = async () => {
    await stopTidying();
    await listener.close();
    await pool.end();
    await closeMore();
  };
  return {
    mode,
    db: queryable(pool, names),
    pool,
    transaction: (work) => inTransaction(pool, names, work),
    listen: (channel, heard) => listener.listen(channel, heard),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
