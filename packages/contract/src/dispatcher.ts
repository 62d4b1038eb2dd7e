import type { Rights } from './access.ts';
import type { Operation } from './operation.ts';

export type Surface = 'rest' | 'graphql' | 'mcp' | 'trpc' | 'cli' | 'internal';

/** Who acts. `system` is the server itself (schedules, watchers); `anonymous` has not signed in. */
export interface Actor {
  kind: 'user' | 'api_key' | 'system' | 'anonymous';
  /** Of a key: the key's own id. */
  id: string;
  name: string;
  email?: string;
  /** Of a key: the user it belongs to. Of a user: the same as `id`. */
  userId?: string;
}

/** How far a long operation is. `total` may grow while more is found. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface Caller {
  actor: Actor;
  rights: Rights;
  surface: Surface;
  requestId: string;
  /** Where the request came from, as the listener saw it or a trusted proxy said. */
  address?: string;
  userAgent?: string;
  /** The session that the request belongs to, where a person signed in. */
  sessionId?: string;
  /** What a browser's session cookie held, good or not: for operations on the session itself, and never shown. */
  sessionToken?: string;
  /** Nothing else can be done before the password is changed. */
  mustChangePassword?: boolean;
  /** Ends when the client goes away. */
  signal?: AbortSignal;
  /** Of a stream: called when nothing that happens from now on is missed, whether there is an event yet or not. */
  opened?: () => void;
  /** Hears how far a long operation is, where the surface can pass that on. */
  progress?: (progress: Progress) => void;
}

/** The one way into the system. Input is raw: the dispatcher validates, authorises and audits. Errors are RatchetErrors. */
export interface Dispatcher {
  call(operation: Operation, input: unknown, caller: Caller): Promise<unknown>;
  stream(operation: Operation, input: unknown, caller: Caller): AsyncIterable<unknown>;
  /**
   * For a surface whose own rules refuse an input: throws what the operation itself refuses it with, and `refusal` where it
   * would not. Nothing is carried out.
   */
  refuse?(operation: Operation, input: unknown, caller: Caller, refusal: Error): Promise<never>;
}
