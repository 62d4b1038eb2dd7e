import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
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
