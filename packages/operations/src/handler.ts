import type { Caller } from '@ratchet/contract/dispatcher';
import type { Operation, Output, Parsed } from '@ratchet/contract/operation';
import type { Table } from '@ratchet/contract/operations/table';

/** What carries out one operation. It is given valid input and an authorised caller; it throws RatchetErrors. */
export type Handler<O> =
  O extends Operation<string, infer _I, infer _O, true>
    ? { stream(input: Parsed<O>, caller: Caller): AsyncIterable<Output<O>> }
    : {
        /**
         * Checks `expectedRevision` before the rest of the input is judged. Required where the operation says
         * `precondition`. Throws NOT_FOUND or REVISION_MISMATCH.
         */
        precondition?(target: { id: string; expectedRevision: number }, caller: Caller): Promise<void>;
        handle(input: Parsed<O>, caller: Caller): Promise<Output<O>>;
      };

/** A handler for every operation of an entity. */
export type EntityHandlers<E extends keyof Table> = { readonly [K in keyof Table[E]]: Handler<Table[E][K]> };

/** A handler for every operation there is. */
export type Handlers = { readonly [E in keyof Table]: EntityHandlers<E> };
