import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RatchetError } from '@ratchet/contract/errors';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import type { Database } from './database.ts';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Held while the schema changes. Any number that nothing else in the database locks by. */
export const migrationLock = 7_263_841_906;

interface Journal {
  readonly entries: readonly { readonly when: number }[];
}

/**
 * Brings the schema up to date, all of it or nothing. Nodes that start at once take turns. Throws UNAVAILABLE when the
 * server is too old, or the database newer than this program.
 */
export async function migrateSchema(pool: pg.Pool, mode: Database['mode']): Promise<void> {
  const client = await pool.connect();
  let done = false;
  try {
    if (mode === 'postgresql') await refuseOld(client);
    // The lock goes with this connection, which serves nothing else before it is given back.
    if (mode === 'postgresql') await client.query('select pg_advisory_lock($1)', [migrationLock]);
    if (!(await isUpToDate(client)))
      await migrate(drizzle(client), {
        migrationsFolder: folder,
        migrationsSchema: 'ratchet',
        migrationsTable: 'migrations',
      });
    if (mode === 'postgresql') await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    done = true;
  } finally {
    client.release(!done);
  }
}

/** When each migration that this program knows was made, the oldest first; they are named by it. */
export const knownMigrations = (): number[] =>
  readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis }) => folderMillis);

/**
 * Applies what is missing up to a migration, or all of it, inside the caller's transaction, and notes it as the migrator
 * does.
 */
export async function applyMigrations(client: pg.ClientBase, { upTo = Infinity }: { upTo?: number }): Promise<void> {
  await client.query('create schema if not exists ratchet');
  await client.query(
    'create table if not exists ratchet.migrations (id serial primary key, hash text not null, created_at bigint)',
  );
  const { rows } = await client.query<{ newest: number | null }>(
    'select max(created_at)::float8 as newest from ratchet.migrations',
  );
  const last = rows[0]?.newest ?? -1;
  for (const { sql, hash, folderMillis } of readMigrationFiles({ migrationsFolder: folder })) {
    if (folderMillis <= last || folderMillis > upTo) continue;
    for (const statement of sql) await client.query(statement);
    await client.query('insert into ratchet.migrations (hash, created_at) values ($1, $2)', [hash, folderMillis]);
  }
}

async function refuseOld(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (major < 15)
    throw new RatchetError('UNAVAILABLE', `The database server is PostgreSQL ${major}; Ratchet needs 15 or newer.`);
}

/** Whether the newest migration was applied. Throws when a newer one was. */
async function isUpToDate(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('ratchet.migrations') is not null as there`,
  );
  if (!rows[0]?.there) return false;
  const journal = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8')) as Journal;
  const newest = Math.max(...journal.entries.map((entry) => entry.when));
  const { rows: applied } = await client.query<{ newest: number | null }>(
    'select max(created_at)::float8 as newest from ratchet.migrations',
  );
  const last = applied[0]?.newest ?? 0;
  if (last > newest)
    throw new RatchetError(
      'UNAVAILABLE',
      'The database was written by a newer Ratchet. Start that version, or restore a backup made before it.',
    );
  return last === newest;
}
