import type { Queryable } from '@ratchet/store/database';
import type { StoredTree } from '@ratchet/store/schema/columns';
import type { DocumentKind } from '@ratchet/store/schema/repositories';
import type { Tree } from '@ratchet/sync-core/tree';

/** A row that holds a document, as far as a sync looks at it. */
export interface StoredDocument {
  readonly id: string;
  readonly revision: number;
  readonly checksum: string;
  readonly tree: StoredTree;
  readonly repositoryPath: string | null;
}

/** What is written together. */
export interface Writing {
  readonly repositoryId: string;
  readonly actor: string;
  /** Names the remote state the contents come from. */
  readonly commit: string | null;
  readonly at: Date;
  /** The run on record that it belongs to. */
  readonly runId: string | null;
}

/** A revision that a sync makes. */
export interface WrittenRevision<R> {
  /** What was there; null: nothing, or what was deleted. */
  readonly before: R | null;
  readonly row: R;
  readonly description: string;
  /** It is kept in history alone: what comes right after it is what holds. */
  readonly superseded: boolean;
}

/** What a push is known to have carried of one document. */
export interface Arrival<R> {
  readonly path: string;
  /** null: it is not there any more. */
  readonly row: R | null;
  /** Checksum of what the remote now holds; null: nothing. */
  readonly checksum: string | null;
  readonly tree: Tree | null;
  /** What the base said until now. */
  readonly base: { readonly documentId: string | null; readonly tree: StoredTree } | null;
}

export interface FoundConflict<R> {
  /** null: it is deleted here. */
  readonly row: R | null;
  /** Of what is there, or was. */
  readonly documentId: string | null;
  readonly path: string;
  readonly remote: Tree | null;
}

/** How the documents of one kind are kept: their rows, and the history of each. */
export interface DocumentStore<P, R extends StoredDocument> {
  readonly kind: DocumentKind;
  lockAt(tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<R[]>;
  /** The newest deleted document at each of some paths: what comes back there is the same document. */
  tombstonesAt(tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<R[]>;
  insert(tx: Queryable, rows: readonly R[]): Promise<void>;
  replace(tx: Queryable, rows: readonly R[], from: ReadonlyMap<string, number>): Promise<unknown>;
  /** The next revision, with new contents. `base`: the checksum of what both sides then agree on; null: nothing. */
  loaded(
    had: R | null,
    document: { readonly tree: Tree; readonly fields: P },
    path: string,
    base: string | null,
    writing: Writing,
  ): R;
  /** The next revision, that of a deletion. */
  deleted(row: R, writing: Writing): R;
  /** It left the scope: the repository is forgotten. */
  detached(row: R, writing: Writing): R;
  conflicted(row: R, writing: Writing): R;
  /** The contents stay. `moved`: its fields at the place it was moved to; a kind that tells them by the place makes a revision. */
  settled(row: R, path: string, base: string | null, moved: P | null, writing: Writing): R;
  /** History: called after the rows are written. */
  record(tx: Queryable, revisions: readonly WrittenRevision<R>[], writing: Writing): Promise<void>;
  /** Conflicts that were not known before. */
  conflictsFound(tx: Queryable, found: readonly FoundConflict<R>[], writing: Writing): Promise<void>;
  /** A push arrived. Not a change of the documents: revisions stay. */
  arrived(tx: Queryable, arrivals: readonly Arrival<R>[], writing: Writing): Promise<void>;
}
