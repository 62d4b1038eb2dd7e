import { posix } from 'node:path';
import { fullRights, mayAtRepository, type PlacePermission, type Rights, requireAt } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
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
import {
  defaultRepository,
  type RepositoryRow,
  repositoryById,
  taskRepositoryById,
} from '@ratchet/store/queries/repositories';
import { lockTask, nameTaken } from '@ratchet/store/queries/tasks';
import { digestOf } from '@ratchet/sync/digest';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { checkPath } from '@ratchet/sync/paths';
import type { Entry, Mode } from '@ratchet/sync-core/tree';
import { actorName, type RepositoriesContext } from './context.ts';
import { versionOf } from './task-documents.ts';
import { identityOf, projection, standing } from './task-row.ts';
import { digestsIn, filesOf, fromStored } from './trees.ts';

export interface EditOptions {
  readonly actor: Actor;
  readonly expectedRevision?: number | undefined;
  readonly changeDescription?: string | undefined;
  /** What the editor may do where; without, anything: the server itself edits. */
  readonly rights?: Rights | undefined;
}

/** Files of a task with their modes, by path within it. */
export type Files = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly mode: Mode }>;

export interface Change {
  readonly enabled?: boolean;
  readonly source?: TaskVersionRow['changeSource'];
  readonly description?: string;
  /** What the change asks for; `edit` without. */
  readonly permission?: PlacePermission;
}

export type TaskStore = ReturnType<typeof taskStore>;

