import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const plain = 'ratchet_session';
/** A browser takes this name over TLS only, for this host alone, so that no neighbouring host can plant a session. */
const overTls = `__Host-${plain}`;

/** Whether the client's own connection is encrypted, as this listener or a trusted proxy says. */
const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https';
const nameFor = (request: FastifyRequest): string => (isSecure(request) ? overTls : plain);

/** What the session cookie holds. Over TLS only the name counts that nobody else can set. */
export const sessionCookie = (request: FastifyRequest): string | undefined =>
  request.cookies[nameFor(request)] || undefined;

export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, token: string, expires: Date): void =>
  send(request, reply, token, { expires });

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply): void =>
  send(request, reply, '', { maxAge: 0 });

/**
 * Strict: the page's own requests carry it, what other sites start does not, a link into the page included, which needs no
 * sign-in to load.
 */
function send(request: FastifyRequest, reply: FastifyReply, value: string, lasts: CookieSerializeOptions): void {
  reply.setCookie(nameFor(request), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(request),
    ...lasts,
  });
}
