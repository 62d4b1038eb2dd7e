import { conflictList } from '@ratchet/contract/operations/conflicts';
import type { ConflictDesk } from '@ratchet/repositories/conflict-desk';
import type { EntityHandlers } from './handler.ts';

export const conflictHandlers = (desk: ConflictDesk): EntityHandlers<'conflicts'> => ({
  list: { handle: (request, { rights }) => desk.list(conflictList, request, rights) },
  get: { handle: ({ id }) => desk.get(id) },
  resolve: {
    precondition: ({ id, expectedRevision }) => desk.checkRevision(id, expectedRevision),
    handle: (request, { actor, rights }) => desk.resolve(request, actor, rights),
  },
});
