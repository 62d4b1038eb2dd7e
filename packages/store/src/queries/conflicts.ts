import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { notify } from '../events.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { insertRows } from '../rows.ts';
import { conflicts } from '../schema/repositories.ts';
import { taskNameOf, visibleTasks } from './visible.ts';

/** Heard when conflicts were found or decided; the payload is their repository's id, or that of one decided. */
export const conflictChannel = 'ratchet_conflict';

export type ConflictRow = typeof conflicts.$inferSelect;

/** Opens conflicts; one that stands at the path keeps its id and is brought up to date where a side moved. */
export async function openConflicts(tx: Queryable, rows: readonly ConflictRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    ${insertRows(conflicts, rows)}
    on conflict (repository_id, path) where status = 'open' do update set
      document_id = excluded.document_id, conflict_type = excluded.conflict_type,
      base_tree = excluded.base_tree, local_tree = excluded.local_tree, remote_tree = excluded.remote_tree,
      local_revision = excluded.local_revision, remote_token = excluded.remote_token,
      remote_commit = excluded.remote_commit, revision = ratchet.conflicts.revision + 1
    where (ratchet.conflicts.base_tree, ratchet.conflicts.local_tree, ratchet.conflicts.remote_tree)
      is distinct from (excluded.base_tree, excluded.local_tree, excluded.remote_tree)`);
  await tellOf(tx, rows);
}

/** Conflicts that policy decided: on record from the start as resolved, with all three sides. */
export async function insertConflicts(tx: Queryable, rows: readonly ConflictRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(insertRows(conflicts, rows));
  await tellOf(tx, rows);
}

/** The sides came to agree by themselves. */
export async function supersedeConflicts(tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await tx
    .update(conflicts)
    .set({ status: 'superseded', resolvedAt: sql`now()`, revision: sql`${conflicts.revision} + 1` })
    .where(
      and(
        eq(conflicts.repositoryId, repositoryId),
        eq(conflicts.status, 'open'),
        sql`${conflicts.path} = any(${sql.param(paths)}::text[])`,
      ),
    );
  await notify(tx, conflictChannel, repositoryId);
}

export async function markResolved(tx: Queryable, id: string, resolution: string, by: string): Promise<void> {
  await tx
    .update(conflicts)
    .set({
      status: 'resolved',
      resolution,
      resolvedBy: by,
      resolvedAt: sql`now()`,
      revision: sql`${conflicts.revision} + 1`,
    })
    .where(eq(conflicts.id, id));
  await notify(tx, conflictChannel, id);
}

export async function conflictById(db: Queryable, id: string): Promise<ConflictRow | null> {
  const [row] = await db.select().from(conflicts).where(eq(conflicts.id, id));
  return row ?? null;
}

export const openConflictsOf = (db: Queryable, repositoryId: string): Promise<ConflictRow[]> =>
  db
    .select()
    .from(conflicts)
    .where(and(eq(conflicts.repositoryId, repositoryId), eq(conflicts.status, 'open')))
    .orderBy(conflicts.path);

/** Paths among some at which a conflict is open. */
export async function openConflictsAt(
  tx: Queryable,
  repositoryId: string,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const rows = await tx
    .select({ path: conflicts.path })
    .from(conflicts)
    .where(
      and(
        eq(conflicts.repositoryId, repositoryId),
        eq(conflicts.status, 'open'),
        sql`${conflicts.path} = any(${sql.param(paths)}::text[])`,
      ),
    );
  return new Set(rows.map(({ path }) => path));
}

const spec = (fields: ListFields): PageSpec<typeof conflicts> => ({
  table: conflicts,
  fields,
  columns: {
    id: conflicts.id,
    taskId: conflicts.documentId,
    repositoryId: conflicts.repositoryId,
    repositoryPath: conflicts.path,
    conflictType: conflicts.conflictType,
    status: conflicts.status,
    documentKind: conflicts.documentKind,
    createdAt: conflicts.createdAt,
  },
  search: [conflicts.path],
  id: conflicts.id,
});

/** Open ones, unless a filter says which. */
export const pageOfConflicts = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<ConflictRow>> => {
  const chosen = request.filters?.some((filter) => filter.field === 'status' || filter.field === 'id');
  const seen = visibleTasks(reader, {
    repositoryId: conflicts.repositoryId,
    name: taskNameOf(conflicts.documentId),
  });
  return pageQuery(db, spec(fields), request, and(chosen ? undefined : eq(conflicts.status, 'open'), seen));
};

async function tellOf(tx: Queryable, rows: readonly ConflictRow[]): Promise<void> {
  for (const id of new Set(rows.map(({ repositoryId }) => repositoryId))) await notify(tx, conflictChannel, id);
}
