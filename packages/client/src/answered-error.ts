import { type ErrorCode, errorCodes, RatchetError } from '@ratchet/contract/errors';

/** An error that the server answered. */
export class AnsweredError extends RatchetError {
  /** HTTP status. */
  readonly status: number;
  /** Names the request in the server's log; null where something before the server answered. */
  readonly requestId: string | null;
  /** Milliseconds after which the server would be asked again; null where it said nothing. */
  readonly retryAfterMs: number | null;
  constructor(
    [code, message, details]: readonly [ErrorCode, string, unknown],
    { status, requestId, retryAfterMs }: Pick<AnsweredError, 'status' | 'requestId' | 'retryAfterMs'>,
  ) {
    super(code, message, details);
    this.status = status;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

export function errorOf(response: Response, body: unknown): AnsweredError {
  const { code, message, details, requestId } = (body ?? {}) as Record<string, unknown>;
  const known = errorCodes.find((name) => name === code) ?? byStatus(response.status);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new AnsweredError(
    [known, typeof message === 'string' ? message : `The server answered ${response.status}.`, details],
    {
      status: response.status,
      requestId: typeof requestId === 'string' ? requestId : response.headers.get('x-request-id'),
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
    },
  );
}

/** What answers without a code is no server of ours: a proxy before it. */
const byStatus = (status: number): ErrorCode =>
  status === 502 || status === 503 || status === 504 ? 'UNAVAILABLE' : 'INTERNAL';

export const errorFrom = async (response: Response): Promise<AnsweredError> =>
  errorOf(response, await response.json().catch(() => null));
