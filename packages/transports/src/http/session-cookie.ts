import type { FastifyReply, FastifyRequest } from 'fastify';

const plain = 'ratchet_session';
/** A browser takes this name over TLS only, for this host alone, so that no neighbouring host can plant a session. */
const overTls = `__Host-${plain}`;

/** Whether the client's own connection is encrypted, as this listener or a trusted proxy says. */
const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https';

/** What the session cookie holds. Over TLS only the name counts that nobody else can set. */
export function sessionCookie(request: FastifyRequest): string | undefined {
  const name = isSecure(request) ? overTls : plain;
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined;
  }
  return undefined;
}

/**
 * Strict: the page's own requests carry it, what other sites start does not, a link into the page included, which needs no
 * sign-in to load.
 */
const attributes = 'Path=/; HttpOnly; SameSite=Strict';

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string, expires: Date): void {
  const secure = isSecure(request);
  reply.header(
    'set-cookie',
    `${secure ? overTls : plain}=${token}; ${attributes}; Expires=${expires.toUTCString()}${secure ? '; Secure' : ''}`,
  );
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  const secure = isSecure(request);
  reply.header('set-cookie', `${secure ? overTls : plain}=; ${attributes}; Max-Age=0${secure ? '; Secure' : ''}`);
}
