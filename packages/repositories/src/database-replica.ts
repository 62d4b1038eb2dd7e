import type { Database, Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { getBlobs, putBlobs } from '@ratchet/store/queries/blobs';
import {
  type ConflictRow,
  insertConflicts,
  markResolved,
  openConflicts,
  openConflictsAt,
  supersedeConflicts,
} from '@ratchet/store/queries/conflicts';
import {
  basesAt,
  deleteBases,
  documentIndex,
  documentIndexAt,
  documentSides,
  type SyncBaseRow,
  upsertBases,
} from '@ratchet/store/queries/documents';
import { checkFence } from '@ratchet/store/queries/leases';
import { openConflictCount, recordSyncState, repositoryById } from '@ratchet/store/queries/repositories';
import { endIntent, insertIntent, intentById, preparedIntents } from '@ratchet/store/queries/sync-runs';
import type { DocumentKind } from '@ratchet/store/schema/repositories';
import { checksumOf } from '@ratchet/sync/digest';
import type { ConflictDraft, DocumentUpdate, IntendedDocument, Replica } from '@ratchet/sync/replica';
import type { Tree } from '@ratchet/sync-core/tree';
import type {
  Arrival,
  DocumentStore,
  FoundConflict,
  StoredDocument,
  Writing,
  WrittenRevision,
} from './document-store.ts';
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

/** The database as one side of a sync: documents of a kind, bases, conflicts and push intents of one repository. */
export function databaseReplica<P, R extends StoredDocument>(
  context: ReplicaContext,
  documents: DocumentStore<P, R>,
): Replica<P> {
  const { database, repositoryId, lease } = context;
  const fenced = <T>(work: (tx: Queryable) => Promise<T>): Promise<T> =>
    database.transaction(async (tx) => {
      await checkFence(tx, lease.name, lease.fence);
      return work(tx);
    });

  return {
    async index(paths) {
      const rows = await (paths
        ? documentIndexAt(database.db, documents.kind, repositoryId, paths)
        : documentIndex(database.db, documents.kind, repositoryId));
      return rows.map((row) => ({
        path: row.path,
        local: row.id ? { id: row.id, revision: row.revision as number, checksum: row.checksum as string } : null,
        base: row.baseChecksum === null ? null : { checksum: row.baseChecksum, token: row.baseToken as string },
        inConflict: row.inConflict,
      }));
    },
    async sides(paths) {
      const rows = await documentSides(database.db, documents.kind, repositoryId, paths);
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
    apply: (updates, commit) => fenced((tx) => applyUpdates(tx, context, documents, updates, commit)),

    async openIntents() {
      const rows = await preparedIntents(database.db, repositoryId);
      return rows.map((row) => ({
        id: row.id,
        token: row.token,
        documents: row.documents.map((d) => ({ ...d, tree: d.tree ? fromStored(d.tree) : null })),
      }));
    },
    async recordIntent({ token, baseHead, documents: intended }) {
      const id = newId();
      const stored = intended.map((d) => ({ ...d, tree: d.tree ? toStored(d.tree) : null }));
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
        const carried = intent.documents
          .filter((d) => !d.ahead && (!arrived || arrived.has(d.path)))
          .map((d) => ({ ...d, tree: d.tree ? fromStored(d.tree) : null }));
        await confirm(tx, context, documents, carried, tokens, head);
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

const writingOf = ({ repositoryId, actor, now, runId }: ReplicaContext, commit: string | null): Writing => ({
  repositoryId,
  actor,
  commit,
  at: now(),
  runId: runId ?? null,
});

async function applyUpdates<P, R extends StoredDocument>(
  tx: Queryable,
  context: ReplicaContext,
  documents: DocumentStore<P, R>,
  updates: readonly DocumentUpdate<P>[],
  commit: string | null,
) {
  const { repositoryId } = context;
  const writing = writingOf(context, commit);
  const paths = [...new Set(updates.flatMap((u) => (u.movedFrom ? [u.path, u.movedFrom] : [u.path])))];
  const living = new Map((await documents.lockAt(tx, repositoryId, paths)).map((row) => [row.repositoryPath, row]));
  const creations = updates.filter((u) => u.local && u.expected === null).map((u) => u.path);
  const tombs = new Map(
    (await documents.tombstonesAt(tx, repositoryId, creations)).map((row) => [row.repositoryPath, row]),
  );
  const bases = new Map((await basesAt(tx, repositoryId, paths)).map((row) => [row.path, row]));

  const written = {
    stale: [] as string[],
    revisions: new Map<string, number>(),
    inserts: [] as R[],
    replacements: [] as R[],
    from: new Map<string, number>(),
    history: [] as WrittenRevision<R>[],
    bases: [] as SyncBaseRow[],
    cleared: [] as string[],
    opened: [] as ConflictRow[],
    found: [] as FoundConflict<R>[],
    decided: [] as ConflictRow[],
    superseded: [] as string[],
  };
  const kind = documents.kind;

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
    const loser = update.superseded ? documents.loaded(tomb, update.superseded, update.path, null, writing) : null;
    const next = nextRow(documents, update, row, loser ?? tomb, baseChecksum, writing);
    if (next) {
      if (tomb) {
        written.replacements.push(next);
        written.from.set(next.id, tomb.revision);
      } else written.inserts.push(next);
      written.revisions.set(update.path, next.revision);
      const { description } = update;
      if (loser) written.history.push({ before: tomb, row: loser, description, superseded: true });
      if (next.revision !== (loser ?? tomb)?.revision)
        written.history.push({ before: loser ?? row, row: next, description, superseded: false });
    }
    const documentId = next?.id ?? row?.id ?? null;
    if (update.movedFrom !== undefined) written.cleared.push(update.movedFrom);
    if (update.base === null) written.cleared.push(update.path);
    if (update.base) written.bases.push(baseRow(context, kind, update.path, documentId, update.base, writing));
    if (update.conflict) {
      written.opened.push(conflictRow(context, kind, update.path, row?.id ?? null, update.conflict, writing));
      const found = { row, documentId: row?.id ?? bases.get(update.path)?.documentId ?? null };
      written.found.push({ ...found, path: update.path, remote: update.conflict.remote });
    }
    if (update.conflict === null) written.superseded.push(update.path);
    if (update.decided)
      written.decided.push({
        ...conflictRow(context, kind, update.path, documentId, update.decided, writing),
        status: 'resolved',
        resolution: update.decided.resolution,
        resolvedAt: writing.at,
        resolvedBy: 'policy',
      });
  }

  await deleteBases(tx, repositoryId, written.cleared);
  await documents.replace(tx, written.replacements, written.from);
  await documents.insert(tx, written.inserts);
  await documents.record(tx, written.history, writing);
  await upsertBases(tx, written.bases);
  await supersedeConflicts(tx, repositoryId, written.superseded);
  const known = await openConflictsAt(
    tx,
    repositoryId,
    written.found.map(({ path }) => path),
  );
  await openConflicts(tx, written.opened);
  await documents.conflictsFound(
    tx,
    written.found.filter(({ path }) => !known.has(path)),
    writing,
  );
  await insertConflicts(tx, written.decided);
  for (const { path, resolves } of updates)
    if (resolves && !written.stale.includes(path))
      await markResolved(tx, resolves.id, resolves.resolution, resolves.by);
  return { stale: written.stale, revisions: written.revisions };
}

/** The row an update leaves; null where no row changes. */
function nextRow<P, R extends StoredDocument>(
  documents: DocumentStore<P, R>,
  update: DocumentUpdate<P>,
  row: R | null,
  tomb: R | null,
  baseChecksum: string | null,
  writing: Writing,
): R | null {
  if (update.detach) return row ? documents.detached(row, writing) : null;
  if (update.local === null) return row ? documents.deleted(tomb ?? row, writing) : null;
  if (update.local) return documents.loaded(tomb, update.local, update.path, baseChecksum, writing);
  if (!row) return null;
  if (update.conflict) return documents.conflicted(row, writing);
  const moved = update.movedFrom === undefined ? null : (update.moved ?? null);
  return documents.settled(row, update.path, baseChecksum, moved, writing);
}

const baseRow = (
  context: ReplicaContext,
  documentKind: DocumentKind,
  path: string,
  documentId: string | null,
  base: { tree: Tree; token: string },
  { commit, at }: Writing,
): SyncBaseRow => ({
  repositoryId: context.repositoryId,
  path,
  documentKind,
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
  documentKind: DocumentKind,
  path: string,
  documentId: string | null,
  draft: ConflictDraft,
  { commit, at }: Writing,
): ConflictRow => ({
  id: newId(),
  repositoryId: context.repositoryId,
  path,
  documentKind,
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

/** What was pushed becomes the base; a document that was edited since stays ahead of it. */
async function confirm<P, R extends StoredDocument>(
  tx: Queryable,
  context: ReplicaContext,
  documents: DocumentStore<P, R>,
  carried: readonly IntendedDocument[],
  tokens: ReadonlyMap<string, string>,
  head: string | null,
): Promise<void> {
  const { repositoryId } = context;
  const writing = writingOf(context, head);
  const paths = carried.map((d) => d.path);
  const living = new Map((await documents.lockAt(tx, repositoryId, paths)).map((row) => [row.repositoryPath, row]));
  const before = new Map((await basesAt(tx, repositoryId, paths)).map((row) => [row.path, row]));
  const bases: SyncBaseRow[] = [];
  const arrivals: Arrival<R>[] = [];
  for (const { path, tree } of carried) {
    const row = living.get(path) ?? null;
    const token = tokens.get(path) ?? '';
    if (tree) bases.push(baseRow(context, documents.kind, path, row?.id ?? null, { tree, token }, writing));
    arrivals.push({ path, row, checksum: tree ? checksumOf(tree) : null, tree, base: before.get(path) ?? null });
  }
  await deleteBases(
    tx,
    repositoryId,
    carried.filter((d) => !d.tree).map((d) => d.path),
  );
  await upsertBases(tx, bases);
  await documents.arrived(tx, arrivals, writing);
}
