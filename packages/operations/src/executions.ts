import { executionList, logList } from '@ratchet/contract/operations/executions';
import type { Executor } from '@ratchet/execution/executor';
import type { EntityHandlers } from './handler.ts';
import { runTask } from './run-task.ts';

/** `taskIdOf` answers the id of the task that an id or uuid means, or throws NOT_FOUND. */
export const executionHandlers = (
  executor: Executor,
  taskIdOf: (idOrUuid: string) => Promise<string>,
): EntityHandlers<'executions'> => ({
  list: { handle: (request) => executor.list(executionList, request) },
  create: {
    handle: async ({ taskId, ...request }, caller) =>
      runTask(executor, { taskId: await taskIdOf(taskId), ...request }, caller),
  },
  stats: { handle: () => executor.stats() },
  get: { handle: ({ id }) => executor.get(id) },
  delete: { handle: ({ id }) => executor.delete(id) },
  cancel: { handle: ({ id }) => executor.cancel(id) },
  retry: { handle: ({ id }, { actor }) => executor.retry(id, actor.name || actor.id) },
  logs: { handle: ({ id, ...request }) => executor.logs(id, logList, request) },
  events: { stream: ({ id, lastEventId }, { signal }) => executor.events(id, lastEventId ?? 0, signal) },
});
