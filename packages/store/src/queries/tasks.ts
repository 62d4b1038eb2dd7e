import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { tasks, taskVersions } from '../schema/content.ts';
import { repositories } from '../schema/repositories.ts';
import type { TaskRow, TaskVersionRow } from './documents.ts';

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Living rows an id or a uuid means: the row itself, or the versions that share the uuid. */
export async function tasksNamed(db: Queryable, idOrUuid: string): Promise<TaskRow[]> {
  const byUuid = eq(tasks.uuid, idOrUuid);
  const named = isUuid(idOrUuid) ? or(eq(tasks.id, idOrUuid), byUuid) : byUuid;
  return db
    .select()
    .from(tasks)
    .where(and(named, isNull(tasks.deletedAt)));
}

export async function taskById(db: Queryable, id: string): Promise<TaskRow | null> {
  const [row] = await db.select().from(tasks).where(eq(tasks.id, id));
  return row ?? null;
}

/** The row, deleted or not, locked until the transaction ends. */
export async function lockTask(tx: Queryable, id: string): Promise<TaskRow | null> {
  const [row] = await tx.select().from(tasks).where(eq(tasks.id, id)).for('update');
  return row ?? null;
}

/** Versions that stand side by side, of a uuid. */
export const versionsOf = (db: Queryable, uuid: string): Promise<{ version: string }[]> =>
  db
    .select({ version: tasks.version })
    .from(tasks)
    .where(and(eq(tasks.uuid, uuid), isNull(tasks.deletedAt)));

/** Holds the versions of a uuid as they are until the transaction ends, one transaction at a time. */
export async function lockVersions(tx: Queryable, uuid: string): Promise<void> {
  await tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(eq(tasks.uuid, uuid), isNull(tasks.deletedAt)))
    .orderBy(tasks.id)
    .for('update');
}

export async function deletedTask(db: Queryable, idOrUuid: string): Promise<TaskRow | null> {
  const named = isUuid(idOrUuid) ? or(eq(tasks.id, idOrUuid), eq(tasks.uuid, idOrUuid)) : eq(tasks.uuid, idOrUuid);
  const [row] = await db
    .select()
    .from(tasks)
    .where(and(named, sql`${tasks.deletedAt} is not null`))
    .orderBy(desc(tasks.deletedAt))
    .limit(1);
  return row ?? null;
}

