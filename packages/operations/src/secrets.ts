import type { Secrets } from '@ratchet/access/secrets';
import type { Actor } from '@ratchet/contract/dispatcher';
import { secretList } from '@ratchet/contract/operations/secrets';
import type { EntityHandlers } from './handler.ts';

const by = ({ name, id }: Actor): string => name || id;

export const secretHandlers = (secrets: Secrets): EntityHandlers<'secrets'> => ({
  list: { handle: (request) => secrets.list(secretList, request) },
  create: { handle: (input, { actor }) => secrets.create(input, by(actor)) },
  get: { handle: ({ id }) => secrets.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => secrets.checkRevision(id, expectedRevision),
    handle: ({ id, ...change }, { actor }) => secrets.update(id, change, by(actor)),
  },
  delete: { handle: ({ id }) => secrets.delete(id) },
});
