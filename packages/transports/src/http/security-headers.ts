import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

export interface SecurityHeadersOptions {
  /** Origins of other servers whose pages may read answers; none: CORS is closed. */
  readonly origins: readonly string[];
  /** Whether such pages may send cookies. */
  readonly credentials: boolean;
}

const exposed = ['X-Total-Count', 'ETag', 'Location', 'Retry-After', 'X-Request-Id'];
const yearSeconds = 31_536_000;

/**
 * What browsers are told on every answer. The policy is for pages of this server alone: its own scripts, styles in
 * attributes (which the documentation and the web page need), nothing framed. Routes may set a narrower one.
 */
export async function securityHeaders(
  app: FastifyInstance,
  { origins, credentials }: SecurityHeadersOptions,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Set below, over TLS alone.
    hsts: false,
    // The registry and the API are read by other servers' pages where CORS lets them.
    crossOriginResourcePolicy: { policy: origins.length > 0 ? 'cross-origin' : 'same-origin' },
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https') reply.header('strict-transport-security', `max-age=${yearSeconds}`);
  });
  if (origins.length > 0)
    await app.register(cors, {
      origin: [...origins],
      credentials,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: exposed,
      maxAge: 600,
    });
}
