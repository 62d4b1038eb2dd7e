import { RatchetError } from '@ratchet/contract/errors';
import type { McpLog } from './options.ts';

/** An error as every surface shows it. */
export interface ErrorAnswer {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
  readonly requestId: string;
}

/** What is not known is logged and not shown. */
export function errorAnswer(error: unknown, requestId: string, what: string, log: McpLog): ErrorAnswer {
  if (error instanceof RatchetError)
    return { code: error.code, message: error.message, details: error.details ?? null, requestId };
  log('error', 'An MCP request failed.', { err: error, requestId, what });
  return {
    code: 'INTERNAL',
    message: 'Something went wrong inside the server. Its log has the request id.',
    details: null,
    requestId,
  };
}
