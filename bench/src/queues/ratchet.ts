import { createHash } from 'node:crypto';
import { createExecutor } from '@ratchet/execution/executor';
import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { newId } from '@ratchet/store/id';
import { type OpenDatabase, openDatabase } from '@ratchet/store/open-database';
import { putBlobs } from '@ratchet/store/queries/blobs';
import { insertTasks } from '@ratchet/store/queries/documents';

/** One node over a database, with its sandbox and a task that answers the time at which it began. */
export async function openRatchet(options: OpenDatabase, runners: number) {
  const database = await openDatabase(options);
  const sandbox = createSandbox({ runners });
  const executor = createExecutor({
    database,
    sandbox,
    validator: createSchemaValidator(),
    node: { id: newId(), hostname: 'bench', pid: process.pid, role: 'all', version: '0.0.0' },
    concurrency: runners,
    allowPrivate: [],
    project: () => null,
    log: (level, message, data) => {
      if (level === 'error') console.error(message, data);
    },
  });
  await executor.start();
  const bytes = Buffer.from('(input) => ({ at: Date.now(), n: input.n })');
  const digest = createHash('sha256').update(bytes).digest('hex');
  const [id, at] = [newId(), new Date()];
  await database.transaction(async (tx) => {
    await putBlobs(tx, [{ digest, bytes }]);
    await insertTasks(tx, [
      {
        id,
        uuid: id,
        name: 'trivial',
        label: null,
        description: null,
        version: '1.0.0',
        tags: [],
        metadata: {},
        inputSchema: null,
        outputSchema: null,
        sourceCode: bytes.toString(),
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
      },
    ]);
  });
  const run = async (n: number) => {
    const { id: executionId } = await executor.submit({ taskId: id, input: { n }, triggeredBy: 'bench' });
    const ended = await executor.waitFor(executionId);
    if (ended.status !== 'completed') throw new Error(`An execution ${ended.status}: ${ended.error?.message}`);
    return ended.output as { at: number; n: number };
  };
  return {
    run,
    /** A run without queue and database. */
    runAlone: () =>
      sandbox.run({
        code: {
          key: id,
          files: new Map([['main.js', bytes.toString()]]),
          entry: 'main.js',
          sourceType: 'javascript',
        },
        input: { n: 1 },
        context: { executionId: id, jobId: null, taskId: id, taskVersion: '1.0.0', attempt: 1, secrets: {} },
        limits: {
          timeoutMs: 10_000,
          cpuMs: 10_000,
          memoryMb: 128,
          outputBytes: 1_000_000,
          logLines: 100,
          logLineBytes: 1000,
          requests: 0,
          responseBytes: 0,
        },
        network: { allow: [], allowPrivate: [] },
        affinity: 'none',
      }),
    async close() {
      await executor.stop();
      await sandbox.close();
      await database.close();
    },
  };
}
