import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RatchetError } from '@ratchet/contract/errors';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import type { Database } from './database.ts';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Any number that nothing else in the database locks by. */
const lockKey = 7_263_841_906;

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
    if (mode === 'postgresql') await client.query('select pg_advisory_lock($1)', [lockKey]);
    if (!(await isUpToDate(client)))
      await migrate(drizzle(client), {
        migrationsFolder: folder,
        migrationsSchema: 'ratchet',
        migrationsTable: 'migrations',
      });
    if (mode === 'postgresql') await client.query('select pg_advisory_unlock($1)', [lockKey]);
    done = true;
  } finally {
    client.release(!done);
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
