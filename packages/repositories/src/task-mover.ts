import { mayAtRepository, requireAt } from '@ratchet/contract/access';
import type { Task } from '@ratchet/contract/entities/task';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { basesAt, insertVersions, livingTasksOf, replaceTasks, type TaskRow } from '@ratchet/store/queries/documents';
import { type RepositoryRow, repositoryById, taskRepositoryById } from '@ratchet/store/queries/repositories';
import { actorName, type RepositoriesContext } from './context.ts';
import { versionOf } from './task-documents.ts';
import { findTask, showTask } from './task-reader.ts';
import {
  checkRevision,
  documentPath,
  type EditOptions,
  lockLiving,
  placeFor,
  refuseTakenName,
  refuseTakenPlace,
  standingOf,
} from './task-store.ts';

export type TaskMover = ReturnType<typeof taskMover>;

/** Moves tasks between repositories: id and history stay, and the next pushes write them there and remove them here. */
export function taskMover({ database, now }: RepositoriesContext, edited: (repositoryId: string) => void) {
  const target = async (tx: Queryable, id: string): Promise<RepositoryRow> => {
    const repository = await taskRepositoryById(tx, id);
    if (!repository) throw notFound('repository', id);
    if (!repository.isWritable)
      throw new RatchetError('REPOSITORY_READ_ONLY', `Repository ${repository.name} is read-only: name another one.`);
    return repository;
  };

  /** What a task becomes at its new place. */
  async function moved(
    tx: Queryable,
    row: TaskRow,
    repository: RepositoryRow | null,
    path: string | null,
    at: Date,
  ): Promise<TaskRow> {
    const place = { repositoryId: repository?.id ?? null, repositoryPath: path };
    return {
      ...row,
      ...place,
      ...(await standingOf(tx, place, row.checksum)),
      repositoryCommit: null,
      pushMessage: null,
      revision: row.revision + 1,
      localModifiedAt: at,
      updatedAt: at,
    };
  }

  async function write(
    tx: Queryable,
    rows: readonly { from: TaskRow; to: TaskRow }[],
    description: string,
    by: string,
    at: Date,
  ): Promise<void> {
    await replaceTasks(
      tx,
      rows.map(({ to }) => to),
      new Map(rows.map(({ from }) => [from.id, from.revision])),
    );
    await insertVersions(
      tx,
      rows.map(({ to }) => versionOf(to, description, by, null, at, 'api')),
    );
  }

  return {
    /** Moves one task; null keeps it here only. Throws where it would come back with the next sync. */
    async assign(
      idOrUuid: string,
      { repositoryId, repositoryPath }: { repositoryId: string | null; repositoryPath?: string | undefined },
      options: EditOptions,
    ): Promise<Task> {
      const found = await findTask(database.db, idOrUuid);
      const row = await database.transaction(async (tx) => {
        const current = await lockLiving(tx, found.id);
        checkRevision(current, options.expectedRevision);
        if (options.rights && repositoryId !== null && !mayAtRepository(options.rights, 'read', repositoryId))
          throw notFound('repository', repositoryId);
        const repository = repositoryId === null ? null : await target(tx, repositoryId);
        const path = repository ? placeFor(repositoryPath ?? documentPath(current), current.name) : null;
        if (options.rights)
          requireAt(options.rights, 'create', { repositoryId: repository?.id ?? null, name: current.name });
        if (current.repositoryId === (repository?.id ?? null) && current.repositoryPath === path) return current;
        if (current.syncStatus === 'conflict')
          throw new RatchetError('STATE_CONFLICT', `Task ${current.name} is in conflict. Resolve that, then move it.`);
        if (current.repositoryId) await refuseReturning(tx, current);
        if (repository && path !== null) {
          if (repository.id !== current.repositoryId)
            await refuseTakenName(tx, repository.id, current.name, current.uuid);
          await refuseTakenPlace(tx, repository, path);
        }
        const at = now();
        const next = await moved(tx, current, repository, path, at);
        const description =
          options.changeDescription ?? `Moved to ${repository ? `${repository.name}: ${path}` : 'no repository'}`;
        await write(tx, [{ from: current, to: next }], description, actorName(options.actor), at);
        return next;
      });
      for (const id of new Set([found.repositoryId, row.repositoryId])) if (id) edited(id);
      return showTask(database.db, row);
    },

    /** Moves every task of a repository that is about to be removed. Answers how many. */
    async moveAll(tx: Queryable, from: RepositoryRow, to: string, by: string): Promise<number> {
      const repository = await target(tx, to);
      if (repository.id === from.id)
        throw new RatchetError('VALIDATION_FAILED', 'to: names the repository itself.', [
          { path: 'to', message: 'names the repository itself' },
        ]);
      const at = now();
      const rows: { from: TaskRow; to: TaskRow }[] = [];
      for (const row of await livingTasksOf(tx, from.id)) {
        const path = row.repositoryPath ?? documentPath(row);
        await refuseTakenName(tx, repository.id, row.name, row.uuid);
        await refuseTakenPlace(tx, repository, path);
        rows.push({ from: row, to: await moved(tx, row, repository, path, at) });
      }
      for (let i = 0; i < rows.length; i += 500)
        await write(tx, rows.slice(i, i + 500), `Moved from ${from.name} to ${repository.name}`, by, at);
      return rows.length;
    },
  };
}

/** A repository that has the task, and that no push may write, would bring it again. */
async function refuseReturning(tx: Queryable, current: TaskRow): Promise<void> {
  const home = await repositoryById(tx, current.repositoryId ?? '');
  if (!home || home.isWritable) return;
  if ((await basesAt(tx, home.id, [current.repositoryPath ?? ''])).length === 0) return;
  throw new RatchetError(
    'REPOSITORY_READ_ONLY',
    `Repository ${home.name} is read-only and holds the task: the next sync would bring it again. Make it writable, or create a copy elsewhere.`,
  );
}
