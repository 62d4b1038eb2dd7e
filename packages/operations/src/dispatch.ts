import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import type { Handlers } from './handler.ts';
import { judgeInput } from './validation/judge-input.ts';

interface AnyHandler {
  precondition?(target: { id: string; expectedRevision: number }, caller: Caller): Promise<void>;
  handle?(input: unknown, caller: Caller): Promise<unknown>;
  stream?(input: unknown, caller: Caller): AsyncIterable<unknown>;
}

/** Decides on every call before anything else looks at it, and hears what became of those that it let in. */
export interface Guard {
  /**
   * Throws UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND (of what the caller may not even read) or RATE_LIMITED; `input` is
   * as it came.
   */
  admit(operation: Operation, input: unknown, caller: Caller): Admitted | Promise<Admitted>;
}

export interface Admitted {
  /** Heard before the caller hears it: a write that cannot be noted down is not answered as done. */
  ended?(outcome: { readonly output: unknown } | { readonly error: unknown }): Promise<void> | void;
}

/** The one way into the system: admit, check the precondition, validate, handle, note down. */
export function dispatcher(handlers: Handlers, guard: Guard): Dispatcher {
  const of = (operation: Operation): AnyHandler => {
    const [entity = '', verb = ''] = operation.name.split('.');
    const found = (handlers as unknown as Record<string, Record<string, AnyHandler>>)[entity]?.[verb];
    if (!found) throw new Error(`No handler carries out ${operation.name}.`);
    return found;
  };
  async function prepare(operation: Operation, input: unknown, caller: Caller): Promise<unknown> {
    const target = targetOf(operation, input);
    if (target) await of(operation).precondition?.(target, caller);
    return judgeInput(operation, input);
  }
  return {
    async call(operation, input, caller) {
      const admitted = await guard.admit(operation, input, caller);
      let output: unknown;
      try {
        const valid = await prepare(operation, input, caller);
        const { handle } = of(operation);
        if (!handle) throw new Error(`${operation.name} answers a stream.`);
        output = await handle(valid, caller);
      } catch (error) {
        await admitted.ended?.({ error });
        throw error;
      }
      await admitted.ended?.({ output });
      return output;
    },
    async refuse(operation, input, caller, refusal) {
      const admitted = await guard.admit(operation, input, caller);
      let error: unknown = refusal;
      try {
        await prepare(operation, input, caller);
      } catch (own) {
        error = own;
      }
      await admitted.ended?.({ error });
      throw error;
    },
    async *stream(operation, input, caller) {
      const admitted = await guard.admit(operation, input, caller);
      // Who stops listening ends the stream too.
      let outcome: { output: unknown } | { error: unknown } = { output: undefined };
      try {
        const valid = await prepare(operation, input, caller);
        const { stream } = of(operation);
        if (!stream) throw new Error(`${operation.name} answers no stream.`);
        yield* stream(valid, caller);
      } catch (error) {
        outcome = { error };
        throw error;
      } finally {
        await admitted.ended?.(outcome);
      }
    },
  };
}

function targetOf({ precondition }: Operation, input: unknown): { id: string; expectedRevision: number } | null {
  if (!precondition || input === null || typeof input !== 'object') return null;
  const { id, expectedRevision } = input as Record<string, unknown>;
  if (typeof id !== 'string' || typeof expectedRevision !== 'number' || !Number.isInteger(expectedRevision))
    return null;
  return { id, expectedRevision };
}
