import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { conflicts, repositories } from '../schema/repositories.ts';
import { specSyncs, specs, specVersions } from '../schema/specs.ts';
import type { SpecRow, SpecSyncRow, SpecVersionRow } from './spec-documents.ts';
import { visibleInRepository } from './visible.ts';

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/**
 * Which changes a reference may mean: one by its document's id; else those in a folder of that name, of the project that
 * comes before the last slash where there is one.
 */
export function referredBy(reference: string): SQL {
  const slash = reference.lastIndexOf('/');
  const folder = sql`${specs.folder} = ${reference.slice(slash + 1)}`;
  const within =
    slash < 0
      ? folder
      : sql`(${folder} and ${specs.repositoryId} = (
          select named.id from ratchet.repositories named
          where named.name = ${reference.slice(0, slash)} and named.document_kind = 'openspec_change'))`;
  return isUuid(reference) ? sql`(${specs.id} = ${reference}::uuid or ${within})` : within;
}

/** Changes that a reference may mean and the reader may see, living and deleted ones, the living first, the newest first. */
export const specsReferred = (db: Queryable, reference: string, reader: Rights = fullRights): Promise<SpecRow[]> =>
  db
    .select()
    .from(specs)
    .where(and(referredBy(reference), visibleInRepository(reader, specs.repositoryId)))
    .orderBy(sql`${specs.deletedAt} desc nulls first`, specs.id);

export async function specById(db: Queryable, id: string): Promise<SpecRow | null> {
  const [row] = await db.select().from(specs).where(eq(specs.id, id));
  return row ?? null;
}

export async function specAt(db: Queryable, repositoryId: string, path: string): Promise<SpecRow | null> {
  const [row] = await db
    .select()
    .from(specs)
    .where(and(eq(specs.repositoryId, repositoryId), eq(specs.repositoryPath, path), isNull(specs.deletedAt)));
  return row ?? null;
}

const listSpec = (fields: ListFields): PageSpec<typeof specs> => ({
  table: specs,
  fields,
  columns: {
    id: specs.folder,
    documentId: specs.id,
    projectId: specs.repositoryId,
    title: specs.title,
    status: specs.status,
    archived: specs.archived,
    syncStatus: specs.syncStatus,
    createdAt: specs.createdAt,
    updatedAt: specs.updatedAt,
    lastSyncedAt: specs.lastSyncedAt,
  },
  search: [specs.folder, specs.title, specs.proposalContent],
  id: specs.id,
});

export const pageOfSpecs = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<SpecRow>> =>
  pageQuery(
    db,
    listSpec(fields),
    request,
    and(isNull(specs.deletedAt), visibleInRepository(reader, specs.repositoryId)),
  );

const versionSpec = (fields: ListFields): PageSpec<typeof specVersions> => ({
  table: specVersions,
  fields,
  columns: {
    revision: specVersions.revision,
    changeSource: specVersions.changeSource,
    changedBy: specVersions.changedBy,
    createdAt: specVersions.createdAt,
  },
  search: [specVersions.changeDescription],
  id: specVersions.revision,
});

export const pageOfSpecVersions = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  specId: string,
): Promise<Page<SpecVersionRow>> => pageQuery(db, versionSpec(fields), request, eq(specVersions.specId, specId));

export async function specVersion(db: Queryable, specId: string, revision: number): Promise<SpecVersionRow | null> {
  const [row] = await db
    .select()
    .from(specVersions)
    .where(and(eq(specVersions.specId, specId), eq(specVersions.revision, revision)));
  return row ?? null;
}

const syncSpec = (fields: ListFields): PageSpec<typeof specSyncs> => ({
  table: specSyncs,
  fields,
  columns: {
    direction: specSyncs.direction,
    trigger: specSyncs.trigger,
    status: specSyncs.status,
    startedAt: specSyncs.startedAt,
    durationMs: specSyncs.durationMs,
  },
  search: [specSyncs.error],
  id: specSyncs.id,
});

export const pageOfSpecSyncs = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  specId: string,
): Promise<Page<SpecSyncRow>> => pageQuery(db, syncSpec(fields), request, eq(specSyncs.specId, specId));

