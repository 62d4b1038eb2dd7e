import { newId } from '@ratchet/store/id';
import {
  insertTasks,
  insertVersions,
  lockTasksAt,
  replaceTasks,
  settlePushed,
  type TaskRow,
  type TaskVersionRow,
  tombstonesAt,
} from '@ratchet/store/queries/documents';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { DocumentStore, Writing } from './document-store.ts';
import { identityOf, projection, standing } from './task-row.ts';

/** Tasks as the documents of a sync. */
export const taskDocuments: DocumentStore<TaskFields, TaskRow> = {
  kind: 'task',
  lockAt: lockTasksAt,
  tombstonesAt,
  insert: insertTasks,
  replace: replaceTasks,
  loaded(had, { tree, fields }, path, base, writing) {
    const typed = projection(fields, tree);
    return {
      ...(had ?? fresh(writing)),
      ...typed,
      uuid: identityOf(fields, had?.uuid ?? null, writing.repositoryId, path),
      ...standing(typed.checksum, base),
      pushStatus: 'not_required',
      pushMessage: null,
      revision: (had?.revision ?? 0) + 1,
      repositoryPath: path,
      repositoryCommit: writing.commit,
      lastSyncedAt: writing.at,
      sourceModifiedAt: writing.at,
      updatedAt: writing.at,
      deletedAt: null,
    };
  },
  deleted: (row, { at }) => ({ ...row, ...synced, revision: row.revision + 1, deletedAt: at, updatedAt: at }),
  detached: (row, { at }) => ({ ...row, ...released, lastSyncedAt: at }),
  conflicted: (row, { at }) => ({ ...row, syncStatus: 'conflict', lastSyncedAt: at }),
  settled: (row, path, base, _moved, { at, commit }) => ({
    ...row,
    ...standing(row.checksum, base),
    ...(row.checksum === base ? { pushStatus: 'not_required', pushMessage: null, repositoryCommit: commit } : {}),
    repositoryPath: path,
    lastSyncedAt: at,
  }),
  record: (tx, revisions, { actor, commit, at, runId }) =>
    insertVersions(
      tx,
      revisions.map(({ row, description }) => ({ ...versionOf(row, description, actor, commit, at), runId })),
    ),
  conflictsFound: async () => {},
  arrived: (tx, arrivals, { commit, at }) =>
    settlePushed(
      tx,
      arrivals.flatMap(({ row, checksum }) => {
        if (!row) return [];
        const state = standing(row.checksum, checksum);
        return [{ id: row.id, ...state, pushStatus: state.needsPush ? 'not_required' : 'completed' }];
      }),
      commit,
      at,
    ),
};

const synced = { syncStatus: 'synced', pushStatus: 'not_required', pushMessage: null, needsPush: false } as const;
const released = { ...synced, repositoryId: null, repositoryPath: null, repositoryCommit: null };

/** Columns of a row that no projection gives. */
const fresh = ({ repositoryId, commit, at }: Writing) => ({
  id: newId(),
  revision: 0,
  repositoryId,
  repositoryCommit: commit,
  localModifiedAt: null,
  isEditable: true,
  enabled: true,
  createdFrom: 'pull' as const,
  createdAt: at,
});

export const versionOf = (
  row: TaskRow,
  description: string | null,
  changedBy: string,
  commit: string | null,
  at: Date,
  changeSource: TaskVersionRow['changeSource'] = 'sync',
): TaskVersionRow => ({
  taskId: row.id,
  revision: row.revision,
  version: row.version,
  entry: row.entry,
  tree: row.tree,
  checksum: row.checksum,
  changeDescription: description,
  changedBy,
  changeSource,
  repositoryCommit: commit,
  runId: null,
  deleted: row.deletedAt !== null,
  createdAt: at,
});
