import { type Rights, requireAt } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { Task } from '@ratchet/contract/entities/task';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { insertVersions, replaceTasks, type TaskRow } from '@ratchet/store/queries/documents';
import { repositoryById } from '@ratchet/store/queries/repositories';
import { deletedTask, lockTask } from '@ratchet/store/queries/tasks';
import { createTaskFiles } from '@ratchet/sync/kinds/task/create-task-files';
import type { NewTask, TaskPatch } from '@ratchet/sync/kinds/task/fields';
import { isIgnoredPath } from '@ratchet/sync/kinds/task/ignored';
import { replaceText, type TextEdit } from '@ratchet/sync/kinds/task/replace-text';
import { isSemanticVersion } from '@ratchet/sync/kinds/task/semantic-version';
import { checkPath } from '@ratchet/sync/paths';
import type { Mode } from '@ratchet/sync-core/tree';
import { contentsOf, patchFiles, refusedEdits } from './change-files.ts';
import { actorName, type RepositoriesContext } from './context.ts';
import { versionOf } from './task-documents.ts';
import { findTask, showTask, versionRow } from './task-reader.ts';
import {
  type Change,
  checkRevision,
  documentPath,
  type EditOptions,
  type Files,
  homeFor,
  invalid,
  isFilePair,
  loadFiles,
  lockLiving,
  placeFor,
  refuseTakenPlace,
  standingOf,
  type TaskStore,
} from './task-store.ts';

export interface CreateTask extends Omit<NewTask, 'uuid' | 'version'> {
  version?: string | undefined;
  repositoryId?: string | undefined;
  repositoryPath?: string | undefined;
  /** Further files, by path within the task. */
  files?: ReadonlyMap<string, Uint8Array>;
}

export type TaskEditor = ReturnType<typeof taskEditor>;

/**
 * Every edit of a task: the row is locked, its files are edited, and row, projection and version are written together.
 * `edited` hears of each edit that a repository does not have yet.
 */
