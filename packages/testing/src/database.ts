import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@ratchet/store/database';
import { type OpenDatabase, openDatabase } from '@ratchet/store/open-database';
import pg from 'pg';
import { inject } from 'vitest';

export const templateName = 'ratchet_template';

/** What the databases of a run are copies of: a template on a server, or a data folder. */
export type TestDatabases = { readonly server: string } | { readonly folder: string };

declare module 'vitest' {
  interface ProvidedContext {
    databases: TestDatabases;
  }
}

export interface TestDatabase extends Database {
  /** null: embedded. */
  readonly url: string | null;
  /** null: a server's. */
  readonly dataDir: string | null;
  /** Closes it and opens the same one again, as a restarted server does. */
  reopen(): Promise<TestDatabase>;
  /** Closes and removes it. Throws when the test left a client checked out or a transaction open. */
  close(): Promise<void>;
}

/** A database of the test's own, with the schema in it. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const databases = inject('databases');
  return 'server' in databases ? onServer(databases.server) : inFolder(databases.folder);
}

async function inFolder(template: string): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ratchet-test-'));
  cpSync(template, dataDir, { recursive: true });
  return open({ dataDir }, { url: null, dataDir }, async () => rmSync(dataDir, { recursive: true, force: true }));
}

async function onServer(server: string): Promise<TestDatabase> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(server, `create database ${name} template ${templateName}`);
  const address = new URL(server);
  address.pathname = `/${name}`;
  const url = address.href;
  return open({ url }, { url, dataDir: null }, () => administer(server, `drop database ${name} with (force)`));
}

async function open(
  options: OpenDatabase,
  place: Pick<TestDatabase, 'url' | 'dataDir'>,
  remove: () => Promise<void>,
): Promise<TestDatabase> {
  const database = await openDatabase(options);
  return {
    ...database,
    ...place,
    async reopen() {
      await database.close();
      return open(options, place, remove);
    },
    async close() {
      const held = database.pool.totalCount - database.pool.idleCount;
      // A pool does not end while a client of it is out.
      if (held === 0) await database.close();
      await remove();
      if (held > 0) throw new Error(`The test left ${held} clients checked out of the pool.`);
    },
  };
}

/** One statement on the maintenance database. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The rows of one statement on a database that others use. */
export async function ask<T extends object>(url: string, statement: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(statement, values)).rows;
  } finally {
    await client.end();
  }
}
