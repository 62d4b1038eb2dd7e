import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance } from 'fastify';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Lets in only requests that name this server as their host and, from a browser, come from its own pages. Without it any
 * page in a browser on the machine could make the server work: by a plain form, or by a name that it points at loopback.
 */
export function requireSameOrigin(
  app: FastifyInstance,
  except: (path: string) => boolean = () => false,
  /** Where else a request for a path may come from. */
  alsoFrom: (path: string, origin: string) => boolean = () => false,
): void {
  app.addHook('onRequest', async (request) => {
    if (except(request.url)) return;
    const { host = '', origin } = request.headers;
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (!loopbackNames.has(name) && !/^127(\.\d{1,3}){3}$/.test(name))
      throw new RatchetError(
        'PERMISSION_DENIED',
        `This server is not ${JSON.stringify(host)}. Use its loopback address.`,
      );
    if (origin !== undefined && URL.parse(origin)?.host !== host && !alsoFrom(request.url, origin))
      throw new RatchetError('PERMISSION_DENIED', 'Pages of other servers may not use this one.');
  });
}