export function taskEditor(
  context: RepositoriesContext,
  { store, insert, remove, read }: TaskStore,
  edited: (repositoryId: string) => void,
) {
  const { database, kind, now } = context;

  /** Applies `change` to the current files. An edit that changes nothing writes nothing. */
  async function edit(
    idOrUuid: string,
    options: EditOptions,
    change: (row: TaskRow, files: Files, tx: Queryable) => Promise<Files> | Files,
    more: Change = {},
  ): Promise<Task> {
    const target = await findTask(database.db, idOrUuid);
    const row = await database.transaction(async (tx) => {
      const current = await lockLiving(tx, target.id);
      checkRevision(current, options.expectedRevision);
      if (!current.isEditable) throw new RatchetError('STATE_CONFLICT', `Task ${current.name} may not be edited.`);
      const before = await loadFiles(tx, current.tree);
      const after = await change(current, before, tx);
      return store(tx, current, after, options, more);
    });
    if (row.needsPush && row.repositoryId) edited(row.repositoryId);
    return showTask(database.db, row);
  }

  return {
    edit,

    /** Checks a precondition before anything else of a request is judged. */
    async checkRevision(idOrUuid: string, expected: number): Promise<void> {
      checkRevision(await findTask(database.db, idOrUuid), expected);
    },

    patch: (
      idOrUuid: string,
      patch: TaskPatch & { enabled?: boolean | undefined },
      options: EditOptions,
    ): Promise<Task> => {
      const { enabled, ...members } = patch;
      return edit(
        idOrUuid,
        options,
        (row, files) => patchFiles(documentPath(row), files, members),
        enabled === undefined ? {} : { enabled },
      );
    },

    putFile: (
      idOrUuid: string,
      path: string,
      bytes: Uint8Array,
      mode: Mode | undefined,
      options: EditOptions,
    ): Promise<Task> =>
      edit(idOrUuid, options, (row, files) => {
        const wrong = checkPath(path) ?? (isIgnoredPath(path) ? 'files of this name are never synced' : null);
        if (wrong) throw invalid([{ path: 'path', message: wrong }]);
        const known = files.get(path);
        if (!known && isFilePair(row))
          throw invalid([
            {
              path: 'path',
              message: `This task is kept in ${[...files.keys()].join(' and ')}; it has no folder for further files.`,
            },
          ]);
        const clash = [...files.keys()].find((name) => name.startsWith(`${path}/`) || path.startsWith(`${name}/`));
        if (clash) throw invalid([{ path: 'path', message: `${clash} stands there already.` }]);
        return sameForm(row, new Map([...files, [path, { bytes, mode: mode ?? known?.mode ?? '100644' }]]));
      }),

    /** Replaces exact pieces of files: all of them, or none. */
    editText: (idOrUuid: string, edits: readonly TextEdit[], options: EditOptions): Promise<Task> =>
      edit(idOrUuid, options, (row, files) => {
        const result = replaceText(contentsOf(files), row.entry, edits);
        if ('refused' in result) throw refusedEdits(result.refused);
        const changed = [...result.files].map(
          ([name, bytes]) => [name, { bytes, mode: files.get(name)?.mode ?? ('100644' as const) }] as const,
        );
        return sameForm(row, new Map([...files, ...changed]));
      }),

    deleteFile: (idOrUuid: string, path: string, options: EditOptions): Promise<Task> =>
      edit(idOrUuid, options, (row, files) => {
        if (!files.has(path)) throw notFound('file', path);
        return sameForm(row, new Map([...files].filter(([name]) => name !== path)));
      }),

    rollback: (idOrUuid: string, revision: number, options: EditOptions): Promise<Task> =>
      edit(idOrUuid, options, async (row, _files, tx) => loadFiles(tx, (await versionRow(tx, row.id, revision)).tree), {
        source: 'rollback',
        description: `Rolled back to revision ${revision}`,
      }),

    async create(input: CreateTask, actor: Actor, rights?: Rights): Promise<Task> {
      const { repositoryId, repositoryPath, version = '1.0.0', files: more = [], ...rest } = input;
      if (!isSemanticVersion(version))
        throw invalid([
          { path: 'version', message: `${JSON.stringify(version)} is not a semantic version, such as 1.0.0.` },
        ]);
      const row = await database.transaction(async (tx) => {
        const repository = await homeFor(tx, repositoryId, rights);
        const uuid = typeof rest.metadata?.uuid === 'string' ? rest.metadata.uuid : newId();
        const path = placeFor(repositoryPath, rest.name);
        const made = [...createTaskFiles({ ...rest, uuid, version }, now()), ...more];
        const files: Files = new Map(made.map(([name, bytes]) => [name, { bytes, mode: '100644' as const }]));
        return insert(tx, repository, path, files, { actor, rights }, { uuid });
      });
      if (row.repositoryId) edited(row.repositoryId);
      return showTask(database.db, row);
    },

    async delete(idOrUuid: string, options: EditOptions): Promise<void> {
      const target = await findTask(database.db, idOrUuid);
      await database.transaction(async (tx) => {
        const current = await lockLiving(tx, target.id);
        checkRevision(current, options.expectedRevision);
        await remove(tx, current, options);
      });
      if (target.repositoryId) edited(target.repositoryId);
    },

    async restore(idOrUuid: string, actor: Actor, options: Partial<EditOptions> = {}): Promise<Task> {
      const row = await database.transaction(async (tx) => {
        const found = await deletedTask(tx, idOrUuid);
        if (!found) {
          const living = await findTask(tx, idOrUuid);
          throw new RatchetError('STATE_CONFLICT', `Task ${living.name} is not deleted.`);
        }
        const current = (await lockTask(tx, found.id)) as TaskRow;
        if (options.rights) requireAt(options.rights, 'create', current);
        checkRevision(current, options.expectedRevision);
        const repository = current.repositoryId ? await repositoryById(tx, current.repositoryId) : null;
        if (repository) await refuseTakenPlace(tx, repository, current.repositoryPath ?? '');
        const at = now();
        const next: TaskRow = {
          ...current,
          ...(await standingOf(tx, current, current.checksum)),
          pushMessage: null,
          revision: current.revision + 1,
          deletedAt: null,
          updatedAt: at,
          localModifiedAt: at,
        };
        await replaceTasks(tx, [next], new Map([[next.id, current.revision]]));
        await insertVersions(tx, [
          versionOf(next, options.changeDescription ?? 'Restored', actorName(actor), null, at, 'rollback'),
        ]);
        return next;
      });
      if (row.needsPush && row.repositoryId) edited(row.repositoryId);
      return showTask(database.db, row);
    },
  };

  /** A file may come and go; what makes the folder a task of its form must stay. */
  function sameForm(row: TaskRow, files: Files): Files {
    const path = documentPath(row);
    const { fields } = read(path, files);
    if (fields.form !== row.storageType || kind.rootOf(path, files.keys()) !== kind.rootOf(path, Object.keys(row.tree)))
      throw invalid([
        {
          path: 'path',
          message: 'Without this change it stays a task; with it, it would not. Delete the task instead.',
        },
      ]);
    return files;
  }
}
