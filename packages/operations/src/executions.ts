import type { ExecutionStats } from '@ratchet/contract/entities/execution';
import type { Analysis } from '@ratchet/contract/entities/trace';
import { executionList, logList } from '@ratchet/contract/operations/executions';
import type { ExecutionMove } from '@ratchet/execution/execution-feed';
import { executionView } from '@ratchet/execution/execution-view';
import type { Executor } from '@ratchet/execution/executor';
import type { StatsRequest } from '@ratchet/insight/execution-stats';
import type { EntityHandlers } from './handler.ts';
import { readable } from './readable.ts';
import { runTask } from './run-task.ts';
import { stopAbandoned } from './stop-abandoned.ts';

/** What is found out about executions; each throws as its operation says. */
export interface ExecutionInsight {
  stats(request: StatsRequest): Promise<ExecutionStats>;
  analysis(id: string): Promise<Analysis>;
}

/** `taskIdOf` answers the id of the task that an id or uuid means, or throws NOT_FOUND. */
export const executionHandlers = (
  executor: Executor,
  taskIdOf: (idOrUuid: string) => Promise<string>,
  insight: ExecutionInsight,
): EntityHandlers<'executions'> => ({
  list: { handle: (request) => executor.list(executionList, request) },
  create: {
    handle: async ({ taskId, ...request }, caller) =>
      runTask(executor, { taskId: await taskIdOf(taskId), ...request }, caller),
  },
  stats: { handle: (request) => insight.stats(request) },
  trace: { handle: ({ id }) => executor.trace(id) },
  analysis: { handle: ({ id }) => insight.analysis(id) },
  recording: { handle: ({ id }) => executor.recording(id) },
  replay: {
    handle: async ({ id, current, wait }, caller) => {
      const queued = await executor.replay(id, current, caller.actor.name || caller.actor.id);
      if (!wait) return queued;
      const seen = await executor.waitFor(queued.id, caller.signal);
      return stopAbandoned(caller, seen, () => executor.cancel(queued.id));
    },
  },
  get: { handle: ({ id }) => executor.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => executor.checkRevision(id, expectedRevision),
    handle: ({ id, note, keep, expectedRevision }) => executor.annotate(id, { note, keep }, expectedRevision),
  },
  watch: {
    async *stream({ taskId, jobId, status }, { rights, signal, opened }) {
      const ofTask = taskId === undefined ? null : await taskIdOf(taskId);
      const mayRead = readable(rights);
      const wanted = ({ row, from, at }: ExecutionMove) =>
        (ofTask === null || row.taskId === ofTask) &&
        (jobId === undefined || row.jobId === jobId) &&
        (status === undefined || (status.includes(row.status) && row.status !== from)) &&
        mayRead(at);
      for await (const { row } of executor.changes.follow({ wanted, signal, opened }))
        yield { type: 'execution' as const, execution: executionView(row) };
    },
  },
  delete: { handle: ({ id }) => executor.delete(id) },
  cancel: { handle: ({ id }) => executor.cancel(id) },
  retry: { handle: ({ id }, { actor }) => executor.retry(id, actor.name || actor.id) },
  logs: { handle: ({ id, ...request }) => executor.logs(id, logList, request) },
  events: { stream: ({ id, lastEventId }, { signal }) => executor.events(id, lastEventId ?? 0, signal) },
});
