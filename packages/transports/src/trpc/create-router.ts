import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import { type AnyTRPCProcedure, initTRPC, tracked } from '@trpc/server';
import { membersOf } from '../rest/schema-walk.ts';
import { asTrpcError, told } from './told-error.ts';

/** What every call of one request shares. */
export interface CallContext {
  readonly requestId: string;
  /** Worked out when the first call asks for it, so that a bad proof is that call's error. */
  readonly caller: () => Promise<Caller>;
  /** Hears of every call of an operation that begins, renews or ends a session. */
  readonly followSession: (operation: Operation, output: unknown) => void;
}

const t = initTRPC.context<CallContext>().create({
  isDev: false,
  errorFormatter: ({ shape, error, ctx }) => {
    const ratchet = told(error, ctx?.requestId ?? '');
    return { ...shape, message: ratchet.message, data: { ...shape.data, ratchet } };
  },
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 60_000 } },
});

/** A router with a procedure for every operation, under each of its names; what it looks like to a client says `RouterOf`. */
export function createRouter(operations: readonly Operation[], dispatcher: Dispatcher) {
  const entities: Record<string, Record<string, AnyTRPCProcedure>> = {};
  for (const operation of operations) {
    const answering = procedure(operation, dispatcher);
    for (const name of [operation.name, ...(operation.trpcAliases ?? [])]) {
      const [entity = '', verb = ''] = name.split('.');
      entities[entity] ??= {};
      entities[entity][verb] = answering;
    }
  }
  return t.router(Object.fromEntries(Object.entries(entities).map(([name, verbs]) => [name, t.router(verbs)])));
}

function procedure(operation: Operation, dispatcher: Dispatcher): AnyTRPCProcedure {
  // The dispatcher judges inputs, so that the same mistake is told alike everywhere.
  const any = t.procedure.input((input: unknown) => input);
  if (operation.stream) {
    const resumes = 'lastEventId' in membersOf(operation.input);
    return any.subscription(async function* ({ input, ctx, signal }) {
      try {
        const caller = { ...(await ctx.caller()), ...(signal ? { signal } : {}) };
        for await (const event of dispatcher.stream(operation, resumes ? input : withoutEventId(input), caller)) {
          const { sequence } = event as { sequence?: number };
          yield resumes && sequence !== undefined ? tracked(String(sequence), event) : event;
        }
      } catch (error) {
        throw asTrpcError(error);
      }
    });
  }
  const call = async ({
    input,
    ctx,
    signal,
  }: {
    input: unknown;
    ctx: CallContext;
    signal: AbortSignal | undefined;
  }) => {
    try {
      const caller = { ...(await ctx.caller()), ...(signal ? { signal } : {}) };
      const output = await dispatcher.call(operation, input, caller);
      if (operation.session) ctx.followSession(operation, output);
      return output;
    } catch (error) {
      throw asTrpcError(error);
    }
  };
  return operation.effect === 'read' ? any.query(call) : any.mutation(call);
}

/** A client that comes back names the event it had last, also to streams that begin anew. */
function withoutEventId(input: unknown): unknown {
  if (input === null || typeof input !== 'object') return input;
  const { lastEventId: _, ...rest } = input as Record<string, unknown>;
  return rest;
}
