import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkNesting, textOf } from '../rest/parse-json.ts';
import { retryAfter } from '../rest/retry-after.ts';
import { createRouter } from './create-router.ts';
import { known } from './told-error.ts';

export interface TrpcOptions {
  readonly operations: readonly Operation[];
  readonly dispatcher: Dispatcher;
  readonly callerOf: (request: FastifyRequest, surface: 'trpc') => Caller | Promise<Caller>;
  readonly log: (level: 'error', message: string, data: Record<string, unknown>) => void;
  readonly followSession?: (
    operation: Operation,
    output: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => void;
  /** Where it is served; `/trpc` without. */
  readonly prefix?: string;
  /** Calls in one request, at most. */
  readonly mostCalls?: number;
}

/**
 * Serves every operation over tRPC: queries by GET or POST, mutations by POST, several calls in one request, and
 * subscriptions as server-sent events.
 */
export function registerTrpc(app: FastifyInstance, options: TrpcOptions): void {
  const { operations, dispatcher, callerOf, log, followSession, prefix = '/trpc', mostCalls = 50 } = options;
  const router = createRouter(operations, dispatcher);
  app.register(async (scope) => {
    // tRPC reads JSON itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
      try {
        const text = textOf(bytes as Buffer);
        checkNesting(text);
        done(null, text);
      } catch (error) {
        done(error as Error);
      }
    });
    scope.route({
      method: ['GET', 'POST'],
      url: `${prefix}/:path`,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        let caller: Promise<Caller> | undefined;
        await fastifyRequestHandler({
          router,
          req: request,
          res: reply,
          path: (request.params as { path: string }).path,
          allowMethodOverride: true,
          maxBatchSize: mostCalls,
          createContext: () => ({
            requestId: request.id,
            caller: () => {
              caller ??= Promise.resolve(callerOf(request, 'trpc'));
              return caller;
            },
            followSession: (operation, output) => followSession?.(operation, output, request, reply),
          }),
          responseMeta: ({ errors }) => {
            const seconds = errors.map((error) => retryAfter(known(error))).find((value) => value !== null);
            return seconds ? { headers: new Headers({ 'retry-after': seconds }) } : {};
          },
          onError: ({ error, path }) => {
            if (!known(error))
              log('error', 'A tRPC call failed.', { err: error.cause ?? error, requestId: request.id, path });
          },
        });
        return reply;
      },
    });
  });
}
