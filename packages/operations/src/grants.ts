import type { Grants } from '@ratchet/access/grants';
import { grantList } from '@ratchet/contract/operations/grants';
import type { EntityHandlers } from './handler.ts';

export const grantHandlers = (grants: Grants): EntityHandlers<'grants'> => ({
  list: { handle: (request) => grants.list(grantList, request) },
  create: {
    handle: ({ userId, ...settings }, { actor }) => grants.create(userId, settings, actor.name || actor.id),
  },
  get: { handle: ({ id }) => grants.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => grants.checkRevision(id, expectedRevision),
    handle: ({ id, expectedRevision, ...changes }) => grants.update(id, changes, expectedRevision),
  },
  delete: { handle: ({ id }) => grants.delete(id) },
});
