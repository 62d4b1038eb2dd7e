import type { ErrorCode } from '@ratchet/contract/errors';
import type { Input, Output } from '@ratchet/contract/operation';
import type { Table } from '@ratchet/contract/operations/table';
import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';

/** The error as every surface tells it, in `error.data.ratchet`. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: unknown;
  readonly requestId: string;
}

export interface ErrorShape extends TRPCDefaultErrorShape {
  data: TRPCDefaultErrorShape['data'] & { ratchet: ToldError };
}

interface Root {
  ctx: object;
  meta: object;
  errorShape: ErrorShape;
  transformer: false;
}

/** An input whose members may all be left out may be left out itself. */
type Given<O> = Record<string, never> extends Input<O> ? Input<O> | undefined : Input<O>;

type Definition<O, Answer> = { input: Given<O>; output: Answer; meta: unknown; errorShape: ErrorShape };

/** Reads are queries, streams subscriptions, and the rest mutations. */
type Procedure<O> = O extends { readonly stream: true }
  ? TRPCSubscriptionProcedure<Definition<O, AsyncIterable<Output<O>>>>
  : O extends { readonly effect: 'read' }
    ? TRPCQueryProcedure<Definition<O, Output<O>>>
    : TRPCMutationProcedure<Definition<O, Output<O>>>;

/** The router over a table of operations, as a client sees it: `trpc.<entity>.<verb>`. */
export type RouterOf<T> = TRPCBuiltRouter<Root, { [E in keyof T]: { [V in keyof T[E]]: Procedure<T[E][V]> } }>;

/** Further names of procedures, as `trpcAliases` of their operations gives them. */
export interface Aliases {
  sync: {
    getStatus: Table['specs']['syncStatus'];
    forceSync: Table['specs']['sync'];
    resolveConflict: Table['specs']['resolve'];
    getSyncHistory: Table['specs']['syncHistory'];
    subscribe: Table['specs']['events'];
  };
}

/** What `createTRPCClient<AppRouter>` is given. */
export type AppRouter = RouterOf<Table & Aliases>;
