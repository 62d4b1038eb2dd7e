import { createHash } from 'node:crypto';
import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { putBlobs } from '@ratchet/store/queries/blobs';
import { insertTasks, type TaskRow } from '@ratchet/store/queries/documents';
import { createExecutor, type Executor, type ExecutorOptions } from '../src/executor.ts';

/** A task of one file, as a sync would have stored it. */
export async function addTask(database: Database, source: string, more: Partial<TaskRow> = {}): Promise<string> {
  const bytes = Buffer.from(source);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const [id, at] = [newId(), new Date()];
  const row: TaskRow = {
    id,
    uuid: id,
    name: `task ${id}`,
    label: null,
    description: null,
    version: '1.0.0',
    tags: [],
    metadata: {},
    inputSchema: null,
    outputSchema: null,
    sourceCode: source,
    sourceType: 'javascript',
    storageType: 'folder',
    entry: 'main.js',
    problems: [],
    tree: { 'main.js': [digest, '100644'] },
    checksum: digest,
    revision: 1,
    repositoryId: null,
    repositoryPath: null,
    repositoryCommit: null,
    syncStatus: 'synced',
    pushStatus: 'not_required',
    pushMessage: null,
    needsPush: false,
    localModifiedAt: null,
    lastSyncedAt: null,
    sourceModifiedAt: null,
    isEditable: true,
    enabled: true,
    createdFrom: 'api',
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    ...more,
  };
  await database.transaction(async (tx) => {
    await putBlobs(tx, [{ digest, bytes }]);
    await insertTasks(tx, [row]);
  });
  return id;
}

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
