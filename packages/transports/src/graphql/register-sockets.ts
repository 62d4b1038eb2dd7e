import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionArgs, GraphQLError, GraphQLSchema } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import { useWebSockets } from '../http/websockets.ts';
import { type Asker, checkCost, type Yoga } from './create-yoga.ts';
import { formatError, type Log, presentError } from './errors.ts';
import type { Limits } from './limits.ts';
import type { Places } from './places.ts';

export interface SocketOptions {
  readonly path: string;
  readonly yoga: Yoga;
  readonly limits: Limits & { readonly schema: GraphQLSchema };
  readonly askerOf: (request: FastifyRequest, signal: AbortSignal) => Promise<Asker>;
  /** Serves what is no WebSocket. */
  readonly serve: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  readonly sockets: Places;
  readonly onSessionEnded?: (listener: (sessionId: string) => void) => () => void;
  readonly log: Log;
}

/** A socket is pinged, and its proof looked at again, this often. */
const beatMs = 15_000;
/** How long a socket may take to say who it is. */
const initMs = 10_000;
/** Operations at the same time on one socket, at most. */
const mostOperations = 100;

/** The little of a WebSocket that is needed here. */
interface Socket {
  readonly protocol: string;
  readonly OPEN: number;
  readonly readyState: number;
  send(data: string, done: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): void;
  on(event: 'message', listener: (data: unknown) => void): void;
  on(event: 'pong', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'close', listener: (code: number, reason: unknown) => void): void;
}

/** What is known of one connection. */
interface Extra {
  readonly request: FastifyRequest;
  readonly signal: AbortSignal;
  /** Takes the connection in; throws where it may not be. */
  readonly admit: (asker: Asker) => void;
  /** Request ids by the client's own name of an operation. */
  readonly running: Map<string, string>;
  asker: Asker | null;
}

type Enveloped = ReturnType<Yoga['getEnveloped']>;

/** The graphql-transport-ws protocol at the same address. `connection_init` may carry the proof of who it is. */
export async function registerSockets(app: FastifyInstance, options: SocketOptions): Promise<void> {
  const { path, yoga, limits, askerOf, serve, sockets, onSessionEnded, log } = options;
  await useWebSockets(app);
  const bySession = new Map<string, Set<Socket>>();
  const stop = onSessionEnded?.((sessionId) => {
    for (const socket of bySession.get(sessionId) ?? []) socket.close(CloseCode.Forbidden, 'The session has ended.');
  });
  app.addHook('onClose', async () => stop?.());
  const presented = new WeakSet<object>();

  const server = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initMs,
    onConnect: async ({ extra, connectionParams }) => {
      const asker = await askerOf(withProof(extra.request, connectionParams ?? {}), extra.signal);
      extra.admit(asker);
      extra.asker = asker;
    },
    onSubscribe: async ({ extra }, id, payload) => {
      const requestId = crypto.randomUUID();
      try {
        if (extra.running.size >= mostOperations)
          throw new RatchetError('RATE_LIMITED', `A socket carries at most ${mostOperations} operations at a time.`);
        extra.running.set(id, requestId);
        const { caller, ...rest } = extra.asker as Asker;
        await rest.recheck();
        const asker: Asker = { ...rest, caller: { ...caller, requestId } };
        const enveloped = yoga.getEnveloped({ asker, params: payload } as never);
        const document = enveloped.parse(payload.query);
        const wrong = enveloped.validate(enveloped.schema, document) as GraphQLError[];
        if (wrong.length > 0) return wrong;
        const { operationName, variables } = payload;
        const args = { schema: enveloped.schema, document, operationName, variableValues: variables ?? {} };
        checkCost(limits, args);
        return { ...args, contextValue: await enveloped.contextFactory(), rootValue: enveloped } as ExecutionArgs;
      } catch (error) {
        const shown = presentError(error, requestId, log);
        presented.add(shown);
        return [shown];
      }
    },
    execute: (args) => (args.rootValue as Enveloped).execute(args) as never,
    subscribe: (args) => (args.rootValue as Enveloped).subscribe(args) as never,
    onNext: ({ extra }, id, _payload, _args, result) =>
      result.errors
        ? ({ ...result, errors: result.errors.map((error) => shown(error, extra, id)) } as never)
        : undefined,
    onError: ({ extra }, id, _payload, errors) => {
      const formatted = errors.map((error) => shown(error as GraphQLError, extra, id));
      extra.running.delete(id);
      return formatted;
    },
    onComplete: ({ extra }, id) => void extra.running.delete(id),
  });
  const shown = (error: unknown, { running, request }: Extra, id: string) => {
    const { extensions, ...rest } = presented.has(error as object)
      ? (error as GraphQLError).toJSON()
      : formatError(error, running.get(id) ?? request.id, log);
    const { http: _, ...safe } = extensions ?? {};
    return { ...rest, extensions: safe };
  };

  app.route({
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    handler: serve,
    wsHandler: (socket, request) => open(socket as unknown as Socket, request),
  });

  function open(socket: Socket, request: FastifyRequest): void {
    const gone = new AbortController();
    const leave: (() => void)[] = [];
    const extra: Extra = {
      request,
      signal: gone.signal,
      running: new Map(),
      asker: null,
      admit: ({ caller }) => {
        leave.push(sockets.take(caller));
        if (caller.sessionId === undefined) return;
        const { sessionId } = caller;
        const those = bySession.get(sessionId) ?? new Set();
        bySession.set(sessionId, those.add(socket));
        leave.push(() => {
          those.delete(socket);
          if (those.size === 0) bySession.delete(sessionId);
        });
      },
    };
    const fail = (error: unknown) => {
      if (error instanceof RatchetError) return socket.close(CloseCode.Forbidden, error.message.slice(0, 100));
      log('error', 'A socket of GraphQL failed.', { err: error, requestId: request.id });
      socket.close(CloseCode.InternalServerError, 'Something went wrong inside the server.');
    };
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => socket.close(code ?? CloseCode.InternalServerError, reason ?? ''),
        onMessage: (take) => socket.on('message', (data) => void take(String(data)).catch(fail)),
      },
      extra,
    );
    let alive = true;
    const beat = setInterval(() => {
      // Who vanished without a word holds its subscriptions until it is missed.
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
      extra.asker?.recheck().catch(fail);
    }, beatMs);
    socket.on('pong', () => {
      alive = true;
    });
    // A message that is too large ends the connection by itself; nobody else needs to know.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      clearInterval(beat);
      gone.abort();
      for (const step of leave) step();
      closed(code, String(reason)).catch(fail);
    });
  }
}

/**
 * The request as if the proof of `connection_init` stood in its headers: browsers can set none on a socket. Taken are
 * `authorization` or `token`, and `x-api-key` or `apiKey`.
 */
function withProof(request: FastifyRequest, given: Readonly<Record<string, unknown>>): FastifyRequest {
  const members = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const text = (name: string): string | undefined => {
    const value = members.get(name);
    return typeof value === 'string' && value.length <= 20_000 ? value : undefined;
  };
  const token = text('token');
  const authorization = text('authorization') ?? (token === undefined ? undefined : `Bearer ${token}`);
  const key = text('x-api-key') ?? text('apikey');
  if (authorization === undefined && key === undefined) return request;
  const headers = {
    ...request.headers,
    ...(authorization === undefined ? {} : { authorization }),
    ...(key === undefined ? {} : { 'x-api-key': key }),
  };
  return Object.create(request, { headers: { value: headers } }) as FastifyRequest;
}
