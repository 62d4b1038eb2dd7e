import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, desc, eq, isNull, or, type SQL, sql } from 'drizzle-orm';
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

/** Tasks of a repository with changes it does not have. */
export async function countPending(db: Queryable, repositoryId: string): Promise<number> {
  const { total } = await modifiedTasks(db, { repositoryId, limit: 1, offset: 0 });
  return total;
}

/** Records how the last push of a task ended. Not a change of the task: the revision stays. */
export async function markPush(
  db: Queryable,
  id: string,
  status: TaskRow['pushStatus'],
  message: string | null,
): Promise<void> {
  await db.update(tasks).set({ pushStatus: status, pushMessage: message }).where(eq(tasks.id, id));
}

export interface ModifiedRow {
  taskId: string;
  name: string;
  repositoryId: string;
  repositoryPath: string;
  change: 'added' | 'modified' | 'deleted';
  localModifiedAt: Date | string | null;
  pushStatus: TaskRow['pushStatus'];
  syncStatus: TaskRow['syncStatus'];
  revision: number;
}

/** What a push would carry: edited and new tasks, and deleted ones whose base still stands. */
export async function modifiedTasks(
  db: Queryable,
  options: { repositoryId?: string | undefined; limit: number; offset: number },
): Promise<{ rows: ModifiedRow[]; total: number }> {
  const scope: SQL = options.repositoryId ? sql`and t.repository_id = ${options.repositoryId}` : sql``;
  const { rows } = await db.execute(sql`
    select t.id as "taskId", t.name, t.repository_id as "repositoryId", t.repository_path as "repositoryPath",
           case when t.deleted_at is not null then 'deleted' when b.path is null then 'added' else 'modified' end as change,
           t.local_modified_at as "localModifiedAt", t.push_status as "pushStatus", t.sync_status as "syncStatus", t.revision,
           count(*) over ()::int as total
    from ratchet.tasks t
    left join ratchet.sync_bases b on b.repository_id = t.repository_id and b.path = t.repository_path
    where t.repository_id is not null ${scope}
      and ((t.deleted_at is null and t.needs_push)
        or (t.deleted_at is not null and b.document_id = t.id
            and not exists (select 1 from ratchet.tasks l where l.repository_id = t.repository_id
                            and l.repository_path = t.repository_path and l.deleted_at is null)))
    order by t.local_modified_at desc nulls last, t.id
    limit ${options.limit} offset ${options.offset}`);
  const typed = rows as unknown as (ModifiedRow & { total: number })[];
  return { rows: typed, total: typed[0]?.total ?? 0 };
}

export async function pageOfVersions(
  db: Queryable,
  taskId: string,
  page: number,
  limit: number,
): Promise<{ rows: TaskVersionRow[]; total: number }> {
  const where = eq(taskVersions.taskId, taskId);
  const [count] = await db.select({ total: sql<number>`count(*)::int` }).from(taskVersions).where(where);
  const rows = await db
    .select()
    .from(taskVersions)
    .where(where)
    .orderBy(desc(taskVersions.revision))
    .limit(limit)
    .offset((page - 1) * limit);
  return { rows, total: count?.total ?? 0 };
}

export async function versionAt(db: Queryable, taskId: string, revision: number): Promise<TaskVersionRow | null> {
  const [row] = await db
    .select()
    .from(taskVersions)
    .where(and(eq(taskVersions.taskId, taskId), eq(taskVersions.revision, revision)));
  return row ?? null;
}
