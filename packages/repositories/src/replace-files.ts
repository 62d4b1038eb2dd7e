import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { TaskRow } from '@ratchet/store/queries/documents';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { RemoteFile } from '@ratchet/sync/remote';
import type { Mode } from '@ratchet/sync-core/tree';
import type { RepositoriesContext } from './context.ts';
import { derivedUuid } from './derived-uuid.ts';
import { type EditOptions, type Files, invalid, type TaskStore } from './task-store.ts';

type Entries = ReadonlyMap<string, { readonly digest: string; readonly mode: Mode }>;

export interface Replacement {
  readonly repository: RepositoryRow;
  /** Its living tasks, locked. */
  readonly tasks: readonly TaskRow[];
  /** What all its files are to be, by path within the repository. */
  readonly files: Entries;
  /** The paths that differ from what the tasks hold. */
  readonly changed: ReadonlySet<string>;
  /** Contents that are not kept yet, by digest. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly options: EditOptions;
}

export type FileReplacer = ReturnType<typeof fileReplacer>;

/**
 * Edits tasks by their files, as someone who works in a repository does: documents are found in what the files are to be,
 * and tasks are edited, made and deleted accordingly. Only documents of which a file changed are touched. Throws
 * VALIDATION_FAILED for a file that would belong to no task.
 */
export function fileReplacer({ kind }: Pick<RepositoriesContext, 'kind'>, { store, insert, remove }: TaskStore) {
  return async (
    tx: Queryable,
    { repository, tasks, files, changed, contents, options }: Replacement,
  ): Promise<void> => {
    const read = async (digests: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> =>
      new Map([
        ...(await getBlobs(
          tx,
          digests.filter((digest) => !contents.has(digest)),
        )),
        ...contents,
      ]);
    const listing = [...files].map(([path, { digest, mode }]): RemoteFile => ({ path, mode, size: 0, token: digest }));
    const documents = await kind.discover(listing, { watch: [], ignore: [] }, async (wanted) => {
      const found = await read(wanted.map(({ token }) => token));
      return new Map(
        wanted.flatMap(({ path, token }) => (found.has(token) ? [[path, found.get(token) as Uint8Array]] : [])),
      );
    });

    const known = new Map(tasks.map((task) => [task.repositoryPath ?? '', task]));
    const touches = (paths: Iterable<string>): boolean => {
      for (const path of paths) if (changed.has(path)) return true;
      return false;
    };
    const pathsOf = ({ repositoryPath, tree }: TaskRow): string[] => {
      const root = kind.rootOf(repositoryPath ?? '', Object.keys(tree));
      return Object.keys(tree).map((path) => root + path);
    };
    const housed = new Set(documents.flatMap((document) => document.files.map(({ path }) => path)));
    for (const path of changed)
      if (files.has(path) && !housed.has(path))
        throw invalid([{ path, message: 'would belong to no task: begin one with its metadata.json.' }]);

    // What goes makes room, for names and places, for what comes.
    const found = new Set(documents.map(({ path }) => path));
    for (const task of tasks)
      if (!found.has(task.repositoryPath ?? '') && touches(pathsOf(task))) await remove(tx, task, options);
    for (const document of documents) {
      const task = known.get(document.path);
      if (!touches([...document.files.map(({ path }) => path), ...(task ? pathsOf(task) : [])])) continue;
      const bytes = await read(document.files.map(({ token }) => token));
      const next: Files = new Map(
        document.files.map(({ path, mode, token }) => [
          path.slice(document.root.length),
          { bytes: bytes.get(token) as Uint8Array, mode },
        ]),
      );
      if (task) await store(tx, task, next, options);
      else
        await insert(tx, repository, document.path, next, options, {
          uuid: derivedUuid(repository.id, document.path),
          source: 'file',
        });
    }
  };
}
