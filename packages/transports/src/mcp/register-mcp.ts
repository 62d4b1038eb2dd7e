import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHandlerRequestOptions,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import type { Caller, Surface } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isTooDeep } from './argument-limits.ts';
import { createServer, shareOf } from './create-server.ts';
import { checkHostAndOrigin, loopbackNames } from './http-guard.ts';
import { httpSessions, refusal, type SessionLimits } from './http-sessions.ts';
import type { McpOptions } from './options.ts';
import { challenge, registerProtectedResource } from './protected-resource.ts';
import { subscriptions } from './subscriptions.ts';

export interface McpHttpOptions extends McpOptions {
  readonly callerOf: (request: FastifyRequest, surface: Surface) => Caller | Promise<Caller>;
  /** Host names, without ports, that the server answers to; `*` any. Loopback without. */
  readonly allowedHosts?: readonly string[];
  /** Origins of pages, besides its own, that may use it. */
  readonly allowedOrigins?: readonly string[];
  /** Where clients reach the server, such as `https://ratchet.example.org`. Made from each request without. */
  readonly publicUrl?: string;
  readonly sessions?: SessionLimits;
}

export const mcpPath = '/mcp';

/** Streams of `subscriptions/listen` at a time over the whole server. */
const mostListening = 1000;

/** Streamable HTTP at `/mcp`: sessions for versions of the protocol before 2026, requests on their own since. */
export async function registerMcp(app: FastifyInstance, options: McpHttpOptions): Promise<void> {
  const shared = await shareOf(options);
  const { publicUrl, allowedHosts = loopbackNames, allowedOrigins = [] } = options;
  const onerror = (error: Error) => options.log('warn', 'An MCP request could not be served.', { err: error });
  const connect = (era: 'legacy' | 'modern') => createServer(shared, era, ({ http }) => callerIn(http?.authInfo));
  const sessions = httpSessions(() => connect('legacy'), options.sessions);
  const modern = createMcpHandler(() => connect('modern').server, { legacy: 'reject', onerror });
  const listening = new Set<{ close(): Promise<void> }>();

  async function fetch(request: Request, given: Given, caller: Caller, closed: Promise<void>): Promise<Response> {
    if (await isLegacyRequest(request, given.parsedBody))
      return sessions.handle(request, given, `${caller.actor.kind} ${caller.actor.id}`, closed);
    const uris = listenedTo(given.parsedBody);
    if (uris === null) return modern.fetch(request, given);
    if (listening.size >= mostListening)
      return refusal(503, -32_000, 'This server is listened to by as many as it can serve. Try again later.');
    return listen(request, given, caller, closed, uris);
  }

  /** A stream of what one caller follows has a bus of its own: nobody hears of what somebody else may see. */
  async function listen(
    request: Request,
    given: Given,
    caller: Caller,
    closed: Promise<void>,
    uris: readonly string[],
  ): Promise<Response> {
    const listeners = new Set<(event: ServerEvent) => void>();
    const bus: ServerEventBus = {
      publish: (event) => {
        for (const listener of listeners) listener(event);
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const following = subscriptions(options, (uri) => bus.publish({ kind: 'resource_updated', uri }));
    const handler = createMcpHandler(() => connect('modern').server, { legacy: 'reject', onerror, bus });
    listening.add(handler);
    void closed.then(() => {
      following.close();
      listening.delete(handler);
      return handler.close();
    });
    // What cannot be read is not followed; the stream tells of the rest.
    for (const uri of uris) await following.add(uri, caller).catch(() => {});
    return handler.fetch(request, given);
  }

  async function serve(request: FastifyRequest, reply: FastifyReply) {
    checkHostAndOrigin(request, allowedHosts, allowedOrigins);
    const caller = await who(request, reply);
    if (request.body instanceof Unreadable) {
      return reply.status(400).send({ jsonrpc: '2.0', error: { code: -32_700, message: request.body.why }, id: null });
    }
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    const closed = new Promise<void>((resolve) => reply.raw.once('close', resolve));
    const given = { authInfo: authInfoOf(caller), ...(request.body === undefined ? {} : { parsedBody: request.body }) };
    const handler = toNodeHandler({ fetch: (web) => fetch(web, given, caller, closed) }, { onerror });
    await handler(request.raw, reply.raw, request.body);
  }

  /** Throws UNAUTHENTICATED, with the way to mend it in the answer's headers. */
  async function who(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    try {
      const caller = await options.callerOf(request, 'mcp');
      if (caller.actor.kind === 'anonymous' && caller.rights.permissions.length === 0)
        throw new RatchetError('UNAUTHENTICATED', 'Send an access token or an API key: Authorization: Bearer ….');
      return caller;
    } catch (error) {
      if (error instanceof RatchetError && error.code === 'UNAUTHENTICATED')
        reply.header('www-authenticate', challenge(request, mcpPath, publicUrl));
      throw error;
    }
  }

  registerProtectedResource(app, mcpPath, publicUrl);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) =>
      done(null, readBody(String(text))),
    );
    const bodyLimit = Math.max(
      ...options.operations.map((one) => one.bodyLimit ?? 0),
      options.argumentLimit ?? usualLimit,
    );
    scope.route({ method: ['GET', 'POST', 'DELETE'], url: mcpPath, bodyLimit, handler: serve });
  });
  app.addHook('preClose', async () => {
    await sessions.close();
    await Promise.all([...listening].map((one) => one.close()));
    await modern.close();
  });
}

const usualLimit = 16 * 1024 * 1024;

type Given = McpHandlerRequestOptions;

/** What the body was, where it is not JSON. */
class Unreadable {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

function readBody(text: string): unknown {
  if (text.trim() === '') return new Unreadable('Parse error: the body is empty.');
  try {
    const body: unknown = JSON.parse(text);
    return isTooDeep(body) ? new Unreadable('Parse error: the body is nested too deep.') : body;
  } catch {
    return new Unreadable('Parse error: the body is not JSON.');
  }
}

/** The addresses that a `subscriptions/listen` asks for; null: it is another request. */
function listenedTo(body: unknown): readonly string[] | null {
  const { method, params } = (body ?? {}) as {
    method?: unknown;
    params?: { notifications?: { resourceSubscriptions?: unknown } };
  };
  if (method !== 'subscriptions/listen') return null;
  const asked = params?.notifications?.resourceSubscriptions;
  return Array.isArray(asked) ? asked.filter((uri): uri is string => typeof uri === 'string') : [];
}

/** The SDK hands this through to handlers as it is; the token itself has done its work. */
const authInfoOf = (caller: Caller): NonNullable<Given['authInfo']> => ({
  token: '',
  clientId: caller.actor.id,
  scopes: [],
  extra: { caller },
});

function callerIn(authInfo: Given['authInfo']): Caller {
  const caller = authInfo?.extra?.caller as Caller | undefined;
  if (!caller) throw new Error('A request came without its caller.');
  return caller;
}
