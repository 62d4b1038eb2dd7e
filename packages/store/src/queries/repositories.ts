import { posix } from 'node:path';
import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { tasks } from '../schema/content.ts';
import { conflicts, type DocumentKind, repositories } from '../schema/repositories.ts';
import { disableOrphans } from './orphan-schedules.ts';
import { taskNameOf, visibleRepositories, visibleTasks } from './visible.ts';

export type RepositoryRow = typeof repositories.$inferSelect;

export async function repositoryById(db: Queryable, id: string): Promise<RepositoryRow | null> {
  const [row] = await db.select().from(repositories).where(eq(repositories.id, id));
  return row ?? null;
}

export async function repositoriesById(db: Queryable, ids: readonly string[]): Promise<Map<string, RepositoryRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(repositories)
    .where(sql`${repositories.id} = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** null: there is none of that id, or it is of another kind of documents. */
export async function lockRepository(
  tx: Queryable,
  id: string,
  kind: DocumentKind = 'task',
): Promise<RepositoryRow | null> {
  const [row] = await tx.select().from(repositories).where(eq(repositories.id, id)).for('update');
  return row?.documentKind === kind ? row : null;
}

/** A repository of tasks by its name. */
export async function repositoryByName(db: Queryable, name: string): Promise<RepositoryRow | null> {
  const [row] = await db
    .select()
    .from(repositories)
    .where(and(eq(repositories.name, name), eq(repositories.documentKind, 'task')));
  return row ?? null;
}

export async function defaultRepository(db: Queryable): Promise<RepositoryRow | null> {
  const [row] = await db.select().from(repositories).where(eq(repositories.isDefault, true));
  return row ?? null;
}

export async function insertRepository(tx: Queryable, row: typeof repositories.$inferInsert): Promise<RepositoryRow> {
  const [made] = await tx.insert(repositories).values(row).returning();
  return made as RepositoryRow;
}

/** Changes settings; the revision grows by one. */
export async function updateRepository(
  tx: Queryable,
  id: string,
  changes: Partial<typeof repositories.$inferInsert>,
): Promise<RepositoryRow | null> {
  const [row] = await tx
    .update(repositories)
    .set({ ...changes, revision: sql`${repositories.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(repositories.id, id))
    .returning();
  return row ?? null;
}

/** Records how a sync went. Not a change of settings: the revision stays. */
export async function recordSyncState(
  tx: Queryable,
  id: string,
  state: Partial<
    Pick<
      RepositoryRow,
      | 'syncStatus'
      | 'syncError'
      | 'seenHead'
      | 'seenScope'
      | 'seenProblems'
      | 'consecutiveFailures'
      | 'unreachableSince'
    >
  > & { synced?: boolean; nextSyncInSeconds?: number },
): Promise<void> {
  const { synced, nextSyncInSeconds, ...columns } = state;
  await tx
    .update(repositories)
    .set({
      ...columns,
      ...(synced ? { lastSyncAt: sql`now()` } : {}),
      ...(nextSyncInSeconds === undefined
        ? {}
        : { nextSyncAt: sql`now() + make_interval(secs => ${nextSyncInSeconds}::double precision)` }),
    })
    .where(eq(repositories.id, id));
}

/** A repository of tasks by its id: a project is none. */
export async function taskRepositoryById(db: Queryable, id: string): Promise<RepositoryRow | null> {
  const row = await repositoryById(db, id);
  return row?.documentKind === 'task' ? row : null;
}

/** Whether a configuration declares it. Not a change of settings: the revision stays. */
export async function setDeclared(tx: Queryable, id: string, declared: boolean): Promise<void> {
  await tx.update(repositories).set({ declared }).where(eq(repositories.id, id));
}

/** Exactly one is the default: the others stop being it in the same statement's transaction. */
export async function makeDefault(tx: Queryable, id: string): Promise<void> {
  await tx
    .update(repositories)
    .set({ isDefault: false, revision: sql`${repositories.revision} + 1`, updatedAt: sql`now()` })
    .where(and(eq(repositories.isDefault, true), sql`${repositories.id} <> ${id}`));
  await tx
    .update(repositories)
    .set({ isDefault: true, revision: sql`${repositories.revision} + 1`, updatedAt: sql`now()` })
    .where(and(eq(repositories.id, id), eq(repositories.isDefault, false)));
}

