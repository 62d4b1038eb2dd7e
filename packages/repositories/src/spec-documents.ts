import { newId } from '@ratchet/store/id';
import {
  insertSpecSyncs,
  insertSpecs,
  insertSpecVersions,
  lockSpecsAt,
  replaceSpecs,
  type SpecRow,
  type SpecSyncRow,
  type SpecVersionRow,
  settleSpecs,
  specTombstonesAt,
} from '@ratchet/store/queries/spec-documents';
import { storable } from '@ratchet/store/rows';
import type { StoredTree } from '@ratchet/store/schema/columns';
import { checksumOf } from '@ratchet/sync/digest';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import type { DocumentStore, Writing } from './document-store.ts';
import { toStored } from './trees.ts';

/** What changes come from, for their history. */
export interface SpecChange {
  readonly source: SpecVersionRow['changeSource'];
  readonly direction: SpecSyncRow['direction'];
  readonly trigger: SpecSyncRow['trigger'];
}

/** The typed columns of a change: a projection of its tree and its place, and nothing else may write them. */
export const specProjection = (fields: OpenSpecFields) =>
  storable({
    folder: fields.folder,
    archived: fields.archived,
    archivedOn: fields.archivedOn,
    title: fields.title,
    status: fields.status,
    why: fields.why,
    whatChanges: fields.whatChanges,
    impact: fields.impact,
    capabilities: fields.capabilities,
    proposalContent: fields.proposalContent,
    tasksContent: fields.tasksContent,
    designContent: fields.designContent,
    designSections: fields.designSections,
    tasks: fields.tasks,
    deltas: fields.deltas,
    problems: fields.problems,
  }) as Pick<
    SpecRow,
    | 'folder'
    | 'archived'
    | 'archivedOn'
    | 'title'
    | 'status'
    | 'why'
    | 'whatChanges'
    | 'impact'
    | 'capabilities'
    | 'proposalContent'
    | 'tasksContent'
    | 'designContent'
    | 'designSections'
    | 'tasks'
    | 'deltas'
    | 'problems'
  >;

const statusOf = (checksum: string, base: string | null): SpecRow['syncStatus'] =>
  checksum === base ? 'synced' : 'modified';

/** Changes of OpenSpec as the documents of a sync, with the history of what was carried. */
export function specDocuments(change: SpecChange): DocumentStore<OpenSpecFields, SpecRow> {
  const started = performance.now();
  const fromFiles = change.direction === 'fs_to_db';
  const syncRow = (
    { repositoryId, actor, at }: Writing,
    spec: { readonly id: string; readonly path: string },
    rest: Pick<SpecSyncRow, 'direction' | 'status' | 'filesChanged'>,
  ): SpecSyncRow => ({
    id: newId(),
    repositoryId,
    specId: spec.id,
    repositoryPath: spec.path,
    trigger: change.trigger,
    error: null,
    startedBy: actor,
    startedAt: at,
    durationMs: performance.now() - started,
    ...rest,
  });
  return {
    kind: 'openspec_change',
    lockAt: lockSpecsAt,
    tombstonesAt: specTombstonesAt,
    insert: insertSpecs,
    replace: replaceSpecs,
    loaded(had, { tree, fields }, path, base, { repositoryId, at }) {
      const checksum = checksumOf(tree);
      return {
        ...(had ?? { id: newId(), repositoryId, localModifiedAt: null, filesystemModifiedAt: null, createdAt: at }),
        ...specProjection(fields),
        tree: toStored(tree),
        checksum,
        revision: (had?.revision ?? 0) + 1,
        repositoryPath: path,
        syncStatus: statusOf(checksum, base),
        syncError: null,
        ...(fromFiles ? { filesystemModifiedAt: at } : { localModifiedAt: at }),
        lastSyncedAt: at,
        updatedAt: at,
        deletedAt: null,
      };
    },
    deleted: (row, { at }) => ({
      ...row,
      syncStatus: 'synced',
      syncError: null,
      revision: row.revision + 1,
      lastSyncedAt: at,
      deletedAt: at,
      updatedAt: at,
    }),
    // Its place is the only one that it may be looked for at: it stays there, ahead of its files.
    detached: (row, { at }) => ({ ...row, syncStatus: 'modified', lastSyncedAt: at }),
    conflicted: (row, { at }) => ({ ...row, syncStatus: 'conflict', lastSyncedAt: at }),
    settled(row, path, base, moved, { at }) {
      const stays = { ...row, syncStatus: statusOf(row.checksum, base), syncError: null, lastSyncedAt: at };
      if (!moved || path === row.repositoryPath) return { ...stays, repositoryPath: path };
      return {
        ...stays,
        ...specProjection(moved),
        repositoryPath: path,
        revision: row.revision + 1,
        ...(fromFiles ? { filesystemModifiedAt: at } : { localModifiedAt: at }),
        updatedAt: at,
      };
    },
    async record(tx, revisions, writing) {
      await insertSpecVersions(
        tx,
        revisions.map(({ row, description }) => specVersionOf(row, description, writing, change.source)),
      );
      await insertSpecSyncs(
        tx,
        revisions.flatMap(({ before, row, superseded }) =>
          superseded
            ? []
            : [
                syncRow(
                  writing,
                  { id: row.id, path: row.repositoryPath },
                  {
                    direction: change.direction,
                    status: 'success',
                    filesChanged: changedPaths(before?.tree ?? {}, row.deletedAt ? {} : row.tree),
                  },
                ),
              ],
        ),
      );
    },
    conflictsFound: (tx, found, writing) =>
      insertSpecSyncs(
        tx,
        found.flatMap(({ row, documentId: id, path, remote }) => {
          const filesChanged = changedPaths(row?.tree ?? {}, remote ? toStored(remote) : {});
          const { direction } = change;
          return id ? [syncRow(writing, { id, path }, { direction, status: 'conflict', filesChanged })] : [];
        }),
      ),
    async arrived(tx, arrivals, writing) {
      await settleSpecs(
        tx,
        arrivals.flatMap(({ row, checksum }) =>
          row ? [{ id: row.id, syncStatus: statusOf(row.checksum, checksum) }] : [],
        ),
        writing.at,
      );
      await insertSpecSyncs(
        tx,
        arrivals.flatMap(({ row, path, tree, base }) => {
          const id = row?.id ?? base?.documentId;
          const filesChanged = changedPaths(base?.tree ?? {}, tree ? toStored(tree) : {});
          return id && filesChanged.length > 0
            ? [syncRow(writing, { id, path }, { direction: 'db_to_fs', status: 'success', filesChanged })]
            : [];
        }),
      );
    },
  };
}

/** Files that are not the same in two trees. */
export const changedPaths = (before: StoredTree, after: StoredTree): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((path) => before[path]?.[0] !== after[path]?.[0] || before[path]?.[1] !== after[path]?.[1])
    .sort();

export const specVersionOf = (
  row: SpecRow,
  description: string | null,
  { actor, at }: Pick<Writing, 'actor' | 'at'>,
  changeSource: SpecVersionRow['changeSource'],
): SpecVersionRow => ({
  specId: row.id,
  revision: row.revision,
  repositoryPath: row.repositoryPath,
  tree: row.tree,
  checksum: row.checksum,
  changeDescription: description,
  changedBy: actor,
  changeSource,
  deleted: row.deletedAt !== null,
  createdAt: at,
});
