import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ratchet/store/open-database';
import type { TestProject } from 'vitest/node';
import { administer, type TestDatabases, templateName } from './database.ts';
import { startPostgres } from './postgres.ts';

/** Makes what the tests of a run share, and what each of their databases is a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Hundreds of servers are started, few of them for the web page's sake, which each would see to.
  process.env.RATCHET_SERVER_SURFACES_WEB ??= 'false';
  const wanted = process.env.RATCHET_TEST_DB !== 'embedded';
  const server = wanted ? await preparedServer() : null;
  if (wanted && !server) console.warn('PostgreSQL is not installed: the tests run on the embedded database instead.');
  const { databases, remove } = server ?? (await preparedFolder());
  project.provide('databases', databases);
  return remove;
}

interface Prepared {
  readonly databases: TestDatabases;
  remove(): Promise<void>;
}

async function preparedServer(): Promise<Prepared | null> {
  const server = await startPostgres();
  if (!server) return null;
  try {
    await administer(server.url, `create database ${templateName}`);
    const template = await openDatabase({ url: server.databaseUrl(templateName) });
    await template.close();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { databases: { server: server.url }, remove: () => server.stop() };
}

async function preparedFolder(): Promise<Prepared> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-template-'));
  const template = await openDatabase({ dataDir: folder });
  await template.close();
  return { databases: { folder }, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}
