import type { Users } from '@ratchet/access/users';
import { userList } from '@ratchet/contract/operations/users';
import type { EntityHandlers } from './handler.ts';
import { refuseKeys } from './refuse-keys.ts';

export const userHandlers = (users: Users): EntityHandlers<'users'> => ({
  list: { handle: (request) => users.list(userList, request) },
  create: {
    async handle(given, caller) {
      refuseKeys(caller);
      return users.create(given);
    },
  },
  get: { handle: ({ id }) => users.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => users.checkRevision(id, expectedRevision),
    async handle({ id, expectedRevision, ...edit }, caller) {
      refuseKeys(caller);
      return users.change(id, edit, expectedRevision);
    },
  },
  delete: {
    async handle({ id }, caller) {
      refuseKeys(caller);
      await users.remove(id);
    },
  },
});
