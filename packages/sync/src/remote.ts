import type { Entry, Mode } from '@ratchet/sync-core/tree';
import type { SyncProblem } from './problem.ts';

/** One file as the endpoint lists it, without its content. */
export interface RemoteFile {
  /** Path within the endpoint's root, with `/`. Checked: relative, no `..`, no empty part, no NUL, no `.git`. */
  readonly path: string;
  readonly mode: Mode;
  readonly size: number;
  /**
   * Changes whenever the content may have changed: git blob id, stat signature, ETag with its host. Equal tokens: equal
   * content, of whichever endpoint.
   */
  readonly token: string;
}

export interface Listing {
  /** Names this state of the whole endpoint (a commit id); null where it has no such name. */
  readonly head: string | null;
  readonly files: readonly RemoteFile[];
  /** Paths that exist and could not be listed or may not be synced. Unreadable is not absent. */
  readonly problems: readonly SyncProblem[];
}

export interface FileWrite {
  /** Path within the endpoint's root. */
  readonly path: string;
  /** What the plan saw there: null is absent. */
  readonly before: Entry | null;
  /** null removes the file. */
  readonly after: { readonly bytes: Uint8Array; readonly mode: Mode } | null;
}

export interface DocumentWrite {
  /** The document's path, for reports. */
  readonly path: string;
  readonly files: readonly FileWrite[];
}

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface WriteRequest {
  /** Head that the plan was made against; null for an empty or headless endpoint. */
  readonly parent: string | null;
  readonly documents: readonly DocumentWrite[];
  readonly message: string;
  readonly author: Person;
  /** Fixed by the caller: the same request gives the same commit. */
  readonly date: Date;
}

/** A write that is ready to leave and has not left. */
export interface Prepared {
  /** Names it for `outcome` after a crash: a commit id, a journal entry. */
  readonly token: string;
  /** What the endpoint's head becomes; null for a headless endpoint. */
  readonly head: string | null;
}

export type Published =
  | {
      readonly status: 'published';
      readonly head: string | null;
      /** Every file written, as it now lists. */
      readonly files: readonly RemoteFile[];
      /** Documents that could not be written; a headless endpoint may do the others. */
      readonly failed: readonly SyncProblem[];
    }
  /** The remote is not what the plan saw any more: look again, reconcile, try again. */
  | { readonly status: 'moved' }
  /** The remote says no, and would say no again. */
  | {
      readonly status: 'rejected';
      readonly reason: 'hook_declined' | 'protected_branch' | 'denied';
      readonly message: string;
    };

export interface ConnectionReport {
  readonly reachable: boolean;
  readonly authenticated: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly branch: string | null;
  readonly head: string | null;
  readonly message: string;
}

/**
 * The far side of a sync: a git branch, a folder, a registry, an archive. Throws EndpointError when it cannot be used at
 * all. Nothing here knows of documents: it is files in, files out. One cycle at a time calls it.
 */
export interface Remote {
  readonly type: 'git' | 'filesystem' | 'http' | 'zip';
  /** The head now, as cheaply as can be; null when only a listing can tell. */
  probe(signal?: AbortSignal): Promise<string | null>;
  list(signal?: AbortSignal): Promise<Listing>;
  /** Contents of listed files, in any order. A file that vanished or changed since the listing is left out. */
  read(files: readonly RemoteFile[], signal?: AbortSignal): AsyncIterable<{ file: RemoteFile; bytes: Uint8Array }>;
  /** Gets a write ready. null: it would change nothing. */
  prepare(request: WriteRequest, signal?: AbortSignal): Promise<Prepared | null>;
  publish(prepared: Prepared, signal?: AbortSignal): Promise<Published>;
  /** After a crash: whether a prepared write arrived. */
  outcome(token: string, signal?: AbortSignal): Promise<'published' | 'unpublished'>;
  test(signal?: AbortSignal): Promise<ConnectionReport>;
  close(): Promise<void>;
}
