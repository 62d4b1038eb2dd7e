import { and, eq, type inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { insertRows } from '../rows.ts';
import type { StoredTree } from '../schema/columns.ts';
import { syncBases, tasks, taskVersions } from '../schema/content.ts';
import type { DocumentKind } from '../schema/repositories.ts';
import { specs } from '../schema/specs.ts';
import { disableOrphans } from './orphan-schedules.ts';
import { replaceRows } from './replace-rows.ts';

/** Where the documents of a kind are. */
const tableOf = { task: tasks, openspec_change: specs } as const;
/** The uuid that a document's own metadata gives; changes of OpenSpec have none. */
const identityOf: Readonly<Record<DocumentKind, SQL>> = {
  task: sql`metadata ->> 'uuid'`,
  openspec_change: sql`null::text`,
};

export type TaskRow = typeof tasks.$inferSelect;
export type TaskVersionRow = typeof taskVersions.$inferSelect;
export type SyncBaseRow = typeof syncBases.$inferSelect;

export interface DocumentIndexRow {
  path: string;
  id: string | null;
  revision: number | null;
  /** Of the local side and of the base; empty where both are there and equal, which is nearly everywhere. */
  checksum: string | null;
  baseChecksum: string | null;
  baseToken: string | null;
  inConflict: boolean;
}

/** Every path of a repository that has a living document, a base or an open conflict. */
export async function documentIndex(
  db: Queryable,
  kind: DocumentKind,
  repositoryId: string,
): Promise<DocumentIndexRow[]> {
  const { rows } = await db.execute(sql`
    select coalesce(t.path, b.path, c.path) as path, t.id, t.revision,
           case when t.checksum = b.checksum then '' else t.checksum end as checksum,
           case when t.checksum = b.checksum then '' else b.checksum end as "baseChecksum",
           b.remote_token as "baseToken", c.path is not null as "inConflict"
    from (select repository_path as path, id, revision, checksum from ${tableOf[kind]}
          where repository_id = ${repositoryId} and deleted_at is null) t
    full join (select path, checksum, remote_token from ratchet.sync_bases where repository_id = ${repositoryId}) b
      on b.path = t.path
    full join (select path from ratchet.conflicts where repository_id = ${repositoryId} and status = 'open') c
      on c.path = coalesce(t.path, b.path)`);
  return rows as unknown as DocumentIndexRow[];
}

/** The same for some paths. Each is looked up by its index, as in `documentSides`. */
export async function documentIndexAt(
  db: Queryable,
  kind: DocumentKind,
  repositoryId: string,
  paths: readonly string[],
): Promise<DocumentIndexRow[]> {
  if (paths.length === 0) return [];
  const { rows } = await db.execute(sql`
    select p.path, t.id, t.revision, t.checksum, b.checksum as "baseChecksum", b.remote_token as "baseToken",
           c.path is not null as "inConflict"
    from unnest(${sql.param(paths)}::text[]) as p(path)
    left join lateral (select id, revision, checksum from ${tableOf[kind]}
      where repository_id = ${repositoryId} and repository_path = p.path and deleted_at is null limit 1) t on true
    left join lateral (select checksum, remote_token from ratchet.sync_bases
      where repository_id = ${repositoryId} and path = p.path limit 1) b on true
    left join lateral (select path from ratchet.conflicts
      where repository_id = ${repositoryId} and path = p.path and status = 'open' limit 1) c on true
    where t.id is not null or b.checksum is not null or c.path is not null`);
  return rows as unknown as DocumentIndexRow[];
}

export interface DocumentSidesRow {
  path: string;
  base: StoredTree | null;
  local: StoredTree | null;
  identity: string | null;
}

/** Base and local trees of some paths. `identity` is the uuid that the document's own metadata gives. */
export async function documentSides(
  db: Queryable,
  kind: DocumentKind,
  repositoryId: string,
  paths: readonly string[],
): Promise<DocumentSidesRow[]> {
  if (paths.length === 0) return [];
  // Each place is looked up by its index: a planner that knows nothing of a fresh import yet would read every row.
  const { rows } = await db.execute(sql`
    select p.path, b.tree as base, t.tree as local, case when t.tree is null then d.uuid else t.uuid end as identity
    from unnest(${sql.param(paths)}::text[]) as p(path)
    left join lateral (select tree, document_id from ratchet.sync_bases
      where repository_id = ${repositoryId} and path = p.path limit 1) b on true
    left join lateral (select tree, ${identityOf[kind]} as uuid from ${tableOf[kind]}
      where repository_id = ${repositoryId} and repository_path = p.path and deleted_at is null limit 1) t on true
    left join lateral (select ${identityOf[kind]} as uuid from ${tableOf[kind]}
      where id = b.document_id limit 1) d on true`);
  return rows as unknown as DocumentSidesRow[];
}

/** Living tasks at some paths of a repository, locked until the transaction ends. */
export const lockTasksAt = (tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<TaskRow[]> =>
  tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.repositoryId, repositoryId), isNull(tasks.deletedAt), oneOf(tasks.repositoryPath, paths)))
    .orderBy(tasks.id)
    .for('update');

