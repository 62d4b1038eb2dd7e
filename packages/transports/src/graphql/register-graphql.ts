import type { Caller, Dispatcher, Surface } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { statusOf } from '../rest/status.ts';
import { buildGraphQLSchema } from './build-schema.ts';
import { type Asker, makeYoga } from './create-yoga.ts';
import { formatError, type Log } from './errors.ts';
import { places } from './places.ts';
import { registerPlayground } from './register-playground.ts';
import { registerSockets } from './register-sockets.ts';

export interface GraphQLOptions {
  readonly operations: readonly Operation[];
  readonly dispatcher: Dispatcher;
  readonly callerOf: (request: FastifyRequest, surface: Surface) => Caller | Promise<Caller>;
  readonly log: Log;
  /** Sets or clears what a browser keeps of a session, after an operation that began, renewed or ended one. */
  readonly followSession?: (
    operation: Operation,
    output: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => void;
  /** Tells of sessions that end, so that their sockets are closed at once; answers what stops it. */
  readonly onSessionEnded?: (listener: (sessionId: string) => void) => () => void;
  readonly introspection?: boolean;
  readonly maxDepth?: number;
  readonly maxComplexity?: number;
  readonly maxAliases?: number;
  readonly maxBatch?: number;
  /** Whether /playground serves GraphiQL. */
  readonly playground?: boolean;
}

export const graphQLPath = '/graphql';

/** Open sockets and subscriptions of one caller, at most. */
const most = { sockets: 50, subscriptions: 200 } as const;

/** GraphQL at /graphql: over HTTP, as server-sent events and over WebSocket; GraphiQL at /playground. */
export async function registerGraphQL(app: FastifyInstance, options: GraphQLOptions): Promise<void> {
  const { operations, dispatcher, callerOf, log, followSession, introspection = true, playground = true } = options;
  const limits = {
    maxDepth: options.maxDepth ?? 12,
    maxComplexity: options.maxComplexity ?? 5000,
    maxAliases: options.maxAliases ?? 30,
  };
  const schema = buildGraphQLSchema(operations);
  const yogaOptions = {
    operations,
    schema,
    dispatcher,
    introspection,
    maxBatch: options.maxBatch ?? 10,
    path: graphQLPath,
    log,
    ...limits,
  };
  const yoga = makeYoga(yogaOptions);
  const subscriptions = places(most.subscriptions, 'subscriptions');

  const askerOf = async (request: FastifyRequest, signal: AbortSignal): Promise<Asker> => {
    const caller = { ...(await callerOf(request, 'graphql')), signal };
    return {
      caller,
      recheck: async () => sameAs(caller, await callerOf(request, 'graphql')),
      takePlace: () => subscriptions.take(caller),
    };
  };

  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      const shown = formatError(known(error), request.id, log);
      const code = shown.extensions?.code as keyof typeof statusOf;
      if (code === 'RATE_LIMITED') reply.header('retry-after', '1');
      return reply
        .status(statusOf[code])
        .type('application/json')
        .send({ errors: [shown] });
    });
    scope.addHook('onRequest', async (request, reply) => {
      if (request.method === 'GET') return;
      if (request.method === 'POST') return checkType(request);
      reply.header('allow', 'GET, POST');
      throw new RatchetError('METHOD_NOT_ALLOWED', `${request.method} is not possible here; GET and POST are.`);
    });

    const serve = async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.method === 'POST') checkBody(request);
      const gone = new AbortController();
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone.abort();
      });
      const asker: Asker = {
        ...(await askerOf(request, gone.signal)),
        ...(followSession
          ? { followSession: (operation, output) => followSession(operation, output, request, reply) }
          : {}),
      };
      const response = await yoga.handleNodeRequestAndResponse(request, reply, { asker });
      reply.status(response.status);
      response.headers.forEach((value, name) => void reply.header(name, value));
      const events = response.headers.get('content-type')?.startsWith('text/event-stream');
      return reply.send(events ? response.body : await response.text());
    };
    await registerSockets(scope, {
      path: graphQLPath,
      yoga,
      limits: { ...limits, schema },
      askerOf,
      serve,
      log,
      sockets: places(most.sockets, 'sockets'),
      ...(options.onSessionEnded ? { onSessionEnded: options.onSessionEnded } : {}),
    });
    scope.route({ method: ['POST', 'PUT', 'PATCH', 'DELETE'], url: graphQLPath, handler: serve });
  });
  if (playground) registerPlayground(app, graphQLPath);
}

/** Only what no page of another site can send without being asked first. */
function checkType({ headers }: FastifyRequest): void {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new RatchetError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON, with content-type application/json.');
}

/** What is no object with something in it would be taken for a body that has not been read yet. */
function checkBody({ body }: FastifyRequest): void {
  if (body !== null && typeof body === 'object' && Object.keys(body).length > 0) return;
  throw new RatchetError(
    'VALIDATION_FAILED',
    'The body must be a JSON object such as {"query": "{ health { status } }"}.',
    [{ path: '', message: 'holds no query' }],
  );
}

/** The proof that began it must still be good, and still be of the same one. */
function sameAs(before: Caller, now: Caller): void {
  if (before.actor.id === now.actor.id && before.actor.kind === now.actor.kind) return;
  throw new RatchetError('UNAUTHENTICATED', 'Whoever began this is signed in no longer. Sign in again.');
}

const byStatus: Readonly<Record<number, [code: 'PAYLOAD_TOO_LARGE' | 'VALIDATION_FAILED', message: string]>> = {
  400: ['VALIDATION_FAILED', 'The request cannot be read.'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is too large.'],
};

/** What Fastify itself refuses, as an error of ours. */
function known(error: unknown): unknown {
  const meaning = byStatus[(error as { statusCode?: number }).statusCode ?? 500];
  return meaning && !(error instanceof RatchetError)
    ? new RatchetError(...meaning, undefined, { cause: error })
    : error;
}