/** A living task of a repository with this name and another uuid. */
export async function nameTaken(
  db: Queryable,
  repositoryId: string,
  name: string,
  otherThanUuid: string,
): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select 1 from ratchet.tasks
    where repository_id = ${repositoryId} and name = ${name} and uuid <> ${otherThanUuid} and deleted_at is null limit 1`);
  return rows.length > 0;
}

export interface TaskPlace {
  path: string;
  id: string;
  name: string;
  uuid: string;
  /** Its form takes a whole folder. */
  isFolder: boolean;
  isEditable: boolean;
  checksum: string;
}

/** Where the living tasks of a repository stand. */
export const livingPlaces = (db: Queryable, repositoryId: string): Promise<TaskPlace[]> =>
  db
    .select({
      path: sql<string>`coalesce(${tasks.repositoryPath}, '')`,
      id: tasks.id,
      name: tasks.name,
      uuid: tasks.uuid,
      isFolder: sql<boolean>`${tasks.storageType} in ('folder', 'manifest')`,
      isEditable: tasks.isEditable,
      checksum: tasks.checksum,
    })
    .from(tasks)
    .where(and(eq(tasks.repositoryId, repositoryId), isNull(tasks.deletedAt)));

export type TaskContent = Pick<
  TaskRow,
  'id' | 'uuid' | 'name' | 'version' | 'repositoryId' | 'repositoryPath' | 'entry' | 'storageType' | 'tree'
>;

/** Living tasks with what is needed to give their files out: those of some ids or uuids, and of a repository; else all. */
export const taskContents = (
  db: Queryable,
  { ids, repositoryId }: { ids?: readonly string[] | undefined; repositoryId?: string | undefined },
): Promise<TaskContent[]> =>
  db
    .select({
      id: tasks.id,
      uuid: tasks.uuid,
      name: tasks.name,
      version: tasks.version,
      repositoryId: tasks.repositoryId,
      repositoryPath: tasks.repositoryPath,
      entry: tasks.entry,
      storageType: tasks.storageType,
      tree: tasks.tree,
    })
    .from(tasks)
    .where(
      and(
        isNull(tasks.deletedAt),
        repositoryId ? eq(tasks.repositoryId, repositoryId) : undefined,
        ids
          ? sql`(${tasks.id} = any(${sql.param(ids.filter(isUuid))}::uuid[]) or ${tasks.uuid} = any(${sql.param(ids)}::text[]))`
          : undefined,
      ),
    )
    .orderBy(tasks.repositoryPath, tasks.id);

/** Living tasks that have one of some uuids, by uuid. */
export async function idsByUuid(db: Queryable, uuids: readonly string[]): Promise<Map<string, string>> {
  if (uuids.length === 0) return new Map();
  const rows = await db
    .select({ id: tasks.id, uuid: tasks.uuid })
    .from(tasks)
    .where(and(isNull(tasks.deletedAt), sql`${tasks.uuid} = any(${sql.param(uuids)}::text[])`))
    .orderBy(tasks.id);
  return new Map(rows.map(({ id, uuid }) => [uuid, id]));
}

const spec = (fields: ListFields): PageSpec<typeof tasks> => ({
  table: tasks,
  fields,
  columns: {
    id: tasks.id,
    uuid: tasks.uuid,
    name: tasks.name,
    version: tasks.version,
    description: tasks.description,
    sourceType: tasks.sourceType,
    storageType: tasks.storageType,
    enabled: tasks.enabled,
    needsPush: tasks.needsPush,
    syncStatus: tasks.syncStatus,
    pushStatus: tasks.pushStatus,
    repositoryId: tasks.repositoryId,
    repositoryPath: tasks.repositoryPath,
    tag: tasks.tags,
    revision: tasks.revision,
    createdAt: tasks.createdAt,
    updatedAt: tasks.updatedAt,
  },
  search: [tasks.name, tasks.description, tasks.repositoryPath],
  id: tasks.id,
});

export const pageOfTasks = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  includeDeleted: boolean,
): Promise<Page<TaskRow>> => pageQuery(db, spec(fields), request, includeDeleted ? undefined : isNull(tasks.deletedAt));

export interface TaskCounts {
  total: number;
  enabled: number;
  needsPush: number;
  withProblems: number;
}

export async function countTasks(db: Queryable): Promise<{
  counts: TaskCounts;
  bySyncStatus: Record<string, number>;
  byPushStatus: Record<string, number>;
  byRepository: { repositoryId: string | null; name: string; count: number }[];
}> {
  const living = isNull(tasks.deletedAt);
  const [counts] = await db
    .select({
      total: sql<number>`count(*)::int`,
      enabled: sql<number>`count(*) filter (where ${tasks.enabled})::int`,
      needsPush: sql<number>`count(*) filter (where ${tasks.needsPush})::int`,
      withProblems: sql<number>`count(*) filter (where ${tasks.problems} <> '[]'::jsonb)::int`,
    })
    .from(tasks)
    .where(living);
  const grouped = async (column: typeof tasks.syncStatus | typeof tasks.pushStatus) => {
    const rows = await db
      .select({ key: sql<string>`${column}`, count: sql<number>`count(*)::int` })
      .from(tasks)
      .where(living)
      .groupBy(column);
    return Object.fromEntries(rows.map((row) => [row.key, row.count]));
  };
  const bySyncStatus = await grouped(tasks.syncStatus);
  const byPushStatus = await grouped(tasks.pushStatus);
  const byRepository = await db
    .select({
      repositoryId: tasks.repositoryId,
      name: sql<string>`coalesce(${repositories.name}, '')`,
      count: sql<number>`count(*)::int`,
    })
    .from(tasks)
    .leftJoin(repositories, eq(repositories.id, tasks.repositoryId))
    .where(living)
    .groupBy(tasks.repositoryId, repositories.name);
  return {
    counts: counts ?? { total: 0, enabled: 0, needsPush: 0, withProblems: 0 },
    bySyncStatus,
    byPushStatus,
    byRepository,
  };
}

export const pageOfVersions = (
  db: Queryable,
  fields: ListFields,
  taskId: string,
  request: ListRequest,
): Promise<Page<TaskVersionRow>> =>
  pageQuery(
    db,
    {
      table: taskVersions,
      fields,
      columns: {
        revision: taskVersions.revision,
        version: taskVersions.version,
        changeSource: taskVersions.changeSource,
        changedBy: taskVersions.changedBy,
        changeDescription: taskVersions.changeDescription,
        createdAt: taskVersions.createdAt,
      },
      search: [taskVersions.changeDescription, taskVersions.changedBy, taskVersions.version],
      id: taskVersions.revision,
    },
    request,
    eq(taskVersions.taskId, taskId),
  );

export async function versionAt(db: Queryable, taskId: string, revision: number): Promise<TaskVersionRow | null> {
  const [row] = await db
    .select()
    .from(taskVersions)
    .where(and(eq(taskVersions.taskId, taskId), eq(taskVersions.revision, revision)));
  return row ?? null;
}
