import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { RatchetError } from '@ratchet/contract/errors';
import type pg from 'pg';
import { lockFolder } from './folder-lock.ts';
import { EmbeddedSession } from './session.ts';
import { EmbeddedSocket } from './socket.ts';

export interface EmbeddedDatabase {
  /** Options with which a pg client or pool talks to it. */
  readonly connection: pg.ClientConfig;
  /** After its clients have ended. Gives the folder back. */
  close(): Promise<void>;
}

/** Opens PostgreSQL in this process, its files in `<dataDir>/database`. Throws UNAVAILABLE when the folder is in use. */
export async function openEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  const files = join(dataDir, 'database');
  makePrivate(dataDir, files);
  const unlock = await lockFolder(dataDir);
  try {
    const database = await start(files);
    const session = new EmbeddedSession(database);
    return {
      // pg types its stream as a network socket and uses no more of it than this one has.
      connection: { stream: () => new EmbeddedSocket(session) } as unknown as pg.ClientConfig,
      async close() {
        try {
          await database.close();
        } finally {
          unlock();
        }
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function start(files: string): Promise<PGlite> {
  try {
    return await PGlite.create({ dataDir: files, extensions: { pg_trgm } });
  } catch (cause) {
    throw new RatchetError(
      'UNAVAILABLE',
      'The database in the data folder does not start: its files are damaged, or of another version. Keep a copy of the folder, and restore it from a backup.',
      undefined,
      { cause },
    );
  }
}

/** Only its owner may enter the database; a data folder that holds other things of its owner keeps its permissions. */
function makePrivate(dataDir: string, files: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (existsSync(files) || readdirSync(dataDir).length === 0) chmodSync(dataDir, 0o700);
  mkdirSync(files, { recursive: true, mode: 0o700 });
  chmodSync(files, 0o700);
}
