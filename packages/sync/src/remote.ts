import type { Digest, Entry, Mode } from '@ratchet/sync-core/tree';
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
  /** Tells this state from others and names nothing: equal marks, equal listings. Without it the head does. */
  readonly mark?: string;
  /** What the endpoint noted for itself: a listing that is handed back makes the next one cheaper. */
  readonly memo?: unknown;
}

/** What is known when a listing is asked for. It may only save work: a listing is right whatever is handed in. */
export interface Earlier {
  readonly listing: Listing;
  /**
   * Something says that changes are at these places only (full paths on this machine). The others may then be taken from
   * `listing`, for a while; what is said here is believed of places, never of contents.
   */
  readonly places?: readonly string[] | undefined;
}

/** What a state is compared by. */
export const markOf = ({ mark, head }: Pick<Listing, 'mark' | 'head'>): string | null => mark ?? head;

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
  /** Documents, by their paths, that the endpoint cannot hold: the write is of the others. */
  readonly refused?: readonly SyncProblem[];
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

/** Branches beside the followed one, where an endpoint has them: what goes through a pull request is sent to one. */
export interface Branches {
  /** The branch that is followed, by name. */
  followed(signal?: AbortSignal): Promise<string>;
  /** Where a branch stands; null: there is none. */
  head(branch: string, signal?: AbortSignal): Promise<string | null>;
  /**
   * Sends what was prepared last to a branch of our own, as long as that stands at `expected` (null: it is not there yet).
   * It may rewrite the branch.
   */
  publish(
    prepared: Prepared,
    branch: string,
    expected: string | null,
    signal?: AbortSignal,
  ): Promise<Exclude<Published, { status: 'published' }> | { readonly status: 'published' }>;
  /** Removes a branch of our own, as long as it stands at `expected`. */
  remove(branch: string, expected: string, signal?: AbortSignal): Promise<void>;
}

/**
 * The far side of a sync: a git branch, a folder, a registry, an archive. Throws EndpointError when it cannot be used at
 * all. Nothing here knows of documents: it is files in, files out. One cycle at a time calls it.
 */
export interface Remote {
  readonly type: 'git' | 'filesystem' | 'http' | 'zip';
  /** Its states have marks and no heads. */
  readonly headless?: true;
  /** The mark that a listing would have now, as cheaply as can be; null: only a listing can tell. */
  probe(signal?: AbortSignal, earlier?: Earlier): Promise<string | null>;
  /** With `earlier` it is as after a look at everything, but for places that are left out by `earlier.places`. */
  list(signal?: AbortSignal, earlier?: Earlier): Promise<Listing>;
  /** Contents of listed files, in any order. A file that vanished or changed since the listing is left out. */
  read(files: readonly RemoteFile[], signal?: AbortSignal): AsyncIterable<{ file: RemoteFile; bytes: Uint8Array }>;
  /** Gets a write ready. null: it would change nothing. */
  prepare(request: WriteRequest, signal?: AbortSignal): Promise<Prepared | null>;
  publish(prepared: Prepared, signal?: AbortSignal): Promise<Published>;
  /** After a crash: whether a prepared write arrived. */
  outcome(token: string, signal?: AbortSignal): Promise<'published' | 'unpublished'>;
  /**
   * Where a write is of many steps: finishes, after a crash, the documents of one that ended in the middle of them, and
   * answers by path those that are there whole. `contents`: by digest; what is not known any more is left out.
   */
  finish?(
    token: string,
    contents: (digests: readonly Digest[]) => Promise<ReadonlyMap<Digest, Uint8Array>>,
  ): Promise<ReadonlySet<string>>;
  test(signal?: AbortSignal): Promise<ConnectionReport>;
  readonly branches?: Branches;
  close(): Promise<void>;
}
