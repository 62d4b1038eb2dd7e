import { hostname } from 'node:os';
import type { Secrets } from '@ratchet/access/secrets';
import { debugDesk } from '@ratchet/execution/debug-desk';
import { createExecutor } from '@ratchet/execution/executor';
import { startScheduler } from '@ratchet/execution/scheduler';
import { workerDesk } from '@ratchet/execution/worker-desk';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { queueDeliveries } from '@ratchet/store/queries/deliveries';
import { lintTask } from '@ratchet/sync/kinds/task/lint/lint-task';
import { debugSessionPath } from '@ratchet/transports/rest/register-debug-sessions';
import { apiPrefix } from '../listen.ts';
import { proxiesOf } from '../outgoing.ts';
import { serverOutputs } from '../outputs.ts';
import { serverSandbox } from '../sandbox.ts';
import { outliveStrayRejections } from '../stray-rejections.ts';
import { version } from '../version.ts';
import type { ComposedAccess } from './access.ts';
import type { Ground } from './ground.ts';

export interface ExecutionParts extends Pick<ComposedAccess, 'ring'> {
  readonly secrets: Secrets;
  readonly context: RepositoriesContext;
  /** Where debuggers attach: the server's address for WebSockets; nothing before it listens. */
  attachesAt(): string;
}

export type ComposedExecution = Awaited<ReturnType<typeof composeExecution>>;

/** What runs tasks: at once, queued, on time and in the debugger; and what delivers their results. It has begun. */
export async function composeExecution(
  { settings, places, nodeId, database, closing }: Ground,
  { ring, secrets, context, attachesAt }: ExecutionParts,
) {
  const { role } = settings.server;
  const { runners, allowPrivate } = settings.execution;
  const validator = createSchemaValidator();
  const sandbox = serverSandbox({ runners }, proxiesOf(settings));
  closing.push(() => sandbox.close());
  const outputs = serverOutputs(settings, {
    database,
    ring,
    places,
    log: context.log,
    renamed: () => executor.renamed(),
  });
  const executor = createExecutor({
    database,
    sandbox,
    validator,
    node: { id: nodeId, hostname: hostname(), pid: process.pid, role, version },
    concurrency: role === 'api' ? 0 : (settings.queue.concurrency ?? runners),
    allowPrivate,
    secretsOf: (taskId) => secrets.ofTask(taskId),
    secretNames: (taskId) => secrets.namesOf(taskId),
    lint: (task, granted) => lintTask({ ...task, granted }),
    log: context.log,
    ended: queueDeliveries,
    otherWorkers: [outputs.worker],
    project: (path, files) => {
      const said = context.kind.project(path, files);
      return 'fields' in said ? said.fields : null;
    },
  });
  const judging = outliveStrayRejections(context.log);
  closing.push(async () => judging());
  await executor.start();
  closing.push(() => executor.stop());
  if (settings.schedules.enabled) closing.push(await startScheduler({ database, validator, log: context.log }));
  closing.push(() => outputs.stop());
  await outputs.start();

  const debugging = debugDesk({
    sandbox,
    validator,
    allowPrivate,
    prepare: executor.prepare,
    secretsOf: (taskId) => secrets.ofTask(taskId),
    addressOf: (id) => `${attachesAt()}${debugSessionPath(apiPrefix)}${id}`,
  });
  closing.push(() => debugging.close());

  const workers = workerDesk(database, context.log);
  closing.push(() => workers.changes.close());
  return { validator, sandbox, outputs, executor, debugging, workers };
}
