import { posix } from 'node:path';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { Task } from '@ratchet/contract/entities/task';
import { type Issue, notFound, RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { getBlobs, putBlobs } from '@ratchet/store/queries/blobs';
import {
  basesAt,
  insertTasks,
  insertVersions,
  lockTasksAt,
  replaceTasks,
  type TaskRow,
  type TaskVersionRow,
} from '@ratchet/store/queries/documents';
import { defaultRepository, type RepositoryRow, repositoryById } from '@ratchet/store/queries/repositories';
import { deletedTask, lockTask, nameTaken } from '@ratchet/store/queries/tasks';
import { digestOf } from '@ratchet/sync/digest';
import { createTaskFiles } from '@ratchet/sync/kinds/task/create-task-files';
import { editTask } from '@ratchet/sync/kinds/task/edit-task';
import type { NewTask, TaskFields, TaskPatch } from '@ratchet/sync/kinds/task/fields';
import { isIgnoredPath } from '@ratchet/sync/kinds/task/ignored';
import { isSemanticVersion } from '@ratchet/sync/kinds/task/semantic-version';
import { checkPath } from '@ratchet/sync/paths';
import type { Entry, Mode } from '@ratchet/sync-core/tree';
import { actorName, type RepositoriesContext } from './context.ts';
import { versionOf } from './database-replica.ts';
import { findTask, showTask, versionRow } from './task-reader.ts';
import { identityOf, projection, standing } from './task-row.ts';
import { digestsIn, filesOf, fromStored } from './trees.ts';

export interface EditOptions {
  readonly actor: Actor;
  readonly expectedRevision?: number | undefined;
  readonly changeDescription?: string | undefined;
}

/** Files of a task with their modes, by path within it. */
type Files = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly mode: Mode }>;

export interface CreateTask extends Omit<NewTask, 'uuid' | 'version'> {
  version?: string | undefined;
  repositoryId?: string | undefined;
  repositoryPath?: string | undefined;
}

export type TaskEditor = ReturnType<typeof taskEditor>;

/**
 * Every edit of a task: the row is locked, its files are edited, and row, projection and version are written together.
 * `edited` hears of each edit that a repository does not have yet.
 */
