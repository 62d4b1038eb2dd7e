import { scheduleList } from '@ratchet/contract/operations/schedules';
import type { ScheduleDesk } from '@ratchet/execution/schedule-desk';
import type { EntityHandlers } from './handler.ts';

/** `taskIdOf` answers the id of the task that an id or uuid means, or throws NOT_FOUND. */
export const scheduleHandlers = (
  desk: ScheduleDesk,
  taskIdOf: (idOrUuid: string) => Promise<string>,
): EntityHandlers<'schedules'> => ({
  list: { handle: (request, { rights }) => desk.list(scheduleList, request, rights) },
  create: {
    handle: async ({ taskId, ...settings }, { actor }) =>
      desk.create({ ...settings, taskId: await taskIdOf(taskId) }, actor.name || actor.id),
  },
  stats: { handle: (_, { rights }) => desk.stats(rights) },
  previewCron: { handle: ({ cron, timezone, count, from }) => desk.previewCron(cron, timezone, count, from) },
  get: { handle: ({ id }) => desk.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => desk.checkRevision(id, expectedRevision),
    handle: async ({ id, expectedRevision, taskId, ...edit }) =>
      desk.update(
        id,
        { ...edit, ...(taskId === undefined ? {} : { taskId: await taskIdOf(taskId) }) },
        expectedRevision,
      ),
  },
  delete: { handle: ({ id }) => desk.delete(id) },
  enable: { handle: ({ id }) => desk.enable(id) },
  disable: { handle: ({ id }) => desk.disable(id) },
  trigger: { handle: ({ id }) => desk.trigger(id) },
  preview: { handle: ({ id, count, from }) => desk.preview(id, count, from) },
});
