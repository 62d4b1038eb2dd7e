import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterEach, beforeEach } from 'vitest';
import { createExecutor, type Executor, type ExecutorOptions } from '../src/executor.ts';

export interface Station {
  readonly executor: Executor;
  readonly nodeId: string;
  close(): Promise<void>;
}

/** One node over a database, with a sandbox of its own. */
export async function station(database: Database, options: Partial<ExecutorOptions> = {}): Promise<Station> {
  const sandbox = createSandbox({ runners: 2 });
  const nodeId = newId();
  const executor = createExecutor({
    database,
    sandbox,
    validator: createSchemaValidator(),
    node: { id: nodeId, hostname: 'test', pid: process.pid, role: 'all', version: '0.0.0' },
    concurrency: 2,
    allowPrivate: [],
    log: () => {},
    project: (_path, files) => ({
      metadata: {},
      inputSchema: null,
      outputSchema: null,
      sourceType: files.has('main.ts') ? 'typescript' : 'javascript',
    }),
    ...options,
  });
  await executor.start();
  let closed = false;
  return {
    executor,
    nodeId,
    async close() {
      if (closed) return;
      closed = true;
      await executor.stop();
      await sandbox.close();
    },
  };
}

/** A database of each test's own, and the stations that are opened over it; they close after the test. */
export function ownStations() {
  let database: TestDatabase;
  const stations: Station[] = [];
  beforeEach(async () => {
    database = await openTestDatabase();
  });
  afterEach(async () => {
    for (const each of stations.splice(0)) await each.close();
    await database.close();
  });
  return {
    get database() {
      return database;
    },
    async open(options: Partial<ExecutorOptions> = {}): Promise<Station> {
      const one = await station(database, options);
      stations.push(one);
      return one;
    },
  };
}
