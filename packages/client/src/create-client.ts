import type { Progress } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Input, Operation, Output } from '@ratchet/contract/operation';
import { type Table, table } from '@ratchet/contract/operations/table';
import { errorFrom, errorOf } from './answered-error.ts';
import { readEvents } from './read-events.ts';
import { type ClientOptions, sendRequest } from './send-request.ts';

export type { ClientOptions } from './send-request.ts';

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
 * AnsweredErrors, which are RatchetErrors; a server that does not answer is UNAVAILABLE.
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
  const send = (input: Record<string, unknown>, { signal, onProgress }: CallOptions): Promise<Response> => {
    const events = operation.stream || (onProgress !== undefined && operation.reportsProgress);
    return sendRequest(
      { operation, input, signal, accept: events ? 'text/event-stream' : 'application/json' },
      options,
    );
  };
  if (operation.stream) {
    return async function* (input: Record<string, unknown> = {}, options: CallOptions = {}) {
      const response = await send(input, options);
      if (!response.ok) throw await errorFrom(response);
      yield* readEvents(response);
    };
  }
  return async (input?: Record<string, unknown>, options: CallOptions = {}): Promise<unknown> => {
    const response = await send(input ?? {}, options);
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
