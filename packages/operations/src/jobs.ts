import { jobList } from '@ratchet/contract/operations/jobs';
import type { Executor } from '@ratchet/execution/executor';
import type { EntityHandlers } from './handler.ts';

/** `taskIdOf` answers the id of the task that an id or uuid means, or throws NOT_FOUND. */
export const jobHandlers = (
  { jobs }: Executor,
  taskIdOf: (idOrUuid: string) => Promise<string>,
): EntityHandlers<'jobs'> => ({
  list: { handle: (request) => jobs.list(jobList, request) },
  create: {
    handle: async ({ taskId, ...job }, { actor }) =>
      jobs.create({ ...job, taskId: await taskIdOf(taskId) }, actor.name || actor.id),
  },
  createBulk: { handle: (input, { actor }) => jobs.createMany(input.jobs, actor.name || actor.id) },
  stats: { handle: () => jobs.stats() },
  get: { handle: ({ id }) => jobs.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => jobs.checkRevision(id, expectedRevision),
    handle: ({ id, expectedRevision: _, ...changes }) => jobs.update(id, changes),
  },
  delete: { handle: ({ id }) => jobs.delete(id) },
  cancel: { handle: ({ id }) => jobs.cancel(id) },
  retry: { handle: ({ id }) => jobs.retry(id) },
});
