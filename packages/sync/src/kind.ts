import type { SyncProblem } from './problem.ts';
import type { RemoteFile } from './remote.ts';

/** A document found in a listing. */
export interface Discovered {
  /** Where it is, within the endpoint's root: its folder (`.` for the root), or the file that carries it. */
  readonly path: string;
  /** Prefix that, before a path of its tree, gives the path within the endpoint: `''` or ending in `/`. */
  readonly root: string;
  readonly files: readonly RemoteFile[];
}

/** Contents of files, by path within the endpoint. A file that cannot be read now is left out. */
export type ReadFiles = (files: readonly RemoteFile[]) => Promise<ReadonlyMap<string, Uint8Array>>;

export interface Scope {
  /** Globs (picomatch). Empty: every form the kind knows. */
  readonly watch: readonly string[];
  readonly ignore: readonly string[];
}

/** A codec between a document's tree and its typed fields. Pure but for `read`. */
export interface Kind<P> {
  readonly name: 'task' | 'openspec_change';
  /** Groups files into documents. Files in no document are left alone. */
  discover(files: readonly RemoteFile[], scope: Scope, read: ReadFiles): Promise<readonly Discovered[]>;
  /** Where a document's tree stands: the prefix of its files within the endpoint. */
  rootOf(path: string, files: Iterable<string>): string;
  /** Typed fields of a document, by path within its tree. `unreadable`: it must not be loaded, and what was stays. */
  project(path: string, files: ReadonlyMap<string, Uint8Array>): { fields: P } | { unreadable: SyncProblem };
  /** The identity a document's own metadata gives it, which a move keeps; null where it gives none. */
  identityOf(fields: P): string | null;
  /** Whether problems keep the document from being used: a merge must not bring that about. */
  broken(fields: P): boolean;
  /** Problems of a document that loads, by path within its tree. */
  problemsOf(fields: P): readonly SyncProblem[];
}
