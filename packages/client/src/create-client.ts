import { type ErrorCode, errorCodes, RatchetError } from '@ratchet/contract/errors';
import type { Input, Operation, Output } from '@ratchet/contract/operation';
import { type Table, table } from '@ratchet/contract/operations/table';
import { readEvents } from './read-events.ts';
import { requestFor } from './request-for.ts';

export interface ClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
}

type Arguments<O> =
  Record<string, never> extends Input<O>
    ? [input?: Input<O>, signal?: AbortSignal]
    : [input: Input<O>, signal?: AbortSignal];
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
  const send = async (input: Record<string, unknown> | undefined, signal?: AbortSignal): Promise<Response> => {
    const { method, path, body } = requestFor(operation, input ?? {});
    const url = options.baseUrl.replace(/\/+$/, '') + path;
    const headers = {
      accept: 'application/json',
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
    return async function* (input: Record<string, unknown> = {}, signal?: AbortSignal) {
      const response = await send(input, signal);
      if (!response.ok) throw await errorFrom(response);
      yield* readEvents(response);
    };
  }
  return async (input?: Record<string, unknown>, signal?: AbortSignal): Promise<unknown> => {
    const response = await send(input, signal);
    if (response.status === 204) return undefined;
    if (response.ok) return response.json();
    const body = await response.json().catch(() => null);
    if (operation.refused && isOutput(body)) return body;
    throw errorOf(response, body);
  };
}

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
