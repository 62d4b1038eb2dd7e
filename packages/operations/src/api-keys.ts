import type { ApiKeys, OwnKeysOf } from '@ratchet/access/api-keys';
import { mayEverywhere } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { apiKeyList } from '@ratchet/contract/operations/api-keys';
import type { EntityHandlers } from './handler.ts';
import { refuseKeys } from './refuse-keys.ts';

export const apiKeyHandlers = (keys: ApiKeys): EntityHandlers<'apiKeys'> => ({
  list: { handle: (request, caller) => keys.list(apiKeyList, request, ownOf(caller)) },
  create: {
    async handle({ userId, ...settings }, caller) {
      refuseKeys(caller);
      return keys.create(ownerOf(userId, caller), settings);
    },
  },
  get: { handle: ({ id }, caller) => keys.get(id, ownOf(caller)) },
  update: {
    precondition: ({ id, expectedRevision }, caller) => keys.checkRevision(id, expectedRevision, ownOf(caller)),
    async handle({ id, expectedRevision, ...edit }, caller) {
      refuseKeys(caller);
      const settings = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
      return keys.change(id, settings, expectedRevision, ownOf(caller));
    },
  },
  delete: {
    async handle({ id }, caller) {
      refuseKeys(caller);
      await keys.remove(id, ownOf(caller));
    },
  },
});

/** Whoever manages users sees everybody's keys, everybody else their own. */
const ownOf = ({ actor, rights }: Caller): OwnKeysOf =>
  mayEverywhere(rights, 'manage_users') ? null : (actor.userId ?? '00000000-0000-0000-0000-000000000000');

function ownerOf(userId: string | undefined, { actor, rights }: Caller): string {
  const owner = userId ?? actor.userId;
  if (owner === undefined)
    throw new RatchetError('VALIDATION_FAILED', 'userId: is required where nobody has signed in.', [
      { path: 'userId', message: 'is required where nobody has signed in' },
    ]);
  if (owner !== actor.userId && !mayEverywhere(rights, 'manage_users'))
    throw new RatchetError('PERMISSION_DENIED', 'A key for somebody else is made by whoever manages users.');
  return owner;
}
