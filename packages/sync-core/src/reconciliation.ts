import type { Entry, Tree } from './tree.ts';

/** Who decides where a merge is not clean. `merge` takes the remote side of what stays open; the loser is in history. */
export type ConflictPolicy = 'manual' | 'take_local' | 'take_remote' | 'merge';

export type ConflictType = 'both_modified' | 'local_deleted' | 'remote_deleted' | 'no_base';

/** `tree: null` removes the document. */
export interface DocumentChange {
  readonly path: string;
  readonly tree: Tree | null;
}

/** One file that both sides changed and both still have: its contents decide. */
export interface FileMerge {
  readonly path: string;
  readonly base: Entry;
  readonly local: Entry;
  readonly remote: Entry;
}

/** One file whose presence alone cannot be decided: added twice, or edited against deleted, or of two types. */
export interface FileClash {
  readonly path: string;
  readonly base: Entry | null;
  readonly local: Entry | null;
  readonly remote: Entry | null;
}

/** A document that both sides changed: what is decided already, what must be merged, what cannot be. */
export interface DocumentMerge {
  readonly path: string;
  readonly base: Tree;
  readonly local: Tree;
  readonly remote: Tree;
  /** Files of the result that need no merge; a file left out of it is gone. */
  readonly decided: Tree;
  readonly merges: readonly FileMerge[];
  readonly clashes: readonly FileClash[];
}

export interface DocumentConflict {
  readonly path: string;
  readonly type: ConflictType;
  readonly base: Tree | null;
  readonly local: Tree | null;
  readonly remote: Tree | null;
}

/** What `reconcile` answers: a plan in which contents are still to be merged. */
export interface Reconciliation {
  /** The base becomes this (both sides hold it already), or is cleared. */
  readonly baseChanges: readonly DocumentChange[];
  /** To be written locally; the base follows. */
  readonly localChanges: readonly DocumentChange[];
  /** To be written remotely; the base follows when it has arrived. */
  readonly remoteChanges: readonly DocumentChange[];
  readonly merges: readonly DocumentMerge[];
  readonly conflicts: readonly DocumentConflict[];
}

/** What merging one file's contents gave. `entry` is the merged content; unclean: the suggestion, and it stays open. */
export interface FileMergeOutcome {
  readonly clean: boolean;
  readonly entry: Entry;
  /** With policy `merge`: the same with the remote side of every open hunk. */
  readonly fallback?: Entry;
}

/** A document whose merge was clean, or was decided by policy: base becomes `remote`, local becomes `result`. */
export interface MergedDocument {
  readonly path: string;
  readonly remote: Tree | null;
  readonly result: Tree | null;
  readonly decidedBy: 'merge' | 'policy';
}

/** What `settle` answers: nothing left to compute, only to write. */
export interface Settlement {
  readonly baseChanges: readonly DocumentChange[];
  readonly localChanges: readonly DocumentChange[];
  readonly remoteChanges: readonly DocumentChange[];
  readonly merged: readonly MergedDocument[];
  readonly conflicts: readonly DocumentConflict[];
}
