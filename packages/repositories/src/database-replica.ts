import type { Database, Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { getBlobs, putBlobs } from '@ratchet/store/queries/blobs';
import {
  type ConflictRow,
  insertConflicts,
  markResolved,
  openConflicts,
  supersedeConflicts,
} from '@ratchet/store/queries/conflicts';
import {
  basesAt,
  deleteBases,
  documentIndex,
  documentIndexAt,
  documentSides,
  insertTasks,
  insertVersions,
  lockTasksAt,
  type PushedStanding,
  replaceTasks,
  type SyncBaseRow,
  settlePushed,
  type TaskRow,
  type TaskVersionRow,
  tombstonesAt,
  upsertBases,
} from '@ratchet/store/queries/documents';
import { checkFence } from '@ratchet/store/queries/leases';
import { openConflictCount, recordSyncState, repositoryById } from '@ratchet/store/queries/repositories';
import { endIntent, insertIntent, intentById, preparedIntents } from '@ratchet/store/queries/sync-runs';
import { checksumOf } from '@ratchet/sync/digest';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { ConflictDraft, DocumentUpdate, IntendedDocument, Replica } from '@ratchet/sync/replica';
import type { Tree } from '@ratchet/sync-core/tree';
import { identityOf, projection, standing } from './task-row.ts';
import { fromStored, toStored } from './trees.ts';

export interface ReplicaContext {
  readonly database: Database;
  readonly repositoryId: string;
  /** The lease under which everything is written. */
  readonly lease: { readonly name: string; readonly fence: number };
  /** Who is named in history. */
  readonly actor: string;
  readonly now: () => Date;
  /** The run on record that this belongs to. */
  readonly runId?: string;
}

/** The database as one side of a sync: tasks, bases, conflicts and push intents of one repository. */
export function databaseReplica(context: ReplicaContext): Replica<TaskFields> {
  const { database, repositoryId, lease } = context;
  const fenced = <T>(work: (tx: Queryable) => Promise<T>): Promise<T> =>
    database.transaction(async (tx) => {
      await checkFence(tx, lease.name, lease.fence);
      return work(tx);
    });

  return {
    async index(paths) {
      const rows = await (paths
        ? documentIndexAt(database.db, repositoryId, paths)
        : documentIndex(database.db, repositoryId));
      return rows.map((row) => ({
        path: row.path,
        local: row.id ? { id: row.id, revision: row.revision as number, checksum: row.checksum as string } : null,
        base: row.baseChecksum === null ? null : { checksum: row.baseChecksum, token: row.baseToken as string },
        inConflict: row.inConflict,
      }));
    },
    async sides(paths) {
      const rows = await documentSides(database.db, repositoryId, paths);
      return new Map(
        rows.map((row) => [
          row.path,
          {
            base: row.base ? fromStored(row.base) : null,
            local: row.local ? fromStored(row.local) : null,
            identity: row.identity,
          },
        ]),
      );
    },
    read: (digests) => getBlobs(database.db, [...digests]),
    keep: (blobs) =>
      database.transaction((tx) =>
        putBlobs(
          tx,
          [...blobs].map(([digest, bytes]) => ({ digest, bytes })),
        ),
      ),
    apply: (updates, commit) => fenced((tx) => applyUpdates(tx, context, updates, commit)),

    async openIntents() {
      const rows = await preparedIntents(database.db, repositoryId);
      return rows.map((row) => ({
        id: row.id,
        token: row.token,
        documents: row.documents.map((d) => ({ ...d, tree: d.tree ? fromStored(d.tree) : null })),
      }));
    },
    async recordIntent({ token, baseHead, documents }) {
      const id = newId();
      const stored = documents.map((d) => ({ ...d, tree: d.tree ? toStored(d.tree) : null }));
      await fenced((tx) =>
        insertIntent(tx, {
          id,
          repositoryId,
          status: 'prepared',
          token,
          baseHead,
          documents: stored,
          fence: lease.fence,
        }),
      );
      return id;
    },
    confirmIntent: (id, tokens, head, arrived) =>
      fenced(async (tx) => {
        const intent = await intentById(tx, id);
        if (intent?.status !== 'prepared') return;
        const documents = intent.documents
          .filter((d) => !arrived || arrived.has(d.path))
          .map((d) => ({ ...d, tree: d.tree ? fromStored(d.tree) : null }));
        await confirm(tx, context, documents, tokens, head);
        await endIntent(tx, id, 'confirmed');
      }),
    abandonIntent: (id) => fenced((tx) => endIntent(tx, id, 'abandoned')),

    async seen() {
      const row = await repositoryById(database.db, repositoryId);
      const openConflicts = await openConflictCount(database.db, repositoryId);
      return {
        head: row?.seenHead ?? null,
        scope: row?.seenScope ?? null,
        problems: row?.seenProblems ?? [],
        openConflicts,
      };
    },
    setSeen: ({ head, scope, problems }) =>
      fenced((tx) =>
        recordSyncState(tx, repositoryId, { seenHead: head, seenScope: scope, seenProblems: [...problems] }),
      ),
  };
}

type Update = DocumentUpdate<TaskFields>;

async function applyUpdates(tx: Queryable, context: ReplicaContext, updates: readonly Update[], commit: string | null) {
  const { repositoryId, now, actor } = context;
  const at = now();
  const paths = [...new Set(updates.flatMap((u) => (u.movedFrom ? [u.path, u.movedFrom] : [u.path])))];
  const living = new Map((await lockTasksAt(tx, repositoryId, paths)).map((row) => [row.repositoryPath, row]));
  const creations = updates.filter((u) => u.local && u.expected === null).map((u) => u.path);
  const tombs = new Map((await tombstonesAt(tx, repositoryId, creations)).map((row) => [row.repositoryPath, row]));
  const bases = new Map((await basesAt(tx, repositoryId, paths)).map((row) => [row.path, row]));

  const written = {
    stale: [] as string[],
    revisions: new Map<string, number>(),
    inserts: [] as TaskRow[],
    replacements: [] as TaskRow[],
    from: new Map<string, number>(),
    versions: [] as TaskVersionRow[],
    bases: [] as SyncBaseRow[],
    cleared: [] as string[],
    opened: [] as ConflictRow[],
    decided: [] as ConflictRow[],
    superseded: [] as string[],
  };

  for (const update of updates) {
    const row = living.get(update.movedFrom ?? update.path) ?? null;
    const blocked = update.movedFrom !== undefined && living.has(update.path);
    const another = row !== null && update.expectedId !== undefined && row.id !== update.expectedId;
    if ((row?.revision ?? null) !== update.expected || another || blocked) {
      written.stale.push(update.path);
      continue;
    }
    const tomb = row ?? tombs.get(update.path) ?? null;
    const base = update.base === undefined ? (bases.get(update.movedFrom ?? update.path)?.checksum ?? null) : null;
    const baseChecksum = update.base ? checksumOf(update.base.tree) : base;
    const next = nextRow(update, row, tomb, baseChecksum, context, commit, at);
    if (next) {
      if (tomb) {
        written.replacements.push(next);
        written.from.set(next.id, tomb.revision);
      } else written.inserts.push(next);
      written.revisions.set(update.path, next.revision);
      if (update.local !== undefined)
        written.versions.push({
          ...versionOf(next, update.description, actor, commit, at),
          runId: context.runId ?? null,
        });
    }
    if (update.movedFrom !== undefined) written.cleared.push(update.movedFrom);
    if (update.base === null) written.cleared.push(update.path);
    if (update.base)
      written.bases.push(baseRow(context, update.path, next?.id ?? row?.id ?? null, update.base, commit, at));
    if (update.conflict)
      written.opened.push(conflictRow(context, update.path, row?.id ?? null, update.conflict, commit, at));
    if (update.conflict === null) written.superseded.push(update.path);
    if (update.decided)
      written.decided.push({
        ...conflictRow(context, update.path, next?.id ?? row?.id ?? null, update.decided, commit, at),
        status: 'resolved',
        resolution: update.decided.resolution,
        resolvedAt: at,
        resolvedBy: 'policy',
      });
  }

  await deleteBases(tx, repositoryId, written.cleared);
  await replaceTasks(tx, written.replacements, written.from);
  await insertTasks(tx, written.inserts);
  await insertVersions(tx, written.versions);
  await upsertBases(tx, written.bases);
  await supersedeConflicts(tx, repositoryId, written.superseded);
  await openConflicts(tx, written.opened);
  await insertConflicts(tx, written.decided);
  for (const { path, resolves } of updates)
    if (resolves && !written.stale.includes(path))
      await markResolved(tx, resolves.id, resolves.resolution, resolves.by);
  return { stale: written.stale, revisions: written.revisions };
}

/** The row an update leaves; null where no task row changes. */
function nextRow(
  update: Update,
  row: TaskRow | null,
  tomb: TaskRow | null,
  baseChecksum: string | null,
  context: ReplicaContext,
  commit: string | null,
  at: Date,
): TaskRow | null {
  if (update.detach) return row ? { ...row, ...released, lastSyncedAt: at } : null;
  if (update.local === null)
    return row ? { ...row, ...synced, revision: row.revision + 1, deletedAt: at, updatedAt: at } : null;
  if (update.local) {
    const { fields, tree } = update.local;
    const typed = projection(fields, tree);
    const had = tomb ?? fresh(context, commit, at);
    return {
      ...had,
      ...typed,
      uuid: identityOf(fields, tomb?.uuid ?? null, context.repositoryId, update.path),
      ...standing(typed.checksum, baseChecksum),
      pushStatus: 'not_required',
      pushMessage: null,
      revision: (tomb?.revision ?? 0) + 1,
      repositoryPath: update.path,
      repositoryCommit: commit,
      lastSyncedAt: at,
      sourceModifiedAt: at,
      updatedAt: at,
      deletedAt: null,
    };
  }
  if (!row) return null;
  if (update.conflict) return { ...row, syncStatus: 'conflict', lastSyncedAt: at };
  return {
    ...row,
    ...standing(row.checksum, baseChecksum),
    ...(row.checksum === baseChecksum
      ? { pushStatus: 'not_required', pushMessage: null, repositoryCommit: commit }
      : {}),
    repositoryPath: update.path,
    lastSyncedAt: at,
  };
}

const synced = { syncStatus: 'synced', pushStatus: 'not_required', pushMessage: null, needsPush: false } as const;
const released = { ...synced, repositoryId: null, repositoryPath: null, repositoryCommit: null };

/** Columns of a row that no projection gives. */
const fresh = (context: ReplicaContext, commit: string | null, at: Date) => ({
  id: newId(),
  revision: 0,
  repositoryId: context.repositoryId,
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

const baseRow = (
  context: ReplicaContext,
  path: string,
  documentId: string | null,
  base: { tree: Tree; token: string },
  commit: string | null,
  at: Date,
): SyncBaseRow => ({
  repositoryId: context.repositoryId,
  path,
  documentKind: 'task',
  documentId,
  tree: toStored(base.tree),
  checksum: checksumOf(base.tree),
  remoteToken: base.token,
  remoteCommit: commit,
  fence: context.lease.fence,
  updatedAt: at,
});

const conflictRow = (
  context: ReplicaContext,
  path: string,
  documentId: string | null,
  draft: ConflictDraft,
  commit: string | null,
  at: Date,
): ConflictRow => ({
  id: newId(),
  repositoryId: context.repositoryId,
  path,
  documentKind: 'task',
  documentId,
  conflictType: draft.type,
  baseTree: draft.base ? toStored(draft.base) : null,
  localTree: draft.local ? toStored(draft.local) : null,
  remoteTree: draft.remote ? toStored(draft.remote) : null,
  localRevision: draft.localRevision,
  remoteToken: draft.remoteToken,
  remoteCommit: commit,
  status: 'open',
  resolution: null,
  revision: 1,
  createdAt: at,
  resolvedAt: null,
  resolvedBy: null,
});

/** What was pushed becomes the base; a task that was edited since stays ahead of it. */
async function confirm(
  tx: Queryable,
  context: ReplicaContext,
  documents: readonly IntendedDocument[],
  tokens: ReadonlyMap<string, string>,
  head: string | null,
): Promise<void> {
  const at = context.now();
  const paths = documents.map((d) => d.path);
  const living = new Map((await lockTasksAt(tx, context.repositoryId, paths)).map((row) => [row.repositoryPath, row]));
  const bases: SyncBaseRow[] = [];
  const pushed: PushedStanding[] = [];
  for (const { path, tree } of documents) {
    const row = living.get(path) ?? null;
    if (tree) bases.push(baseRow(context, path, row?.id ?? null, { tree, token: tokens.get(path) ?? '' }, head, at));
    if (!row) continue;
    const state = standing(row.checksum, tree ? checksumOf(tree) : null);
    pushed.push({ id: row.id, ...state, pushStatus: state.needsPush ? 'not_required' : 'completed' });
  }
  await deleteBases(
    tx,
    context.repositoryId,
    documents.filter((d) => !d.tree).map((d) => d.path),
  );
  await upsertBases(tx, bases);
  await settlePushed(tx, pushed, head, at);
}
