import { openDatabase } from '@ratchet/store/open-database';
import { readSettings, refuseFaults, type StartOptions, settingsOf } from './settings.ts';

/**
 * Brings the schema of the database up to date that a start with these options would open, and closes it again: for a roll-out
 * that does so before its servers start. Throws as a start does; UNAVAILABLE where a server holds the embedded one.
 */
export async function migrateDatabase(options: StartOptions) {
  const loaded = readSettings(options);
  refuseFaults(loaded);
  const { url, dataDir } = settingsOf(loaded).database;
  const database = await openDatabase(url ? { url, poolSize: 2 } : { dataDir });
  try {
    const { rows } = await database.pool.query<{ migrations: number; bytes: string; version: string }>(
      `select (select count(*)::int from ratchet.migrations) as migrations,
              pg_database_size(current_database())::text as bytes, current_setting('server_version') as version`,
    );
    const [{ migrations = 0, bytes = '0', version = '' } = {}] = rows;
    return { mode: database.mode, migrations, sizeBytes: Number(bytes), postgresql: version };
  } finally {
    await database.close();
  }
}
