import { RatchetError } from '@ratchet/contract/errors';
import type { Proof } from '@ratchet/contract/proof';
import type { FastifyRequest } from 'fastify';
import { sessionCookie } from './session-cookie.ts';

/**
 * What a request proves who it comes from with; null: nothing. Headers count before the cookie, which a browser sends
 * unasked; the address is never looked at. Throws UNAUTHENTICATED for a header that is empty or two that contradict.
 */
export function proofOfRequest(request: FastifyRequest): Proof | null {
  const { authorization } = request.headers;
  const key = request.headers['x-api-key'];
  const bearer = bearerOf(authorization);
  if (bearer !== null && key !== undefined && key !== bearer)
    throw new RatchetError('UNAUTHENTICATED', 'Authorization and X-API-Key contradict each other. Send one of them.');
  if (bearer !== null) return proof('bearer', bearer);
  if (key !== undefined) return proof('api_key', typeof key === 'string' ? key.trim() : '');
  const cookie = sessionCookie(request);
  return cookie === undefined ? null : { kind: 'cookie', value: cookie };
}

/** Whether the request carries a proof that a browser would not send by itself. */
export const hasHeaderProof = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  bearerOf(headers.authorization) !== null || headers['x-api-key'] !== undefined;

/** Other schemes are for proxies on the way, not for us. */
function bearerOf(authorization: string | undefined): string | null {
  const scheme = /^bearer(?: +|$)/i.exec(authorization ?? '');
  return scheme ? (authorization ?? '').slice(scheme[0].length).trim() : null;
}

function proof(kind: 'bearer' | 'api_key', value: string): Proof {
  if (value === '') throw new RatchetError('UNAUTHENTICATED', 'The proof of who asks is empty.');
  return { kind, value };
}
