import type { Operation } from './operation.ts';

export type Surface = 'rest' | 'graphql' | 'mcp' | 'trpc' | 'cli' | 'internal';

/** Who acts. `kind: 'system'` is the server itself (schedules, watchers). */
export interface Actor {
  kind: 'user' | 'api_key' | 'system' | 'anonymous';
  id: string;
  name: string;
  email?: string;
}

/** How far a long operation is. `total` may grow while more is found. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface Caller {
  actor: Actor;
  surface: Surface;
  requestId: string;
  address?: string;
  /** Ends when the client goes away. */
  signal?: AbortSignal;
  /** Hears how far a long operation is, where the surface can pass that on. */
  progress?: (progress: Progress) => void;
}

/** The one way into the system. Input is raw: the dispatcher validates, authorises and audits. Errors are RatchetErrors. */
export interface Dispatcher {
  call(operation: Operation, input: unknown, caller: Caller): Promise<unknown>;
  stream(operation: Operation, input: unknown, caller: Caller): AsyncIterable<unknown>;
}
