import { type ErrorCode, RatchetError } from '@ratchet/contract/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { GraphQLHTTPExtensions } from 'graphql-yoga';

export type Log = (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;

const internal = 'Something went wrong inside the server. Its log has the request id.';

/** The error that lies under what GraphQL's parts put around it; null for one of GraphQL's own: a query that is wrong. */
function causeOf(error: unknown): unknown {
  for (let at = error; ; ) {
    if (!(at instanceof GraphQLError)) return at;
    const under = at.originalError ?? at.cause;
    if (under === undefined || under === null || under === at) return null;
    at = under;
  }
}

/** What GraphQL over HTTP answers a request that fails as a whole; Yoga reads it from `extensions.http`. */
const httpOf = (error: GraphQLError | null) => error?.extensions.http as GraphQLHTTPExtensions | undefined;

/** What Yoga itself refuses: a mutation over GET, a batch that is too large. */
const refusals: Readonly<Record<number, ErrorCode>> = { 405: 'METHOD_NOT_ALLOWED', 413: 'PAYLOAD_TOO_LARGE' };

/**
 * An error as clients see it: message, and in `extensions` its code, details and the request's id. What is not known is
 * logged and not shown. `extensions.http` is Yoga's own and never sent.
 */
export function presentError(error: unknown, requestId: string, log: Log): GraphQLError {
  const cause = causeOf(error);
  const at = error instanceof GraphQLError ? error : null;
  const http = httpOf(at);
  const show = (code: ErrorCode, message: string, details: unknown) =>
    new GraphQLError(message, {
      ...(at?.nodes ? { nodes: at.nodes } : {}),
      ...(at?.source ? { source: at.source } : {}),
      ...(at?.positions ? { positions: at.positions } : {}),
      ...(at?.path ? { path: at.path } : {}),
      extensions: { code, details: details ?? null, requestId, ...(http ? { http } : {}) },
    });
  if (cause instanceof RatchetError) return show(cause.code, cause.message, cause.details);
  if (cause === null && at)
    return show(refusals[http?.status ?? 400] ?? 'VALIDATION_FAILED', at.message, at.extensions.details);
  log('error', 'A request over GraphQL failed.', { err: cause, requestId, path: at?.path?.join('.') });
  return show('INTERNAL', internal, null);
}

/** The same for wires that write it themselves. */
export function formatError(error: unknown, requestId: string, log: Log): GraphQLFormattedError {
  const { extensions, ...rest } = presentError(error, requestId, log).toJSON();
  const { http: _, ...shown } = extensions ?? {};
  return { ...rest, extensions: shown };
}
