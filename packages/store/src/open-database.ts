import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { RatchetError } from '@ratchet/contract/errors';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Database, Queryable } from './database.ts';
import { isRetryable, translateDatabaseError } from './database-error.ts';
import { lockFolder } from './embedded/folder-lock.ts';
import { EmbeddedSession } from './embedded/session.ts';
import { EmbeddedSocket } from './embedded/socket.ts';
import { listenOn } from './listen.ts';
import { migrateSchema } from './migrate.ts';
import * as content from './schema/content.ts';
import * as execution from './schema/execution.ts';
import * as repositories from './schema/repositories.ts';

const schema = { ...content, ...execution, ...repositories };

export type OpenDatabase =
  /** Embedded: PostgreSQL in this process, its files below `dataDir`, which it takes for itself. */
  | { readonly dataDir: string }
  | { readonly url: string; readonly poolSize?: number };

type Warn = (message: string, error: unknown) => void;

/** Opens the database and brings its schema up to date. */
export async function openDatabase(options: OpenDatabase, warn: Warn = () => {}): Promise<Database> {
  return 'url' in options ? openServer(options.url, options.poolSize ?? 10, warn) : openEmbedded(options.dataDir, warn);
}

async function openServer(url: string, poolSize: number, warn: Warn): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: 'ratchet' });
  try {
    await migrateSchema(pool, true);
  } catch (error) {
    await pool.end();
    throw translateDatabaseError(error);
  }
  return database('postgresql', pool, warn, () => new pg.Client({ connectionString: url }), async () => {});
}

async function openEmbedded(dataDir: string, warn: Warn): Promise<Database> {
  const unlock = lockFolder(dataDir);
  try {
    const files = join(dataDir, 'database');
    mkdirSync(files, { recursive: true, mode: 0o700 });
    const embedded = await PGlite.create({ dataDir: files });
    const session = new EmbeddedSession(embedded);
    const stream = () => new EmbeddedSocket(session) as never;
    const pool = new pg.Pool({ max: 12, idleTimeoutMillis: 0, stream });
    await migrateSchema(pool, false);
    return database('embedded', pool, warn, () => new pg.Client({ stream: stream() }), async () => {
      await embedded.close();
      unlock();
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

function database(
  mode: Database['mode'],
  pool: pg.Pool,
  warn: Warn,
  connect: () => pg.Client,
  closeMore: () => Promise<void>,
): Database {
  pool.on('error', (error) => warn('An idle connection to the database ended.', error));
  const db = drizzle(pool, { schema });
  const listeners = new Set<() => Promise<void>>();
  let closed = false;
  return {
    mode,
    db,
    pool,
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.transaction((tx) => work(tx as unknown as Queryable));
        } catch (error) {
          if (attempt < 5 && isRetryable(error)) continue;
          throw translateDatabaseError(error);
        }
      }
    },
    async listen(channel, heard) {
      const stop = await listenOn(connect, channel, heard, warn);
      listeners.add(stop);
      return async () => {
        listeners.delete(stop);
        await stop();
      };
    },
    async close() {
      if (closed) throw new RatchetError('INTERNAL', 'The database is closed already.');
      closed = true;
      await Promise.all([...listeners].map((stop) => stop()));
      await pool.end();
      await closeMore();
    },
  };
}