export function taskEditor(context: RepositoriesContext, edited: (repositoryId: string) => void) {
  const { database, kind, now } = context;

  /** Applies `change` to the current files. An edit that changes nothing writes nothing. */
  async function edit(
    idOrUuid: string,
    options: EditOptions,
    change: (row: TaskRow, files: Files, tx: Queryable) => Promise<Files> | Files,
    more: { enabled?: boolean; source?: TaskVersionRow['changeSource']; description?: string } = {},
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

  async function store(
    tx: Queryable,
    current: TaskRow,
    files: Files,
    options: EditOptions,
    more: { enabled?: boolean; source?: TaskVersionRow['changeSource']; description?: string },
  ): Promise<TaskRow> {
    const { fields, tree, blobs } = read(documentPath(current), files);
    const typed = projection(fields, tree);
    const enabled = more.enabled ?? current.enabled;
    if (typed.checksum === current.checksum && enabled === current.enabled) return current;
    if (current.repositoryId && typed.name !== current.name)
      await refuseTakenName(tx, current.repositoryId, typed.name, current.uuid);
    await putBlobs(tx, blobs);
    const at = now();
    const standingNow = current.repositoryId ? await standingOf(tx, current, typed.checksum) : inStep;
    const next: TaskRow = {
      ...current,
      ...typed,
      uuid: identityOf(fields, current.uuid, current.repositoryId ?? '', current.repositoryPath ?? ''),
      ...standingNow,
      ...(current.syncStatus === 'conflict' ? { syncStatus: 'conflict' } : {}),
      pushStatus: standingNow.needsPush ? current.pushStatus : 'not_required',
      revision: current.revision + 1,
      enabled,
      localModifiedAt: at,
      updatedAt: at,
    };
    await replaceTasks(tx, [next], new Map([[next.id, current.revision]]));
    const description = options.changeDescription ?? more.description ?? null;
    await insertVersions(tx, [versionOf(next, description, actorName(options.actor), null, at, more.source ?? 'api')]);
    return next;
  }

  function read(path: string, files: Files) {
    const projected = kind.project(path, new Map([...files].map(([name, file]) => [name, file.bytes])));
    if ('unreadable' in projected)
      throw invalid([{ path: projected.unreadable.path, message: projected.unreadable.message }]);
    const tree = new Map<string, Entry>();
    const blobs: { digest: string; bytes: Uint8Array }[] = [];
    for (const [name, { bytes, mode }] of files) {
      const digest = digestOf(bytes);
      tree.set(name, { digest, mode });
      blobs.push({ digest, bytes });
    }
    return { fields: projected.fields, tree, blobs };
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
        (row, files) => patched(row, files, members),
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

    async create(input: CreateTask, actor: Actor): Promise<Task> {
      const { repositoryId, repositoryPath, version = '1.0.0', ...rest } = input;
      if (!isSemanticVersion(version))
        throw invalid([
          { path: 'version', message: `${JSON.stringify(version)} is not a semantic version, such as 1.0.0.` },
        ]);
      const row = await database.transaction(async (tx) => {
        const repository = await homeFor(tx, repositoryId);
        const at = now();
        const uuid = typeof rest.metadata?.uuid === 'string' ? rest.metadata.uuid : newId();
        const path = placeFor(repositoryPath, rest.name);
        const made = createTaskFiles({ ...rest, uuid, version }, at);
        const files: Files = new Map([...made].map(([name, bytes]) => [name, { bytes, mode: '100644' as const }]));
        const { fields, tree, blobs } = read(path, files);
        await refuseTakenName(tx, repository.id, fields.name, fields.uuid ?? uuid);
        await refuseTakenPlace(tx, repository, path);
        await putBlobs(tx, blobs);
        const next = newRow(fields, tree, repository, path, uuid, at);
        await insertTasks(tx, [next]);
        await insertVersions(tx, [versionOf(next, 'Created', actorName(actor), null, at, 'api')]);
        return next;
      });
      if (row.repositoryId) edited(row.repositoryId);
      return showTask(database.db, row);
    },

    async delete(idOrUuid: string, options: EditOptions): Promise<void> {
      const target = await findTask(database.db, idOrUuid);
      await database.transaction(async (tx) => {
        const current = await lockLiving(tx, target.id);
        checkRevision(current, options.expectedRevision);
        const at = now();
        const next: TaskRow = {
          ...current,
          revision: current.revision + 1,
          deletedAt: at,
          updatedAt: at,
          localModifiedAt: at,
        };
        await replaceTasks(tx, [next], new Map([[next.id, current.revision]]));
        await insertVersions(tx, [versionOf(next, 'Deleted', actorName(options.actor), null, at, 'api')]);
      });
      if (target.repositoryId) edited(target.repositoryId);
    },

    async restore(idOrUuid: string, actor: Actor): Promise<Task> {
      const row = await database.transaction(async (tx) => {
        const found = await deletedTask(tx, idOrUuid);
        if (!found) {
          const living = await findTask(tx, idOrUuid);
          throw new RatchetError('STATE_CONFLICT', `Task ${living.name} is not deleted.`);
        }
        const current = (await lockTask(tx, found.id)) as TaskRow;
        const repository = current.repositoryId ? await repositoryById(tx, current.repositoryId) : null;
        if (repository) await refuseTakenPlace(tx, repository, current.repositoryPath ?? '');
        const at = now();
        const state = current.repositoryId ? await standingOf(tx, current, current.checksum) : inStep;
        const next: TaskRow = {
          ...current,
          ...state,
          pushStatus: 'not_required',
          revision: current.revision + 1,
          deletedAt: null,
          updatedAt: at,
          localModifiedAt: at,
        };
        await replaceTasks(tx, [next], new Map([[next.id, current.revision]]));
        await insertVersions(tx, [versionOf(next, 'Restored', actorName(actor), null, at, 'rollback')]);
        return next;
      });
      if (row.needsPush && row.repositoryId) edited(row.repositoryId);
      return showTask(database.db, row);
    },
  };

  async function homeFor(tx: Queryable, repositoryId: string | undefined): Promise<RepositoryRow> {
    const repository = repositoryId ? await repositoryById(tx, repositoryId) : await defaultRepository(tx);
    if (!repository) throw notFound('repository', repositoryId ?? 'default');
    if (!repository.isWritable)
      throw new RatchetError(
        'REPOSITORY_READ_ONLY',
        `Repository ${repository.name} is read-only: name another one, or make it writable.`,
      );
    return repository;
  }

  function patched(row: TaskRow, files: Files, patch: TaskPatch): Files {
    const contents = new Map([...files].map(([name, file]) => [name, file.bytes]));
    const result = editTask(documentPath(row), contents, patch);
    if ('invalid' in result) throw invalid(result.invalid);
    const next = new Map(files);
    for (const [name, bytes] of result.files) {
      if (bytes === null) next.delete(name);
      else next.set(name, { bytes, mode: files.get(name)?.mode ?? '100644' });
    }
    return next;
  }

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

const inStep = { syncStatus: 'synced', needsPush: false } as const;
const invalid = (issues: readonly Issue[]) =>
  new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join(' '), [...issues]);

/** Where a task without a repository stands is only a name; its form decides the rest. */
export const documentPath = (row: TaskRow): string => row.repositoryPath ?? (isFilePair(row) ? row.entry : row.name);
const isFilePair = (row: TaskRow): boolean => row.storageType === 'pair' || row.storageType === 'script';

function checkRevision(row: TaskRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `Task ${row.name} is at revision ${row.revision}, not ${expected}: someone changed it. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}

async function lockLiving(tx: Queryable, id: string): Promise<TaskRow> {
  const row = await lockTask(tx, id);
  if (!row || row.deletedAt) throw notFound('task', id);
  return row;
}

async function loadFiles(tx: Queryable, tree: TaskRow['tree']): Promise<Files> {
  const contents = filesOf(tree, await getBlobs(tx, digestsIn(tree)));
  const modes = fromStored(tree);
  return new Map([...contents].map(([name, bytes]) => [name, { bytes, mode: modes.get(name)?.mode ?? '100644' }]));
}

async function standingOf(tx: Queryable, row: TaskRow, checksum: string) {
  const [base] = await basesAt(tx, row.repositoryId ?? '', [row.repositoryPath ?? '']);
  return standing(checksum, base?.checksum ?? null);
}

async function refuseTakenName(tx: Queryable, repositoryId: string, name: string, uuid: string): Promise<void> {
  if (await nameTaken(tx, repositoryId, name, uuid))
    throw new RatchetError(
      'ALREADY_EXISTS',
      `The repository has a task named ${JSON.stringify(name)} already. Choose another name.`,
      [{ path: 'name', message: 'is taken' }],
    );
}

async function refuseTakenPlace(tx: Queryable, repository: RepositoryRow, path: string): Promise<void> {
  if ((await lockTasksAt(tx, repository.id, [path])).length > 0)
    throw new RatchetError('ALREADY_EXISTS', `There is a task at ${path} in repository ${repository.name} already.`, [
      { path: 'repositoryPath', message: 'is taken' },
    ]);
}

/** The folder a new task goes to: the one asked for, else one made of its name. */
function placeFor(asked: string | undefined, name: string): string {
  const path = asked === undefined ? slug(name) : posix.normalize(asked).replace(/\/+$/, '');
  const wrong = checkPath(path);
  if (wrong) throw invalid([{ path: 'repositoryPath', message: wrong }]);
  return path;
}

const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase() || 'task';

function newRow(
  fields: TaskFields,
  tree: ReadonlyMap<string, Entry>,
  repository: RepositoryRow,
  path: string,
  uuid: string,
  at: Date,
): TaskRow {
  return {
    id: newId(),
    ...projection(fields, tree),
    uuid: fields.uuid ?? uuid,
    revision: 1,
    repositoryId: repository.id,
    repositoryPath: path,
    repositoryCommit: null,
    syncStatus: 'modified',
    pushStatus: 'not_required',
    pushMessage: null,
    needsPush: true,
    localModifiedAt: at,
    lastSyncedAt: null,
    sourceModifiedAt: null,
    isEditable: true,
    enabled: true,
    createdFrom: 'api',
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  };
}
