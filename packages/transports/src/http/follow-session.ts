import type { Operation } from '@ratchet/contract/operation';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';

/** After an operation that does something to the caller's session: a browser's cookie follows it. */
export function followSession(
  operation: Pick<Operation, 'session'>,
  output: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (operation.session === 'ends') clearSessionCookie(request, reply);
  else if (operation.session !== undefined) {
    const { refreshToken, refreshExpiresAt } = output as { refreshToken: string; refreshExpiresAt: string };
    setSessionCookie(request, reply, refreshToken, new Date(refreshExpiresAt));
  }
}
