import type { CallOptions, Client } from '@ratchet/client/create-client';
import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';

type Method = (input: unknown, options: CallOptions) => unknown;

/** A server that is spoken to over REST, as a dispatcher: what stands on one works the same in the server and beside it. */
export function clientDispatcher(client: Client): Dispatcher {
  const of = ({ name }: Operation): Method => {
    const [entity = '', verb = ''] = name.split('.');
    const method = (client as unknown as Record<string, Record<string, Method>>)[entity]?.[verb];
    if (!method) throw new Error(`The client does not know ${name}.`);
    return method;
  };
  return {
    async call(operation, input, caller) {
      const run = waited(operation, input);
      return run ? runUntilEnd(client, of(operation), run, caller) : of(operation)(input, optionsOf(caller));
    },
    async *stream(operation, input, caller) {
      try {
        yield* of(operation)(input, optionsOf(caller)) as AsyncIterable<unknown>;
      } catch (error) {
        if (!caller.signal?.aborted) throw error;
      }
    },
  };
}

const optionsOf = ({ signal, progress }: Caller): CallOptions => ({
  ...(signal ? { signal } : {}),
  ...(progress ? { onProgress: progress } : {}),
});

/** The input of an operation that runs a task and waits for it; null: it does not. */
function waited({ name }: Operation, input: unknown): Record<string, unknown> | null {
  if (name !== 'tasks.run' && name !== 'executions.create') return null;
  const given = (input ?? {}) as Record<string, unknown>;
  return given.wait === true ? given : null;
}

/** Waits for a run in a way that can be given up: then the run is cancelled, which a broken request would not say. */
async function runUntilEnd(client: Client, start: Method, input: Record<string, unknown>, caller: Caller) {
  const { id } = (await start({ ...input, wait: false }, {})) as { id: string };
  const options = caller.signal ? { signal: caller.signal } : {};
  try {
    for await (const _ of client.executions.events({ id }, options));
  } catch (error) {
    if (!caller.signal?.aborted) throw error;
  }
  if (caller.signal?.aborted) return client.executions.cancel({ id });
  return client.executions.get({ id });
}
