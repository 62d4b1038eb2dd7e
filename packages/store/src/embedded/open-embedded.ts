import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
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
    const database = await PGlite.create({ dataDir: files });
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

/** Only its owner may enter the database; a data folder that holds other things of its owner keeps its permissions. */
function makePrivate(dataDir: string, files: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (existsSync(files) || readdirSync(dataDir).length === 0) chmodSync(dataDir, 0o700);
  mkdirSync(files, { recursive: true, mode: 0o700 });
  chmodSync(files, 0o700);
}
