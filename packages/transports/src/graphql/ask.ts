import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import type DataLoader from 'dataloader';

/** What the fields of one request share. */
export interface Ask {
  readonly dispatcher: Dispatcher;
  readonly caller: Caller;
  /** Asks again who it is; throws when the proof that was given is good no longer. */
  readonly recheck: () => Promise<unknown>;
  /** Takes a place among the caller's open subscriptions, and answers what gives it back; throws RATE_LIMITED. */
  readonly takePlace: () => () => void;
  /** Batches what relations load, for this request alone. */
  readonly loaders: Map<string, DataLoader<string, unknown>>;
  /** Follows what an operation did to the caller's session. */
  readonly followSession?: (operation: Operation, output: unknown) => void;
}

/** Carries out an operation; what answers nothing answers true. */
export async function call(ask: Ask, operation: Operation, input: Record<string, unknown>): Promise<unknown> {
  const output = await ask.dispatcher.call(operation, input, ask.caller);
  if (operation.session) ask.followSession?.(operation, output);
  return output === undefined ? true : output;
}
