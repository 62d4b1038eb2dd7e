import { createExecutor } from '@ratchet/execution/executor';
import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { newId } from '@ratchet/store/id';
import { type OpenDatabase, openDatabase } from '@ratchet/store/open-database';
import { addTask } from '@ratchet/testing/add-task';

const code = '(input) => ({ at: Date.now(), n: input.n })';

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
  const id = await addTask(database, code, { name: 'trivial' });
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
          files: new Map([['main.js', code]]),
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