export async function deleteRepository(tx: Queryable, id: string): Promise<void> {
  await tx.delete(repositories).where(eq(repositories.id, id));
}

/** Living tasks by repository. */
export async function taskCounts(
  db: Queryable,
  ids: readonly string[],
  reader: Rights = fullRights,
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: tasks.repositoryId, count: sql<number>`count(*)::int` })
    .from(tasks)
    .where(
      and(
        isNull(tasks.deletedAt),
        visibleTasks(reader, tasks),
        sql`${tasks.repositoryId} = any(${sql.param(ids)}::uuid[])`,
      ),
    )
    .groupBy(tasks.repositoryId);
  return new Map(rows.flatMap((row) => (row.id ? [[row.id, row.count]] : [])));
}

/** Forgets the repository of its tasks, deleted ones included; with `remove` the living ones are deleted first. */
export async function releaseTasks(tx: Queryable, repositoryId: string, remove: boolean): Promise<void> {
  if (remove) {
    await tx
      .update(tasks)
      .set({ deletedAt: sql`now()`, updatedAt: sql`now()` })
      .where(and(eq(tasks.repositoryId, repositoryId), isNull(tasks.deletedAt)));
    await disableOrphans(tx);
  }
  await tx
    .update(tasks)
    .set({
      repositoryId: null,
      repositoryPath: null,
      repositoryCommit: null,
      syncStatus: 'synced',
      pushStatus: 'not_required',
      pushMessage: null,
      needsPush: false,
    })
    .where(eq(tasks.repositoryId, repositoryId));
}

const spec = (fields: ListFields): PageSpec<typeof repositories> => ({
  table: repositories,
  fields,
  columns: {
    id: repositories.id,
    name: repositories.name,
    repositoryType: repositories.repositoryType,
    uri: repositories.uri,
    path: repositories.uri,
    branch: repositories.branch,
    priority: repositories.priority,
    syncEnabled: repositories.syncEnabled,
    isDefault: repositories.isDefault,
    isWritable: repositories.isWritable,
    syncStatus: repositories.syncStatus,
    lastSyncAt: repositories.lastSyncAt,
    createdAt: repositories.createdAt,
    updatedAt: repositories.updatedAt,
  },
  search: [repositories.name, repositories.uri],
  id: repositories.id,
});

export const pageOfRepositories = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
  kind: DocumentKind = 'task',
): Promise<Page<RepositoryRow>> =>
  pageQuery(
    db,
    spec(fields),
    request,
    and(eq(repositories.documentKind, kind), visibleRepositories(reader, repositories.id)),
  );

/** Repositories of tasks, or of another kind of documents. */
export const allRepositories = (db: Queryable, kind: DocumentKind = 'task'): Promise<RepositoryRow[]> =>
  db.select().from(repositories).where(eq(repositories.documentKind, kind)).orderBy(repositories.name);

export const enabledRepositories = (db: Queryable, kind: DocumentKind = 'task'): Promise<RepositoryRow[]> =>
  db
    .select()
    .from(repositories)
    .where(and(eq(repositories.documentKind, kind), eq(repositories.syncEnabled, true)))
    .orderBy(repositories.name);

/**
 * Enabled repositories whose interval has passed, by the database's clock, and those to try again because they could not
 * be reached: those that have waited longest first.
 */
export const dueRepositories = (
  db: Queryable,
  kind: DocumentKind = 'task',
  most: number | null = null,
): Promise<RepositoryRow[]> => {
  const due = db
    .select()
    .from(repositories)
    .where(
      and(
        eq(repositories.documentKind, kind),
        eq(repositories.syncEnabled, true),
        sql`(${repositories.syncIntervalMinutes} > 0 or ${repositories.unreachableSince} is not null)`,
        sql`(${repositories.nextSyncAt} is null or ${repositories.nextSyncAt} <= now())`,
      ),
    )
    .orderBy(sql`${repositories.nextSyncAt} nulls first`);
  return most === null ? due : due.limit(most);
};

