import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyRequest } from 'fastify';

/** Names that a server on loopback answers to. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests that name another host than this server, and those of a browser's page from elsewhere. Without it a page
 * could point its own name at this machine and let an agent's tools work for it.
 */
export function checkHostAndOrigin(
  { headers: { host, origin } }: Pick<FastifyRequest, 'headers'>,
  hosts: readonly string[],
  origins: readonly string[],
): void {
  const name = URL.parse(`http://${host ?? ''}`)?.hostname.toLowerCase();
  if (!host || !name || !(hosts.includes('*') || hosts.includes(name)))
    throw new RatchetError(
      'PERMISSION_DENIED',
      `This server is not ${JSON.stringify(host ?? '')}. Use one of ${hosts.join(', ')}.`,
    );
  if (origin === undefined || origins.includes(origin)) return;
  if (URL.parse(origin)?.host !== host)
    throw new RatchetError(
      'PERMISSION_DENIED',
      'Pages of other servers may not use this one; mcp.allowed_origins lets them.',
    );
}
