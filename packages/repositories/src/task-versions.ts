import { posix } from 'node:path';
import type { Task } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import type { TaskRow } from '@ratchet/store/queries/documents';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import { livingPlaces, lockVersions, versionsOf } from '@ratchet/store/queries/tasks';
import { copyTask } from '@ratchet/sync/kinds/task/copy-task';
import type { TaskPatch } from '@ratchet/sync/kinds/task/fields';
import { isSemanticVersion } from '@ratchet/sync/kinds/task/semantic-version';
import { contentsOf, patchFiles } from './change-files.ts';
import type { RepositoriesContext } from './context.ts';
import { Places } from './exchange/places.ts';
import { findTask, showTask } from './task-reader.ts';
import {
  documentPath,
  type EditOptions,
  type Files,
  homeFor,
  invalid,
  isFilePair,
  loadFiles,
  lockLiving,
  placeFor,
  slug,
  type TaskStore,
} from './task-store.ts';

export interface NewVersion extends Pick<TaskPatch, 'sourceCode' | 'inputSchema' | 'outputSchema'> {
  readonly version: string;
  readonly repositoryPath?: string | undefined;
}

export interface VersionOptions extends EditOptions {
  /** Throws where the caller may not put a task of this name. */
  readonly mayCreate: (at: { readonly repositoryId: string; readonly name: string }) => void;
}

/** Puts versions of tasks beside the ones there are: documents of their own, with the uuid and name of the others. */
export const versionMaker =
  (
    { database }: Pick<RepositoriesContext, 'database'>,
    { insert }: Pick<TaskStore, 'insert'>,
    edited: (repositoryId: string) => void,
  ) =>
  async (idOrUuid: string, wish: NewVersion, options: VersionOptions): Promise<Task> => {
    const { version, repositoryPath, ...patch } = wish;
    if (!isSemanticVersion(version))
      throw invalid([
        { path: 'version', message: `${JSON.stringify(version)} is not a semantic version, such as 1.0.0.` },
      ]);
    const found = await findTask(database.db, idOrUuid);
    const row = await database.transaction(async (tx) => {
      await lockVersions(tx, found.uuid);
      const current = await lockLiving(tx, found.id);
      const repository = await homeFor(tx, current.repositoryId ?? undefined);
      options.mayCreate({ repositoryId: repository.id, name: current.name });
      if ((await versionsOf(tx, current.uuid)).some((other) => other.version === version))
        throw new RatchetError(
          'ALREADY_EXISTS',
          `There is a version ${version} of task ${current.name} already. Choose another one, or edit that.`,
          [{ path: 'version', message: 'is taken' }],
        );
      const path = placeOf(current, version, repositoryPath);
      await refuseEntangled(tx, repository, path, isFilePair(current));
      const files = versionFiles(current, await loadFiles(tx, current.tree), path, { ...patch, version });
      const changeDescription = options.changeDescription ?? `Version ${version}, made from ${current.version}`;
      return insert(tx, repository, path, files, { ...options, changeDescription }, { uuid: current.uuid });
    });
    if (row.repositoryId) edited(row.repositoryId);
    return showTask(database.db, row);
  };

/** The place asked for, else one beside the version it is made from, named after it. A file keeps its kind. */
function placeOf(current: TaskRow, version: string, asked: string | undefined): string {
  const from = documentPath(current);
  const extension = isFilePair(current) ? posix.extname(from) : '';
  if (asked !== undefined) {
    const path = placeFor(asked, current.name);
    if (posix.extname(path) !== extension && extension !== '')
      throw invalid([
        { path: 'repositoryPath', message: `This task is kept in a file: end the path in ${extension}.` },
      ]);
    return path;
  }
  const folder = posix.dirname(from);
  const name = from === '.' ? slug(current.name) : posix.basename(from, extension);
  // A version that is made from one that was made so is named after the first.
  const stem = name.endsWith(`-${current.version}`) ? name.slice(0, -current.version.length - 1) : name;
  return placeFor(posix.join(folder, `${stem}-${version}${extension}`), current.name);
}

async function refuseEntangled(tx: Queryable, { id }: RepositoryRow, path: string, isFile: boolean): Promise<void> {
  const other = new Places(await livingPlaces(tx, id)).entangled(path, !isFile);
  if (other === null) return;
  throw invalid([
    {
      path: 'repositoryPath',
      message: `${path} and the task at ${other} would lie within each other. Name another place.`,
    },
  ]);
}

function versionFiles(current: TaskRow, files: Files, path: string, patch: TaskPatch): Files {
  const identity = { path, name: current.name, uuid: current.uuid, always: true };
  const copied = copyTask(documentPath(current), contentsOf(files), current.metadata, identity);
  if (!copied)
    throw invalid([{ path: 'version', message: 'The metadata of the task cannot be edited; edit the file itself.' }]);
  const modes = [...files.values()].map(({ mode }) => mode);
  return patchFiles(
    path,
    new Map([...copied].map(([name, bytes], n) => [name, { bytes, mode: modes[n] ?? ('100644' as const) }])),
    patch,
  );
}
