import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@ratchet/store/database';
import { openDatabase } from '@ratchet/store/open-database';
import pg from 'pg';
import { inject } from 'vitest';

const templateName = 'ratchet_template';

export interface TestDatabase extends Database {
  /** null: embedded. */
  readonly url: string | null;
  /** null: a server's. */
  readonly dataDir: string | null;
}

/** A database of the test's own with the schema in it; `close` removes it. Fails when a transaction was left open. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  return server === null ? embedded() : cloned(server);
}

async function embedded(): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ratchet-test-'));
  cpSync(inject('embeddedTemplate'), dataDir, { recursive: true });
  const database = await openDatabase({ dataDir });
  return {
    ...database,
    url: null,
    dataDir,
    async close() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function cloned(server: string): Promise<TestDatabase> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(server, (client) => client.query(`create database ${name} template ${templateName}`));
  const url = server.replace(/\/[^/]*$/, `/${name}`);
  const database = await openDatabase({ url });
  return {
    ...database,
    url,
    dataDir: null,
    async close() {
      const { rows } = await database.pool.query(
        `select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
      );
      await database.close();
      await administer(server, (client) => client.query(`drop database ${name} with (force)`));
      if (rows[0].open > 0) throw new Error(`The test left ${rows[0].open} transactions open.`);
    },
  };
}

async function administer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
