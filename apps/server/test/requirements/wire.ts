import type { ErrorCode } from '@ratchet/contract/errors';
import type { Input, Operation, Output, parity } from '@ratchet/contract/operation';
import { operations, type Table } from '@ratchet/contract/operations/table';

type Known = { [E in keyof Table]: Table[E][keyof Table[E]] }[keyof Table];
export type OperationName = Known['name'];
type Named<N extends OperationName> = Extract<Known, { readonly name: N }>;
export type InputOf<N extends OperationName> = Input<Named<N>>;
export type OutputOf<N extends OperationName> = Output<Named<N>>;

export type WireName = (typeof parity)[number];

/** Proof of who asks, as a program sends it. */
export interface Credentials {
  readonly apiKey?: string;
  readonly token?: string;
}

/** What a surface answers instead of an output. */
export class WireError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  constructor(code: ErrorCode, message: string, details: unknown) {
    super(message);
    this.name = 'WireError';
    this.code = code;
    this.details = details ?? null;
  }
}

/** One surface of a running server, as its own clients use it. Inputs and outputs are those of the operation. */
export interface Wire {
  readonly name: WireName;
  /** Throws a WireError where the surface answers an error. */
  call(operation: Operation, input: Readonly<Record<string, unknown>>): Promise<unknown>;
  stream(operation: Operation, input: Readonly<Record<string, unknown>>, signal: AbortSignal): AsyncIterable<unknown>;
  as(credentials: Credentials): Wire;
  close(): Promise<void>;
}

const byName = new Map(operations.map((operation) => [operation.name, operation]));

export function operationNamed(name: string): Operation {
  const found = byName.get(name);
  if (!found) throw new Error(`There is no operation ${name}.`);
  return found;
}

export const proofHeaders = ({ apiKey, token }: Credentials): Record<string, string> => ({
  ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});
