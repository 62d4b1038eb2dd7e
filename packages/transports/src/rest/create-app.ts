import { RatchetError } from '@ratchet/contract/errors';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limitBodies } from './body-budget.ts';
import { refuseConnection } from './client-error.ts';
import { checkBodyHeaders, NotAcceptable } from './content-negotiation.ts';
import { parseJson, textOf } from './parse-json.ts';
import { retryAfter } from './retry-after.ts';
import { longestPart, watchRoutes } from './route-path.ts';
import { statusOf } from './status.ts';

export interface AppOptions {
  readonly log: (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;
  /** Bytes of a request's body, at most. */
  readonly bodyLimit?: number;
  /** Proxies whose word on address, host and protocol counts: all of them, or these addresses and networks. */
  readonly trustProxy?: boolean | string[];
  /** PEM. With it HTTPS is served. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  readonly limits?: ConnectionLimits;
}

/** What one connection, and all of them, may take. */
export interface ConnectionLimits {
  /** Milliseconds until the headers of a request must be there. */
  readonly headersMs?: number;
  /** Milliseconds until a whole request must be there, its body too; answers and streams may take as long as they need. */
  readonly requestMs?: number;
  /** Connections at the same time; more are closed at once. */
  readonly connections?: number;
  /** Bytes of bodies held at the same time; more is refused until there is room. */
  readonly bodyBytes?: number;
}

const idPattern = /^[\w.:-]{1,100}$/;

/** The HTTP application every surface is put on: request ids, limits, safe errors. */
export function createApp(options: AppOptions): FastifyInstance {
  const { log, bodyLimit = 16 * 1024 * 1024, trustProxy = false, tls = null } = options;
  const {
    headersMs = 20_000,
    requestMs = 300_000,
    connections = 4096,
    bodyBytes = 512 * 1024 * 1024,
  } = options.limits ?? {};
  const patience = { headersTimeout: headersMs, connectionsCheckingInterval: Math.min(headersMs, requestMs, 5000) };
  // Fastify's types are of the one or of the other; ours are of what both have.
  const listener = tls === null ? { http: patience } : { https: { ...tls, ...patience } };
  const app = Fastify({
    logger: false,
    bodyLimit,
    trustProxy,
    // A machine that is busy may take long to load what serves the documentation.
    pluginTimeout: 120_000,
    requestTimeout: requestMs,
    ...(listener as { http: typeof patience }),
    clientErrorHandler: refuseConnection,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    routerOptions: { maxParamLength: longestPart, ignoreTrailingSlash: true },
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && idPattern.test(given) ? given : crypto.randomUUID();
    },
    forceCloseConnections: true,
    // What goes wrong before there is a route to handle it, such as an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply, log),
  });
  app.server.maxConnections = connections;
  const methodsAt = watchRoutes(app);
  limitBodies(app, bodyBytes);
  // An empty body is no body: operations that need members say so themselves.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    try {
      done(null, parseJson(textOf(bytes as Buffer)));
    } catch (error) {
      done(error as Error);
    }
  });
  app.addContentTypeParser(
    ['application/octet-stream', 'application/zip', 'text/plain'],
    { parseAs: 'buffer' },
    (_request, bytes, done) => done(null, bytes),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('x-frame-options', 'DENY');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cache-control', 'no-store');
    checkBodyHeaders(request);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(request.url.split('?')[0] ?? '/');
    if (allowed.length > 0) {
      reply.header('allow', allowed.join(', '));
      if (request.method === 'OPTIONS') return reply.status(204).send();
      throw new RatchetError('METHOD_NOT_ALLOWED', `${request.method} is not possible here; ${allowed.join(', ')} is.`);
    }
    throw new RatchetError('NOT_FOUND', 'There is nothing at this address. /docs lists what there is.');
  });
  return app;
}

/** Every error as `{ code, message, details, requestId }`. What is not known is logged and not shown. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: AppOptions['log']) {
  const known = toRatchetError(error);
  if (!known)
    log('error', 'A request failed.', {
      err: error,
      requestId: request.id,
      method: request.method,
      url: request.url.slice(0, 500).replace(/([?&]token=)[^&]*/g, '$1…'),
    });
  const { code, message, details } =
    known ?? new RatchetError('INTERNAL', 'Something went wrong inside the server. Its log has the request id.');
  const seconds = retryAfter(known);
  if (seconds) reply.header('retry-after', seconds);
  if (code === 'UNAUTHENTICATED' && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer');
  return reply
    .header('x-request-id', request.id)
    .status(known instanceof NotAcceptable ? 406 : statusOf[code])
    .type('application/json')
    .send({ ...top(code, details), code, message, details: details ?? null, requestId: request.id });
}

/** Members that clients read beside the code. */
function top(code: string, details: unknown): Record<string, unknown> {
  if (
    (code !== 'GUARD_TRIPPED' && code !== 'PLAN_STALE' && code !== 'CONFLICT_MOVED') ||
    details === null ||
    typeof details !== 'object'
  )
    return {};
  return details as Record<string, unknown>;
}

const byStatus: Readonly<
  Record<number, ['PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'VALIDATION_FAILED', string]>
> = {
  413: ['PAYLOAD_TOO_LARGE', 'The body is too large.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON, with content-type application/json.'],
  400: ['VALIDATION_FAILED', 'The request cannot be read.'],
};

function toRatchetError(error: unknown): RatchetError | null {
  if (error instanceof RatchetError) return error;
  const status = (error as FastifyError)?.statusCode ?? 500;
  const meaning = byStatus[status] ?? (status >= 400 && status < 500 ? byStatus[400] : undefined);
  return meaning ? new RatchetError(...meaning, undefined, { cause: error }) : null;
}
