import type { ConflictType } from '@ratchet/sync-core/reconciliation';
import type { Digest, Tree } from '@ratchet/sync-core/tree';
import type { SyncProblem } from './problem.ts';

/** One document as the near side knows it: enough to tell, without its tree, whether anything changed. */
export interface IndexRow {
  readonly path: string;
  /** null: there is no local document at this path. Its checksum is told apart from the base's, and nothing else. */
  readonly local: { readonly id: string; readonly revision: number; readonly checksum: string } | null;
  /** null: both sides never agreed on anything here. */
  readonly base: { readonly checksum: string; readonly token: string } | null;
  /** An open conflict stands at this path. */
  readonly inConflict: boolean;
}

export interface Sides {
  readonly base: Tree | null;
  readonly local: Tree | null;
  /** The identity the local document's own metadata gives; null where it gives none. */
  readonly identity: string | null;
}

export interface ConflictDraft {
  readonly type: ConflictType;
  readonly base: Tree | null;
  readonly local: Tree | null;
  readonly remote: Tree | null;
  /** Revision of the local side; null where it is absent. */
  readonly localRevision: number | null;
  readonly remoteToken: string | null;
}

/** One document's part of a sync. Applied whole or, where the local side moved on since, not at all. */
export interface DocumentUpdate<P> {
  readonly path: string;
  /** Where the document was until now: its row, history and base follow. */
  readonly movedFrom?: string;
  /** The local revision the plan saw; null: there was no local document. Anything else now: the update is stale. */
  readonly expected: number | null;
  /** The local document the plan saw: another one at its path, made since, may be at the same revision. */
  readonly expectedId?: string | null;
  /** The new local document; null deletes it; left out: it stays. */
  readonly local?: { readonly tree: Tree; readonly fields: P } | null;
  /** Of one that moved and stays otherwise: its fields at its new place. */
  readonly moved?: P;
  /** What had to give way to `local`, or to what is there: a revision of its own in history, before it. */
  readonly superseded?: { readonly tree: Tree; readonly fields: P };
  /** The new base; null clears it; left out: it stays. */
  readonly base?: { readonly tree: Tree; readonly token: string } | null;
  /** Opens or refreshes the conflict here; null: none stands any more; left out: as it was. */
  readonly conflict?: ConflictDraft | null;
  /** A conflict that policy decided: kept as a resolved one, so that the loser stays in history. */
  readonly decided?: ConflictDraft & { readonly resolution: string };
  /** A person decided the open conflict here. */
  readonly resolves?: { readonly id: string; readonly resolution: string; readonly by: string };
  /** It left the scope: keep it locally, forget the repository. */
  readonly detach?: boolean;
  /** What the version row says. */
  readonly description: string;
}

export interface UpdateReport {
  /** Paths whose local side moved since the plan: nothing of theirs was written. */
  readonly stale: readonly string[];
  /** The revision each written local document has now. */
  readonly revisions: ReadonlyMap<string, number>;
}

/** What the last run that took over everything saw of the remote. */
export interface Seen {
  /** The mark of the state that was taken over; null: the next run is to look. */
  readonly head: string | null;
  readonly scope: string | null;
  /** What kept documents of it from loading: true again while the head is the same. */
  readonly problems: readonly SyncProblem[];
}

/** A push on its way: written down before it leaves. */
export interface PushIntent {
  readonly id: string;
  /** `Prepared.token` of the endpoint. */
  readonly token: string;
  readonly documents: readonly IntendedDocument[];
}

export interface IntendedDocument {
  readonly path: string;
  /** Revision that was captured; a later edit stays ahead of the base. null: the push deletes a document that is gone. */
  readonly revision: number | null;
  /** What the remote holds when the push has arrived; null: nothing. */
  readonly tree: Tree | null;
  /** The remote gets it before the near side does: once it is there, the next look takes it over. */
  readonly ahead?: boolean;
}

/**
 * The near side of a sync: documents, bases, conflicts and push intents of one repository, in one transactional store.
 * Everything written under a lease checks its fence in the same transaction.
 */
export interface Replica<P> {
  /** Every document that is known here; with `paths` only those at one of them. */
  index(paths?: readonly string[]): Promise<readonly IndexRow[]>;
  sides(paths: readonly string[]): Promise<ReadonlyMap<string, Sides>>;
  /** Contents by digest. Missing ones are left out. */
  read(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>>;
  keep(blobs: ReadonlyMap<Digest, Uint8Array>): Promise<void>;
  /** One transaction. `commit` names the remote state the contents come from. */
  apply(updates: readonly DocumentUpdate<P>[], commit: string | null): Promise<UpdateReport>;

  openIntents(): Promise<readonly PushIntent[]>;
  recordIntent(intent: {
    token: string;
    baseHead: string | null;
    documents: readonly IntendedDocument[];
  }): Promise<string>;
  /**
   * The push arrived: bases become what it carried, in one transaction. `tokens`: document path → its remote token, where
   * it is known. `arrived`: the documents that did arrive; all without it.
   */
  confirmIntent(
    id: string,
    tokens: ReadonlyMap<string, string>,
    head: string | null,
    arrived?: ReadonlySet<string>,
  ): Promise<void>;
  abandonIntent(id: string): Promise<void>;

  seen(): Promise<Seen & { readonly openConflicts: number }>;
  setSeen(seen: Seen): Promise<void>;
}
