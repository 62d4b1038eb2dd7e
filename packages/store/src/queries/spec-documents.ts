import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Queryable } from '../database.ts';
import { notify } from '../events.ts';
import { insertRows } from '../rows.ts';
import { specSyncs, specs, specVersions } from '../schema/specs.ts';
import { replaceRows } from './replace-rows.ts';

export type SpecRow = typeof specs.$inferSelect;
export type SpecVersionRow = typeof specVersions.$inferSelect;
export type SpecSyncRow = typeof specSyncs.$inferSelect;

/** Heard when something of changes was carried between files and database; the payload is empty: look. */
export const specSyncChannel = 'ratchet_spec_sync';

/** Living changes at some paths of a project, locked until the transaction ends. */
export const lockSpecsAt = (tx: Queryable, repositoryId: string, paths: readonly string[]): Promise<SpecRow[]> =>
  tx
    .select()
    .from(specs)
    .where(and(eq(specs.repositoryId, repositoryId), isNull(specs.deletedAt), oneOf(specs.repositoryPath, paths)))
    .orderBy(specs.id)
    .for('update');

/** The newest deleted change at each of some paths: what comes back there is the same change. */
export async function specTombstonesAt(
  tx: Queryable,
  repositoryId: string,
  paths: readonly string[],
): Promise<SpecRow[]> {
  if (paths.length === 0) return [];
  return tx
    .selectDistinctOn([specs.repositoryPath])
    .from(specs)
    .where(and(eq(specs.repositoryId, repositoryId), isNotNull(specs.deletedAt), oneOf(specs.repositoryPath, paths)))
    .orderBy(specs.repositoryPath, sql`${specs.deletedAt} desc`);
}

export async function insertSpecs(tx: Queryable, rows: readonly SpecRow[]): Promise<void> {
  if (rows.length > 0) await tx.execute(insertRows(specs, rows));
}

/** Replaces whole rows, each only where the stored revision is one of `from` (by id). */
export const replaceSpecs = (tx: Queryable, rows: readonly SpecRow[], from: ReadonlyMap<string, number>) =>
  replaceRows(tx, specs, rows, from, ['id', 'created_at']);

export async function insertSpecVersions(tx: Queryable, rows: readonly SpecVersionRow[]): Promise<void> {
  if (rows.length > 0) await tx.execute(insertRows(specVersions, rows));
}

/** Writes history, and tells those who follow it. */
export async function insertSpecSyncs(tx: Queryable, rows: readonly SpecSyncRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(insertRows(specSyncs, rows));
  await notify(tx, specSyncChannel, '');
}

export interface SpecStanding {
  id: string;
  syncStatus: SpecRow['syncStatus'];
}

/** Records that what the changes hold arrived in their files, or how far it did. Not a change of them: revisions stay. */
export async function settleSpecs(tx: Queryable, rows: readonly SpecStanding[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    update ${specs} as s set sync_status = r.sync_status, sync_error = null, last_synced_at = ${at.toISOString()}::timestamptz
    from unnest(${sql.param(rows.map(({ id }) => id))}::uuid[], ${sql.param(rows.map((row) => row.syncStatus))}::text[])
      as r(id, sync_status)
    where s.id = r.id`);
}

/** Says what keeps changes of a project from their files; the others of it stay as they are. */
export async function markSpecError(
  db: Queryable,
  repositoryId: string,
  path: string,
  message: string,
): Promise<SpecRow | null> {
  const [row] = await db
    .update(specs)
    .set({
      syncError: message,
      syncStatus: sql`case when ${specs.syncStatus} = 'conflict' then 'conflict' else 'error' end`,
    })
    .where(and(eq(specs.repositoryId, repositoryId), eq(specs.repositoryPath, path), isNull(specs.deletedAt)))
    .returning();
  return row ?? null;
}

const oneOf = (column: PgColumn, values: readonly string[]): SQL => sql`${column} = any(${sql.param(values)}::text[])`;