/** Writes tasks as the near side sees them: row, projection and version together, inside the caller's transaction. */
export function taskStore({ kind, now }: RepositoriesContext) {
  /** Replaces a locked task's files. What changes nothing writes nothing. */
  async function store(
    tx: Queryable,
    current: TaskRow,
    files: Files,
    options: EditOptions,
    more: Change = {},
  ): Promise<TaskRow> {
    const { fields, tree, blobs } = read(documentPath(current), files);
    const typed = projection(fields, tree);
    const enabled = more.enabled ?? current.enabled;
    if (typed.checksum === current.checksum && enabled === current.enabled) return current;
    if (options.rights) {
      // A name decides who may do what with a task: it may not be edited out of, or into, the reach of somebody.
      requireAt(options.rights, more.permission ?? 'edit', current);
      requireAt(options.rights, more.permission ?? 'edit', { repositoryId: current.repositoryId, name: typed.name });
    }
    if (current.repositoryId && typed.name !== current.name)
      await refuseTakenName(tx, current.repositoryId, typed.name, current.uuid);
    await putBlobs(tx, blobs);
    const at = now();
    const standingNow = await standingOf(tx, current, typed.checksum);
    const next: TaskRow = {
      ...current,
      ...typed,
      uuid: identityOf(fields, current.uuid, current.repositoryId ?? '', current.repositoryPath ?? ''),
      ...standingNow,
      ...(current.syncStatus === 'conflict' ? { syncStatus: 'conflict', pushStatus: 'conflict' } : {}),
      pushMessage: null,
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

  /** A new task at a place of a repository that must be free. */
  async function insert(
    tx: Queryable,
    repository: RepositoryRow,
    path: string,
    files: Files,
    options: EditOptions,
    made: { readonly uuid: string; readonly source?: TaskVersionRow['changeSource'] },
  ): Promise<TaskRow> {
    const { fields, tree, blobs } = read(path, files);
    const uuid = fields.uuid ?? made.uuid;
    if (options.rights) requireAt(options.rights, 'create', { repositoryId: repository.id, name: fields.name });
    await refuseTakenName(tx, repository.id, fields.name, uuid);
    await refuseTakenPlace(tx, repository, path);
    await putBlobs(tx, blobs);
    const at = now();
    const row = newRow(fields, tree, repository, path, uuid, at);
    const next: TaskRow = { ...row, ...(await standingOf(tx, row, row.checksum)) };
    await insertTasks(tx, [next]);
    const description = options.changeDescription ?? 'Created';
    await insertVersions(tx, [versionOf(next, description, actorName(options.actor), null, at, made.source ?? 'api')]);
    return next;
  }

  /** Deletes a locked task; it stays restorable. */
  async function remove(tx: Queryable, current: TaskRow, options: EditOptions, description = 'Deleted'): Promise<void> {
    if (options.rights) requireAt(options.rights, 'delete', current);
    const at = now();
    const next: TaskRow = {
      ...current,
      revision: current.revision + 1,
      deletedAt: at,
      updatedAt: at,
      localModifiedAt: at,
    };
    await replaceTasks(tx, [next], new Map([[next.id, current.revision]]));
    await insertVersions(tx, [versionOf(next, description, actorName(options.actor), null, at, 'api')]);
  }

  /** Puts other files in the place of a living task's, as an import does. */
  async function replace(tx: Queryable, id: string, files: Files, options: EditOptions): Promise<TaskRow> {
    return store(tx, await lockLiving(tx, id), files, options, { source: 'import' });
  }

  return { store, insert, remove, read, replace };
}

/** Of a task that no repository holds. */
const inStep = { syncStatus: 'synced', pushStatus: 'not_required', needsPush: false } as const;
export const invalid = (issues: readonly Issue[]) =>
  new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join(' '), [...issues]);

/** Where a task without a repository stands is only a name; its form decides the rest. */
export const documentPath = (row: TaskRow): string => row.repositoryPath ?? (isFilePair(row) ? row.entry : row.name);
export const isFilePair = (row: TaskRow): boolean => row.storageType === 'pair' || row.storageType === 'script';

export function checkRevision(row: TaskRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `Task ${row.name} is at revision ${row.revision}, not ${expected}: someone changed it. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}

export async function lockLiving(tx: Queryable, id: string): Promise<TaskRow> {
  const row = await lockTask(tx, id);
  if (!row || row.deletedAt) throw notFound('task', id);
  return row;
}

export async function loadFiles(tx: Queryable, tree: TaskRow['tree']): Promise<Files> {
  const contents = filesOf(tree, await getBlobs(tx, digestsIn(tree)));
  const modes = fromStored(tree);
  return new Map([...contents].map(([name, bytes]) => [name, { bytes, mode: modes.get(name)?.mode ?? '100644' }]));
}

/** Where a task stands against its repository, and whether its push is queued by that. */
export async function standingOf(
  tx: Queryable,
  row: Pick<TaskRow, 'repositoryId' | 'repositoryPath'>,
  checksum: string,
): Promise<Pick<TaskRow, 'syncStatus' | 'pushStatus' | 'needsPush'>> {
  if (!row.repositoryId) return inStep;
  const [base] = await basesAt(tx, row.repositoryId, [row.repositoryPath ?? '']);
  const state = standing(checksum, base?.checksum ?? null);
  if (!state.needsPush) return { ...state, pushStatus: 'not_required' };
  return standingIn(await repositoryById(tx, row.repositoryId), checksum, base?.checksum ?? null);
}

/** The same where the repository and the checksum of the base are known; null: there is none. */
export function standingIn(
  repository: RepositoryRow | null,
  checksum: string,
  base: string | null,
): Pick<TaskRow, 'syncStatus' | 'pushStatus' | 'needsPush'> {
  const state = standing(checksum, base);
  if (!state.needsPush) return { ...state, pushStatus: 'not_required' };
  return repository && pushesByItself(repository)
    ? { needsPush: true, syncStatus: 'pending_push', pushStatus: 'pending' }
    : { ...state, pushStatus: 'not_required' };
}

/** Whether an edit goes out without anyone asking for it. */
export const pushesByItself = (repository: RepositoryRow): boolean =>
  repository.isWritable && repository.syncEnabled && (repository.pushOnChange || repository.pushPolicy.autoPush);

export async function refuseTakenName(tx: Queryable, repositoryId: string, name: string, uuid: string): Promise<void> {
  if (await nameTaken(tx, repositoryId, name, uuid))
    throw new RatchetError(
      'ALREADY_EXISTS',
      `The repository has a task named ${JSON.stringify(name)} already. Choose another name.`,
      [{ path: 'name', message: 'is taken' }],
    );
}

export async function refuseTakenPlace(tx: Queryable, repository: RepositoryRow, path: string): Promise<void> {
  if ((await lockTasksAt(tx, repository.id, [path])).length > 0)
    throw new RatchetError('ALREADY_EXISTS', `There is a task at ${path} in repository ${repository.name} already.`, [
      { path: 'repositoryPath', message: 'is taken' },
    ]);
}

/** The folder a new task goes to: the one asked for, else one made of its name. */
export function placeFor(asked: string | undefined, name: string): string {
  const path = asked === undefined ? slug(name) : posix.normalize(asked).replace(/\/+$/, '');
  const wrong = checkPath(path);
  if (wrong) throw invalid([{ path: 'repositoryPath', message: wrong }]);
  return path;
}

/** A name as part of a path. */
export const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase() || 'task';

export function newRow(
  fields: TaskFields,
  tree: ReadonlyMap<string, Entry>,
  repository: RepositoryRow,
  path: string,
  uuid: string,
  at: Date,
  createdFrom: TaskRow['createdFrom'] = 'api',
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
    createdFrom,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  };
}

/** The repository a new task goes to: the one asked for, else the default one. */
export async function homeFor(
  tx: Queryable,
  repositoryId: string | undefined,
  rights: Rights = fullRights,
): Promise<RepositoryRow> {
  const repository = repositoryId ? await taskRepositoryById(tx, repositoryId) : await defaultRepository(tx);
  if (!repository || !mayAtRepository(rights, 'read', repository.id))
    throw notFound('repository', repositoryId ?? 'default');
  if (!repository.isWritable)
    throw new RatchetError(
      'REPOSITORY_READ_ONLY',
      `Repository ${repository.name} is read-only: name another one, or make it writable.`,
    );
  return repository;
}
