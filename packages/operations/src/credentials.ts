import type { Credentials } from '@ratchet/access/credentials';
import { credentialList } from '@ratchet/contract/operations/credentials';
import type { EntityHandlers } from './handler.ts';

export const credentialHandlers = (credentials: Credentials): EntityHandlers<'credentials'> => ({
  list: { handle: (request) => credentials.list(credentialList, request) },
  create: { handle: ({ name, type, ...secret }) => credentials.create(name, type, secret) },
  get: { handle: ({ id }) => credentials.get(id) },
  rotate: { handle: ({ id, ...secret }) => credentials.rotate(id, secret) },
  delete: { handle: ({ id }) => credentials.delete(id) },
});
