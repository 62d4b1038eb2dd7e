import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import type { Admitted } from '@ratchet/operations/dispatch';

/** Lets a call in that is public, or whose caller holds its permission at all. */
export function refuseStrangers(operation: Operation, _input: unknown, { actor, rights }: Caller): Admitted {
  if (operation.public || rights.permissions.includes(operation.permission)) return {};
  if (actor.kind === 'anonymous') throw new RatchetError('UNAUTHENTICATED', 'Sign in, or send an API key, to do this.');
  throw new RatchetError('PERMISSION_DENIED', `This needs the right to ${operation.permission}.`);
}