export async function openConflictCount(
  db: Queryable,
  repositoryId: string,
  reader: Rights = fullRights,
): Promise<number> {
  const seen = visibleTasks(reader, { repositoryId: conflicts.repositoryId, name: taskNameOf(conflicts.documentId) });
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(conflicts)
    .where(and(eq(conflicts.repositoryId, repositoryId), eq(conflicts.status, 'open'), seen));
  return row?.count ?? 0;
}

export interface NamedProblem {
  path: string;
  code: string;
  message: string;
  line?: number;
  severity: 'error' | 'warning';
}

/** What is wrong with tasks that did load: their own problems, and names that two of them share. */
export async function repositoryProblems(db: Queryable, repositoryId: string): Promise<NamedProblem[]> {
  const [broken, { rows: clashes }, { rows: twins }, { rows: shadowed }] = await Promise.all([
    db
      .select({ path: tasks.repositoryPath, form: tasks.storageType, problems: tasks.problems })
      .from(tasks)
      .where(and(eq(tasks.repositoryId, repositoryId), isNull(tasks.deletedAt), sql`${tasks.problems} <> '[]'::jsonb`))
      .orderBy(tasks.repositoryPath),
    // Names and versions that clash are rare: places are sorted and collected only where there is one at all.
    db.execute(sql`
      with clashing as materialized (
        select name from ratchet.tasks where repository_id = ${repositoryId} and deleted_at is null
        group by name having count(*) > 1 and min(uuid collate "C") <> max(uuid collate "C"))
      select min(repository_path) as path, name, array_agg(repository_path order by repository_path) as paths
      from ratchet.tasks
      where repository_id = ${repositoryId} and deleted_at is null and exists (select from clashing)
      group by name having count(distinct uuid) > 1`),
    db.execute(sql`
      with twins as materialized (
        select uuid, version from ratchet.tasks where repository_id = ${repositoryId} and deleted_at is null
        group by uuid, version having count(*) > 1)
      select uuid, version, array_agg(repository_path order by repository_path) as paths
      from ratchet.tasks
      where repository_id = ${repositoryId} and deleted_at is null and exists (select from twins)
      group by uuid, version having count(*) > 1`),
    db.execute(sql`
      select t.repository_path as path, t.version, o.name as by
      from ratchet.tasks t join ratchet.repositories r on r.id = t.repository_id
      cross join lateral (
        select other.name from ratchet.tasks twin join ratchet.repositories other on other.id = twin.repository_id
        where twin.uuid = t.uuid and twin.version = t.version and twin.deleted_at is null and other.id <> r.id
          and (other.priority, t.id) > (r.priority, twin.id) limit 1) o
      where (select count(*) from ratchet.repositories) > 1 and t.repository_id = ${repositoryId} and t.deleted_at is null
      order by t.repository_path`),
  ]);
  const listed = (paths: string[]) => paths.join(', ');
  return [
    ...broken.flatMap(({ path, form, problems }) => {
      const folder = form === 'pair' || form === 'script' ? posix.dirname(path ?? '') : (path ?? '');
      return problems.map((problem) => ({ ...problem, path: posix.join(folder, problem.path) }));
    }),
    ...(clashes as unknown as { path: string; name: string; paths: string[] }[]).map(({ path, name, paths }) => ({
      path,
      code: 'name_clash',
      message: `Several tasks are named ${JSON.stringify(name)}: ${listed(paths)}. Give each a name of its own.`,
      severity: 'warning' as const,
    })),
    ...(twins as unknown as { version: string; paths: string[] }[]).map(({ version, paths }) => ({
      path: paths[0] ?? '',
      code: 'duplicate_version',
      message: `Version ${version} of one task stands at several places: ${listed(paths)}. Change a version or a uuid.`,
      severity: 'warning' as const,
    })),
    ...(shadowed as unknown as { path: string; version: string; by: string }[]).map(({ path, version, by }) => ({
      path,
      code: 'shadowed',
      message: `Repository ${by} has version ${version} of the same task and comes first. Change a version, a uuid or a priority.`,
      severity: 'warning' as const,
    })),
  ];
}
