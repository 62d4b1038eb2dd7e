import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ratchet/store/open-database';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** null: databases are embedded ones. */
    postgres: string | null;
    /** A data folder with the schema in it, to be copied. */
    embeddedTemplate: string;
  }
}

export const templateName = 'ratchet_template';

/** Starts what the tests of a run share: a private PostgreSQL with a template database, or an embedded template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = mkdtempSync(join(tmpdir(), 'ratchet-template-'));
  const prepared = await openDatabase({ dataDir: template });
  await prepared.close();
  const wanted = process.env.RATCHET_TEST_DB !== 'embedded';
  const server = wanted ? await startPostgres() : null;
  if (wanted && !server) console.warn('PostgreSQL is not installed: its tests run on the embedded database instead.');
  if (server) {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create database ${templateName}`);
    await client.end();
    const database = await openDatabase({ url: server.databaseUrl(templateName) });
    await database.close();
  }
  project.provide('postgres', server?.url ?? null);
  project.provide('embeddedTemplate', template);
  return async () => {
    await server?.stop();
    rmSync(template, { recursive: true, force: true });
  };
}
