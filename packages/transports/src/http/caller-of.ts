import { fullRights, type Rights } from '@ratchet/contract/access';
import type { Actor, Caller, Surface } from '@ratchet/contract/dispatcher';
import type { Proof } from '@ratchet/contract/proof';
import type { FastifyRequest } from 'fastify';
import { proofOfRequest } from './proof-of-request.ts';
import { sessionCookie } from './session-cookie.ts';

/** Whom a proof is of. Throws UNAUTHENTICATED where it is not good; null for a cookie that is not (any more). */
export type Identify = (
  proof: Proof,
  address: string | undefined,
) => Promise<{
  readonly actor: Actor;
  readonly rights: Rights;
  readonly sessionId?: string;
  readonly mustChangePassword: boolean;
} | null>;

export type CallerOf = (request: FastifyRequest, surface: Surface) => Promise<Caller>;

const anonymous: Actor = { kind: 'anonymous', id: 'anonymous', name: 'anonymous' };
const nothing: Rights = { role: 'readonly', permissions: [], grants: null, key: null };

/**
 * Who makes a request. Without `identify` nobody signs in, and whoever reaches the server may do everything; with it,
 * whoever proves nothing may do nothing but what is public.
 */
export function callersOf(identify: Identify | null): CallerOf {
  return async (request, surface) => {
    const agent = request.headers['user-agent'];
    const seen = {
      surface,
      requestId: request.id,
      address: request.ip,
      ...(agent === undefined ? {} : { userAgent: agent }),
    };
    if (!identify) return { ...seen, actor: anonymous, rights: fullRights };
    const proof = proofOfRequest(request);
    const cookie = sessionCookie(request);
    const token = cookie === undefined ? {} : { sessionToken: cookie };
    const found = proof && (await identify(proof, request.ip));
    if (!found) return { ...seen, ...token, actor: anonymous, rights: nothing };
    const { actor, rights, sessionId, mustChangePassword } = found;
    return {
      ...seen,
      ...token,
      actor: { ...actor },
      rights,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(mustChangePassword ? { mustChangePassword } : {}),
    };
  };
}
