import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';

/** Throws PERMISSION_DENIED for an API key: one that leaked must not make itself at home. */
export function refuseKeys({ actor }: Pick<Caller, 'actor'>): void {
  if (actor.kind === 'api_key')
    throw new RatchetError('PERMISSION_DENIED', 'An API key changes no keys, users or passwords. Sign in to do this.');
}
