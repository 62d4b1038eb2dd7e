import { type ErrorCode, RatchetError } from '@ratchet/contract/errors';
import { TRPCError } from '@trpc/server';
import type { ToldError } from './app-router.ts';

type TrpcCode = TRPCError['code'];

/** The one place where a code becomes tRPC's. */
const codeOf: Readonly<Record<ErrorCode, TrpcCode>> = {
  NOT_FOUND: 'NOT_FOUND',
  VALIDATION_FAILED: 'BAD_REQUEST',
  ALREADY_EXISTS: 'CONFLICT',
  REVISION_MISMATCH: 'PRECONDITION_FAILED',
  SYNC_CONFLICT: 'CONFLICT',
  CONFLICT_MOVED: 'PRECONDITION_FAILED',
  GUARD_TRIPPED: 'CONFLICT',
  PLAN_STALE: 'CONFLICT',
  PUSH_REJECTED: 'CONFLICT',
  REPOSITORY_UNREACHABLE: 'BAD_GATEWAY',
  REPOSITORY_BUSY: 'CONFLICT',
  REPOSITORY_NOT_EMPTY: 'CONFLICT',
  REPOSITORY_READ_ONLY: 'CONFLICT',
  STATE_CONFLICT: 'CONFLICT',
  TASK_INVALID: 'CONFLICT',
  TASK_DISABLED: 'CONFLICT',
  TASK_FAILED: 'INTERNAL_SERVER_ERROR',
  TASK_TIMEOUT: 'GATEWAY_TIMEOUT',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  PERMISSION_DENIED: 'FORBIDDEN',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  METHOD_NOT_ALLOWED: 'METHOD_NOT_SUPPORTED',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  CANCELLED: 'CLIENT_CLOSED_REQUEST',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

/** What tRPC itself refuses, before an operation is reached. */
const byTrpc: Readonly<Partial<Record<TrpcCode, ErrorCode>>> = {
  BAD_REQUEST: 'VALIDATION_FAILED',
  PARSE_ERROR: 'VALIDATION_FAILED',
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'METHOD_NOT_ALLOWED',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  CLIENT_CLOSED_REQUEST: 'CANCELLED',
};

export const asTrpcError = (error: unknown): unknown =>
  error instanceof RatchetError
    ? new TRPCError({ code: codeOf[error.code], message: error.message, cause: error })
    : error;

/** Null: it is not known what went wrong, and not to be shown. */
export function known({ cause, code, message }: TRPCError): RatchetError | null {
  if (cause instanceof RatchetError) return cause;
  const meant = byTrpc[code];
  if (meant === 'NOT_FOUND')
    return new RatchetError(meant, 'There is no such procedure. They are named entity.verb, as in tasks.list.');
  return meant ? new RatchetError(meant, message) : null;
}

export function told(error: TRPCError, requestId: string): ToldError {
  const { code, message, details } =
    known(error) ?? new RatchetError('INTERNAL', 'Something went wrong inside the server. Its log has the request id.');
  return { code, message, details: details ?? null, requestId };
}
