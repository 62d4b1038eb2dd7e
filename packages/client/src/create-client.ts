import type { Progress } from '@ratchet/contract/dispatcher';
import { type ErrorCode, errorCodes, RatchetError } from '@ratchet/contract/errors';
import type { Input, Operation, Output } from '@ratchet/contract/operation';
import { type Table, table } from '@ratchet/contract/operations/table';
import { readEvents } from './read-events.ts';
import { requestFor } from './request-for.ts';

export interface ClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An access token or an API key, sent as Bearer. */
  readonly token?: string;
  /** An API key, sent as X-API-Key. */
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Hears how far a long operation is, where the operation tells. */
  readonly onProgress?: (progress: Progress) => void;
}

type Arguments<O> =
  Record<string, never> extends Input<O>
    ? [input?: Input<O>, options?: CallOptions]
    : [input: Input<O>, options?: CallOptions];
type Method<O> = O extends { stream: true }
  ? (...args: Arguments<O>) => AsyncIterable<Output<O>>
  : (...args: Arguments<O>) => Promise<Output<O>>;

/** A method for every operation, named as in the table. */
export type Client = { readonly [E in keyof Table]: { readonly [K in keyof Table[E]]: Method<Table[E][K]> } };

/**
 * A typed client over REST, made of the same table that the server serves. An answer that refuses but carries its output (a
 * sync with conflicts, a push that was rejected) is returned like any other: the output says so. Other errors are thrown as
 * RatchetErrors; a server that does not answer is UNAVAILABLE.
 */
export function createClient(options: ClientOptions): Client {
  const entities = Object.entries(table).map(([entity, operations]) => [
    entity,
    Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        methodFor(operation as unknown as Operation, options),
      ]),
    ),
  ]);
  return Object.fromEntries(entities) as Client;
}

function methodFor(operation: Operation, options: ClientOptions) {
  const send = async (
    input: Record<string, unknown> | undefined,
    { signal, onProgress }: CallOptions,
  ): Promise<Response> => {
    const { method, path, body } = requestFor(operation, input ?? {});
    const url = options.baseUrl.replace(/\/+$/, '') + path;
    const headers = {
      accept: onProgress && operation.reportsProgress ? 'text/event-stream' : 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
      ...options.headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      return await (options.fetch ?? globalThis.fetch)(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted)
        throw new RatchetError('CANCELLED', 'The request was given up.', undefined, { cause: error });
      throw new RatchetError('UNAVAILABLE', `No server answers at ${options.baseUrl}.`, undefined, { cause: error });
    }
  };
  if (operation.stream) {
    return async function* (input: Record<string, unknown> = {}, options: CallOptions = {}) {
      const response = await send(input, options);
      if (!response.ok) throw await errorFrom(response);
      yield* readEvents(response);
    };
  }
  return async (input?: Record<string, unknown>, options: CallOptions = {}): Promise<unknown> => {
    const response = await send(input, options);
    if (response.status === 204) return undefined;
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) return lastOf(response, options);
    if (response.ok) return response.json();
    const body = await response.json().catch(() => null);
    if (operation.refused && isOutput(body)) return body;
    throw errorOf(response, body);
  };
}

/** The answer at the end of a stream of progress. */
async function lastOf(response: Response, { onProgress }: CallOptions): Promise<unknown> {
  for await (const event of readEvents<ProgressEvent>(response)) {
    if (event.type === 'progress') onProgress?.(event);
    else if (event.type === 'result') return event.output;
    else throw errorOf(response, event);
  }
  throw new RatchetError('UNAVAILABLE', 'The server went away in the middle. Look what was done, then try again.');
}

type ProgressEvent =
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'result'; readonly output: unknown }
  | { readonly type: 'error' };

/** An error answer has a code and a request id; an output has not. */
const isOutput = (body: unknown): boolean =>
  Array.isArray(body) || (body !== null && typeof body === 'object' && !('requestId' in body && 'code' in body));

const errorFrom = async (response: Response): Promise<RatchetError> =>
  errorOf(response, await response.json().catch(() => null));

function errorOf(response: Response, body: unknown): RatchetError {
  const { code, message, details } = (body ?? {}) as { code?: unknown; message?: unknown; details?: unknown };
  const known = errorCodes.find((name) => name === code) ?? ('INTERNAL' satisfies ErrorCode);
  return new RatchetError(
    known,
    typeof message === 'string' ? message : `The server answered ${response.status}.`,
    details,
  );
}