/** Living tasks of a repository, locked until the transaction ends. */
export const livingTasksOf = (tx: Queryable, repositoryId: string): Promise<TaskRow[]> =>
  tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.repositoryId, repositoryId), isNull(tasks.deletedAt)))
    .orderBy(tasks.id)
    .for('update');

/** The newest deleted task at each of some paths: what comes back there is the same task. */
export async function tombstonesAt(tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<TaskRow[]> {
  if (paths.length === 0) return [];
  const rows = await tx
    .selectDistinctOn([tasks.repositoryPath])
    .from(tasks)
    .where(and(eq(tasks.repositoryId, repositoryId), isNotNull(tasks.deletedAt), oneOf(tasks.repositoryPath, paths)))
    .orderBy(tasks.repositoryPath, sql`${tasks.deletedAt} desc`);
  return rows;
}

export async function insertTasks(tx: Queryable, rows: readonly TaskRow[]): Promise<void> {
  if (rows.length > 0) await tx.execute(insertRows(tasks, rows));
}

/** Replaces whole rows, each only where the stored revision is one of `from` (by id). Answers the ids that were written. */
export async function replaceTasks(
  tx: Queryable,
  rows: readonly TaskRow[],
  from: ReadonlyMap<string, number>,
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const written = await replaceRows(tx, tasks, rows, from, ['id', 'created_at', 'created_from']);
  await disableOrphans(
    tx,
    rows.flatMap((row) => (row.deletedAt ? [row.id] : [])),
  );
  return written;
}

/** Where tasks stand after a push that carried what they hold, or held. */
export interface PushedStanding {
  id: string;
  syncStatus: TaskRow['syncStatus'];
  pushStatus: TaskRow['pushStatus'];
  needsPush: boolean;
}

/** Records that a push arrived. Not a change of the tasks: their revisions stay. */
export async function settlePushed(
  tx: Queryable,
  rows: readonly PushedStanding[],
  commit: string | null,
  at: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    update ratchet.tasks as t set sync_status = r.sync_status, push_status = r.push_status, needs_push = r.needs_push,
      push_message = null, repository_commit = ${commit}, last_synced_at = ${at.toISOString()}::timestamptz
    from unnest(
      ${sql.param(rows.map(({ id }) => id))}::uuid[], ${sql.param(rows.map((row) => row.syncStatus))}::text[],
      ${sql.param(rows.map((row) => row.pushStatus))}::text[], ${sql.param(rows.map((row) => row.needsPush))}::boolean[])
      as r(id, sync_status, push_status, needs_push)
    where t.id = r.id`);
}

export async function insertVersions(tx: Queryable, rows: readonly TaskVersionRow[]): Promise<void> {
  if (rows.length > 0) await tx.execute(insertRows(taskVersions, rows));
}

export async function upsertBases(tx: Queryable, rows: readonly SyncBaseRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    ${insertRows(syncBases, rows)}
    on conflict (repository_id, path) do update set
      document_kind = excluded.document_kind, document_id = excluded.document_id, tree = excluded.tree,
      checksum = excluded.checksum, remote_token = excluded.remote_token, remote_commit = excluded.remote_commit,
      fence = excluded.fence, updated_at = excluded.updated_at`);
}

export async function deleteBases(tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await tx.delete(syncBases).where(and(eq(syncBases.repositoryId, repositoryId), oneOf(syncBases.path, paths)));
}

export const basesAt = (db: Queryable, repositoryId: string, paths: readonly string[]): Promise<SyncBaseRow[]> =>
  db
    .select()
    .from(syncBases)
    .where(and(eq(syncBases.repositoryId, repositoryId), oneOf(syncBases.path, paths)));

/** `column = any(array)`: one parameter however many values. */
const oneOf = (column: Parameters<typeof inArray>[0], values: readonly string[]): SQL =>
  sql`${column} = any(${sql.param(values)}::text[])`;
