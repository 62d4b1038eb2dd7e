import { mayEverywhere } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Permission } from '@ratchet/contract/operation';
import type { FastifyRequest } from 'fastify';
import type { CallerOf } from './caller-of.ts';

/**
 * For what is served beside the operations (files of the registry, metrics): lets in who holds a permission everywhere.
 * A key that is limited to some operations is limited to those. Throws UNAUTHENTICATED or PERMISSION_DENIED.
 */
export const requirePermission =
  (callerOf: CallerOf) =>
  async (request: FastifyRequest, permission: Permission): Promise<Actor> => {
    const { actor, rights, mustChangePassword } = await callerOf(request, 'rest');
    if (actor.kind === 'anonymous' && !rights.permissions.includes(permission))
      throw new RatchetError('UNAUTHENTICATED', 'Sign in, or send an API key, to see this.');
    if (mustChangePassword) throw new RatchetError('PERMISSION_DENIED', 'Change your password first.');
    if (!mayEverywhere(rights, permission) || (rights.key?.tools ?? null) !== null)
      throw new RatchetError('PERMISSION_DENIED', `This needs the right to ${permission} everywhere.`);
    return actor;
  };
