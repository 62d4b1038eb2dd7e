import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RatchetError } from '@ratchet/contract/errors';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Any number that nothing else in the database locks by. */
const lockKey = 7_263_841_906;

interface Journal {
  entries: { when: number }[];
}

/**
 * Brings the schema up to date. Two nodes that start at once take turns. Throws UNAVAILABLE when the database is newer than
 * this program.
 */
export async function migrateSchema(pool: pg.Pool, shared: boolean): Promise<void> {
  const client = await pool.connect();
  try {
    if (shared) await client.query('select pg_advisory_lock($1)', [lockKey]);
    await refuseNewer(client);
    await migrate(drizzle(client), { migrationsFolder: folder, migrationsSchema: 'ratchet', migrationsTable: 'migrations' });
    if (shared) await client.query('select pg_advisory_unlock($1)', [lockKey]);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function refuseNewer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query(`select to_regclass('ratchet.migrations') is not null as there`);
  if (!rows[0]?.there) return;
  const journal = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8')) as Journal;
  const newest = Math.max(...journal.entries.map((entry) => entry.when));
  const { rows: applied } = await client.query('select max(created_at)::float8 as newest from ratchet.migrations');
  if (Number(applied[0]?.newest ?? 0) > newest)
    throw new RatchetError('UNAVAILABLE', 'The database was written by a newer Ratchet. Start that version, or restore a backup made before it.');
}
