import type { Operation } from '@ratchet/contract/operation';
import { type Credentials, proofHeaders, type Wire, WireError } from '../wire.ts';
import { serverSentEvents } from './server-sent-data.ts';

/** An address of this length is taken by every server and proxy; longer inputs of queries go in a body. */
const longestAddress = 4000;

interface Told {
  readonly error?: { readonly message: string; readonly data?: { readonly ratchet?: WireError } };
  readonly result?: { readonly data?: unknown };
}

/** tRPC by its HTTP protocol: queries and mutations as JSON, subscriptions as server-sent events. */
export function trpcWire(address: string, credentials: Credentials = {}): Wire {
  const send = (operation: Operation, input: unknown, signal?: AbortSignal): Promise<Response> => {
    const url = new URL(`${address}/trpc/${operation.name}`);
    const json = JSON.stringify(input);
    const inAddress = operation.stream || (operation.effect === 'read' && json.length < longestAddress);
    if (inAddress) url.searchParams.set('input', json);
    return fetch(url, {
      method: inAddress ? 'GET' : 'POST',
      headers: {
        ...proofHeaders(credentials),
        ...(operation.stream ? { accept: 'text/event-stream' } : {}),
        ...(inAddress ? {} : { 'content-type': 'application/json' }),
      },
      ...(inAddress ? {} : { body: json }),
      ...(signal ? { signal } : {}),
    });
  };
  return {
    name: 'trpc',
    async call(operation, input) {
      const { error, result } = (await (await send(operation, input)).json()) as Told;
      if (error) throw errorOf(error);
      return result?.data;
    },
    async *stream(operation, input, signal) {
      const response = await send(operation, input, signal);
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
        const { error } = (await response.json()) as Told;
        throw error ? errorOf(error) : new Error(`${operation.name} answers no stream.`);
      }
      for await (const { event, data } of serverSentEvents(response)) {
        if (event === 'return') return;
        if (event === 'serialized-error') throw errorOf(JSON.parse(data) as NonNullable<Told['error']>);
        if (event === 'message') yield JSON.parse(data);
      }
    },
    as: (proof) => trpcWire(address, proof),
    close: async () => {},
  };
}

function errorOf({ message, data }: NonNullable<Told['error']>): Error {
  const told = data?.ratchet;
  if (!told) return new Error(`An error without what it is: ${message}`);
  if (told.message !== message) return new Error(`Two messages in one error: ${message} and ${told.message}`);
  return new WireError(told.code, told.message, told.details);
}
