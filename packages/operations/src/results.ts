import { requireEverywhere } from '@ratchet/contract/access';
import { resultList } from '@ratchet/contract/operations/results';
import type { ResultShelf } from '@ratchet/execution/result-shelf';
import type { EntityHandlers } from './handler.ts';

export const resultHandlers = (
  shelf: ResultShelf,
  taskIdOf: (idOrUuid: string) => Promise<string>,
): EntityHandlers<'results'> => ({
  list: { handle: (request, { rights }) => shelf.list(resultList, request, rights) },
  create: {
    async handle({ taskId, ...input }, { actor, rights }) {
      if (!taskId && !input.executionId) requireEverywhere(rights, 'create', 'A result of no task');
      return shelf.create({ ...input, taskId: taskId ? await taskIdOf(taskId) : null }, actor.name || actor.id);
    },
  },
  get: { handle: ({ id }) => shelf.get(id) },
  delete: { handle: ({ id }) => shelf.delete(id) },
});
