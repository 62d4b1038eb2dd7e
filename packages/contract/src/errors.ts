/**
 * The closed list of error codes. No HTTP status here: each transport owns its own mapping table.
 * A code is what programs branch on; the message is for people and safe to show.
 */
export const errorCodes = [
  'NOT_FOUND',
  'VALIDATION_FAILED',
  'ALREADY_EXISTS',
  'REVISION_MISMATCH',
  'SYNC_CONFLICT',
  'CONFLICT_MOVED',
  'GUARD_TRIPPED',
  'PLAN_STALE',
  'PUSH_REJECTED',
  'REPOSITORY_UNREACHABLE',
  'REPOSITORY_BUSY',
  'REPOSITORY_NOT_EMPTY',
  'REPOSITORY_READ_ONLY',
  'STATE_CONFLICT',
  'TASK_INVALID',
  'TASK_DISABLED',
  'TASK_FAILED',
  'TASK_TIMEOUT',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'RATE_LIMITED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'METHOD_NOT_ALLOWED',
  'UNAVAILABLE',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One thing wrong with the input: `path` is a dotted path into it, empty for the whole. */
export interface Issue {
  path: string;
  message: string;
  /** Of a name that is not known: the known one that was most likely meant. */
  suggestion?: string;
}

/** An error that crosses a surface. `details` is JSON and as safe to show as `message`. */
export class RatchetError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  constructor(code: ErrorCode, message: string, details?: unknown, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RatchetError';
    this.code = code;
    this.details = details;
  }
}

export const notFound = (what: string, id: string): RatchetError =>
  new RatchetError('NOT_FOUND', `There is no ${what} ${JSON.stringify(id)}.`, { id });
