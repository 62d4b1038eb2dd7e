import type { Operation } from '@ratchet/contract/operation';
import { type Wire, WireError } from './wire.ts';

/** What a call came to, in a form that two surfaces can be compared by. */
export type Outcome =
  | { readonly output: unknown }
  | { readonly code: string; readonly message: string; readonly details: unknown };

const patienceMs = 20_000;

/** A stream comes to its first event; one that has none for a while is not refused. */
export async function outcomeOf(
  wire: Wire,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  try {
    return { output: operation.stream ? await firstOf(wire, operation, input) : await wire.call(operation, input) };
  } catch (error) {
    if (error instanceof WireError) return { code: error.code, message: error.message, details: error.details };
    throw error;
  }
}

async function firstOf(wire: Wire, operation: Operation, input: Readonly<Record<string, unknown>>): Promise<unknown> {
  for await (const event of wire.stream(operation, input, AbortSignal.timeout(patienceMs))) return event;
  return null;
}
