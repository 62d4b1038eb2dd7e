import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { errorFrom } from './answered-error.ts';
import { requestFor } from './request-for.ts';

type Text = string | undefined;

export interface ClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string;
  /** An access token or an API key, sent as `Authorization: Bearer`. A function is asked before each request. */
  readonly token?: string | (() => Text | Promise<Text>) | undefined;
  /** An API key, sent as `X-API-Key`. */
  readonly apiKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
  /** In a browser: `include` sends the session's cookie to another origin. */
  readonly credentials?: NonNullable<RequestInit['credentials']>;
  /** How often a request that is safe to send again is sent again; 2 without. */
  readonly retries?: number;
  /** Waits before a request is sent again. */
  readonly pause?: (ms: number) => Promise<void>;
}

export interface Request {
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  readonly accept: string;
  readonly signal?: AbortSignal | undefined;
  /** Sent as they are, in place of the operation's `rawBody` member. */
  readonly bytes?: { readonly body: Uint8Array<ArrayBuffer>; readonly type: string } | undefined;
}

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const longestPauseMs = 30_000;

/**
 * Sends a request, and again where that is safe: of what only reads, or carries an idempotency key, when the connection
 * broke or the server had too much to do. Where nobody listens, nothing is tried again. Throws UNAVAILABLE and CANCELLED; other
 * answers are the caller's to read.
 */
export async function sendRequest(request: Request, options: ClientOptions): Promise<Response> {
  const { operation, input, signal } = request;
  const safe = operation.effect === 'read' || input.idempotencyKey !== undefined;
  const retries = safe ? (options.retries ?? 2) : 0;
  for (let tried = 0; ; tried++) {
    const last = tried >= retries || signal?.aborted;
    const usual = 200 * 2 ** tried;
    try {
      const response = await once(request, options);
      if (last || (response.status !== 503 && response.status !== 429)) return response;
      const { retryAfterMs } = await errorFrom(response.clone());
      if (retryAfterMs !== null && retryAfterMs > longestPauseMs) return response;
      await response.body?.cancel();
      await (options.pause ?? pauseFor)(retryAfterMs ?? usual);
    } catch (error) {
      if (signal?.aborted)
        throw new RatchetError('CANCELLED', 'The request was given up.', undefined, { cause: error });
      if (last || nobodyListens(error))
        throw new RatchetError('UNAVAILABLE', `No server answers at ${options.baseUrl}.`, undefined, { cause: error });
      await (options.pause ?? pauseFor)(usual);
    }
  }
}

async function once({ operation, input, accept, signal, bytes }: Request, options: ClientOptions): Promise<Response> {
  const { method, path, body } = requestFor(operation, input, { raw: bytes !== undefined });
  const token = typeof options.token === 'function' ? await options.token() : options.token;
  const sent = bytes?.body ?? body;
  return (options.fetch ?? globalThis.fetch)(options.baseUrl.replace(/\/+$/, '') + path, {
    method,
    headers: {
      accept,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(options.apiKey ? { 'x-api-key': options.apiKey } : {}),
      ...options.headers,
      ...(sent === undefined ? {} : { 'content-type': bytes?.type ?? 'application/json' }),
    },
    ...(sent === undefined ? {} : { body: sent }),
    ...(options.credentials ? { credentials: options.credentials } : {}),
    ...(signal ? { signal } : {}),
  });
}

const nobodyListens = (error: unknown): boolean => {
  const cause = (error as { cause?: { code?: unknown; errors?: { code?: unknown }[] } } | null)?.cause;
  return cause?.code === 'ECONNREFUSED' || cause?.code === 'ENOTFOUND';
};
