import { RatchetError } from '@ratchet/contract/errors';
import { jobList } from '@ratchet/contract/operations/jobs';
import { jobView } from '@ratchet/execution/execution-view';
import type { Executor } from '@ratchet/execution/executor';
import type { JobMove } from '@ratchet/execution/job-feed';
import type { EntityHandlers } from './handler.ts';
import { readable } from './readable.ts';

/** `taskIdOf` answers the id of the task that an id or uuid means, or throws NOT_FOUND. */
export function jobHandlers(
  { jobs }: Executor,
  taskIdOf: (idOrUuid: string) => Promise<string>,
): EntityHandlers<'jobs'> {
  const ofTask = async (taskId: string | undefined) => (taskId === undefined ? undefined : taskIdOf(taskId));
  /** Of a task that is gone too, what was paused goes on. */
  const evenIfGone = (taskId: string | undefined) =>
    ofTask(taskId).catch(async (error) => {
      const { pausedTasks } = await jobs.queue.state();
      if (pausedTasks.some((paused) => paused.taskId === taskId)) return taskId;
      throw error;
    });
  return {
    list: { handle: (request) => jobs.list(jobList, request) },
    create: {
      handle: async ({ taskId, ...job }, { actor }) =>
        jobs.create({ ...job, taskId: await taskIdOf(taskId) }, actor.name || actor.id),
    },
    createBulk: {
      async handle(input, { actor }) {
        const ids = new Map<string, string>();
        for (const taskId of new Set(input.jobs.map((job) => job.taskId)))
          ids.set(
            taskId,
            await taskIdOf(taskId).catch((error) => {
              // The request of this one is refused, not the others.
              if (error instanceof RatchetError && error.code === 'NOT_FOUND') return taskId;
              throw error;
            }),
          );
        return jobs.createMany(
          input.jobs.map((job) => ({ ...job, taskId: ids.get(job.taskId) ?? job.taskId })),
          actor.name || actor.id,
        );
      },
    },
    stats: { handle: () => jobs.stats() },
    get: { handle: ({ id }) => jobs.get(id) },
    watch: {
      async *stream({ jobId, taskId, batchId, status }, { rights, signal, opened }) {
        const task = await ofTask(taskId);
        if (jobId !== undefined) await jobs.get(jobId);
        const mayRead = readable(rights);
        const wanted = ({ row, from, at }: JobMove) =>
          (jobId === undefined || row.id === jobId) &&
          (task === undefined || row.taskId === task) &&
          (batchId === undefined || row.batchId === batchId) &&
          (status === undefined || (status.includes(row.status) && row.status !== from)) &&
          mayRead(at);
        for await (const { row } of jobs.changes.follow({ wanted, signal, opened }))
          yield { type: 'job' as const, job: jobView(row) };
      },
    },
    update: {
      precondition: ({ id, expectedRevision }) => jobs.checkRevision(id, expectedRevision),
      handle: ({ id, expectedRevision, ...changes }) => jobs.update(id, changes, expectedRevision),
    },
    delete: { handle: ({ id }) => jobs.delete(id) },
    cancel: { handle: ({ id }) => jobs.cancel(id) },
    retry: { handle: ({ id }) => jobs.retry(id) },
    queue: { handle: () => jobs.queue.state() },
    pause: {
      handle: async ({ taskId, reason }, { actor }) =>
        jobs.queue.pause(await ofTask(taskId), reason, actor.name || actor.id),
    },
    resume: { handle: async ({ taskId }) => jobs.queue.resume(await evenIfGone(taskId)) },
    clear: { handle: async ({ taskId, ...filter }) => jobs.queue.clear({ ...filter, taskId: await ofTask(taskId) }) },
  };
}