/** What was carried, or could not be, since. */
export const specSyncsSince = (db: Queryable, since: string): Promise<SpecSyncRow[]> =>
  db
    .select()
    .from(specSyncs)
    .where(sql`${specSyncs.startedAt} >= ${since}::timestamptz`)
    .orderBy(specSyncs.startedAt, specSyncs.id)
    .limit(20_000);

/** Open conflicts of changes, by document and by place: that of one that is deleted here has no document. */
export async function openSpecConflicts(
  db: Queryable,
  rows: readonly Pick<SpecRow, 'repositoryId' | 'repositoryPath'>[],
): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const found = await db
    .select({ id: conflicts.id, repositoryId: conflicts.repositoryId, path: conflicts.path })
    .from(conflicts)
    .where(
      and(
        eq(conflicts.status, 'open'),
        sql`${conflicts.repositoryId} = any(${sql.param([...new Set(rows.map((row) => row.repositoryId))])}::uuid[])`,
        sql`${conflicts.path} = any(${sql.param(rows.map((row) => row.repositoryPath))}::text[])`,
      ),
    );
  return new Map(found.map(({ id, repositoryId, path }) => [placeKey({ repositoryId, repositoryPath: path }), id]));
}

export const placeKey = ({ repositoryId, repositoryPath }: { repositoryId: string; repositoryPath: string }): string =>
  `${repositoryId} ${repositoryPath}`;

export interface SpecCounts {
  open: number;
  archived: number;
  synced: number;
  modified: number;
  conflict: number;
  error: number;
}

const none: SpecCounts = { open: 0, archived: 0, synced: 0, modified: 0, conflict: 0, error: 0 };

/** Living changes by project. */
export async function specCounts(db: Queryable, repositoryIds: readonly string[]): Promise<(id: string) => SpecCounts> {
  if (repositoryIds.length === 0) return () => none;
  const count = (condition: SQL) => sql<number>`count(*) filter (where ${condition})::int`;
  const rows = await db
    .select({
      id: specs.repositoryId,
      open: count(sql`not ${specs.archived}`),
      archived: count(sql`${specs.archived}`),
      synced: count(sql`${specs.syncStatus} = 'synced'`),
      modified: count(sql`${specs.syncStatus} = 'modified'`),
      conflict: count(sql`${specs.syncStatus} = 'conflict'`),
      error: count(sql`${specs.syncStatus} = 'error'`),
    })
    .from(specs)
    .where(and(isNull(specs.deletedAt), sql`${specs.repositoryId} = any(${sql.param(repositoryIds)}::uuid[])`))
    .groupBy(specs.repositoryId);
  const byId = new Map(rows.map(({ id, ...counts }) => [id, counts]));
  return (id) => byId.get(id) ?? none;
}

/** How many changes of a project hold what its files do not, deleted ones included. */
export async function countUnwritten(db: Queryable, repositoryId: string): Promise<number> {
  const { rows } = await db.execute(sql`
    select (
      (select count(*) from ratchet.specs s
       left join ratchet.sync_bases b on b.repository_id = s.repository_id and b.path = s.repository_path
       where s.repository_id = ${repositoryId} and s.deleted_at is null and s.checksum is distinct from b.checksum) +
      (select count(*) from (
         select path from ratchet.sync_bases where repository_id = ${repositoryId}
         except
         select repository_path from ratchet.specs where repository_id = ${repositoryId} and deleted_at is null) gone)
    )::int as total`);
  return (rows as unknown as { total: number }[])[0]?.total ?? 0;
}

/** Names of projects by id. */
export async function projectNames(db: Queryable, ids: readonly string[]): Promise<Map<string, ProjectStanding>> {
  if (ids.length === 0) return new Map();
  const { id, name, lastSyncAt, syncError } = getTableColumns(repositories);
  const rows = await db
    .select({ id, name, lastSyncAt, syncError })
    .from(repositories)
    .where(sql`${repositories.id} = any(${sql.param([...new Set(ids)])}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What of a project is shown with its changes. */
export interface ProjectStanding {
  readonly id: string;
  readonly name: string;
  readonly lastSyncAt: Date | null;
  readonly syncError: string | null;
}
