import { fullRights, type Rights } from '@ratchet/contract/access';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { tasks } from '../schema/content.ts';
import type { TaskRow } from './documents.ts';
import { taskNameOf, visibleDocuments, visibleRepositories, visibleTasks } from './visible.ts';

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

/**
 * What a push would carry: edited and new tasks, and places whose task was deleted, or moved elsewhere, while the
 * repository still has it. `offset 0` keeps a planner that knows nothing of a fresh import yet from comparing every place
 * with every task.
 */
const pending: SQL = sql`(
  select t.id as "taskId", t.name, t.repository_id as "repositoryId", t.repository_path as "repositoryPath",
         case when b.path is null then 'added' else 'modified' end as change,
         t.local_modified_at as "localModifiedAt", t.push_status as "pushStatus", t.sync_status as "syncStatus", t.revision
  from ratchet.tasks t
  left join ratchet.sync_bases b on b.repository_id = t.repository_id and b.path = t.repository_path
  where t.deleted_at is null and t.needs_push
  union all
  select d.id, d.name, b.repository_id, b.path, 'deleted', d.local_modified_at,
         case when d.deleted_at is null then 'not_required' else d.push_status end, 'modified', d.revision
  from ratchet.sync_bases b
  join ratchet.tasks d on d.id = b.document_id
  where not exists (
    select from ratchet.tasks t
    where t.repository_id = b.repository_id and t.repository_path = b.path and t.deleted_at is null offset 0))`;

/** Documents whose changes their repositories do not have, the last edited first. */
export async function modifiedTasks(
  db: Queryable,
  options: { repositoryId?: string | undefined; limit?: number; offset?: number },
  reader: Rights = fullRights,
): Promise<{ rows: ModifiedRow[]; total: number }> {
  const seen = visiblePending(reader);
  const { rows } = await db.execute(sql`
    select p.*, count(*) over ()::int as total from ${pending} p
    where p."repositoryId" is not null ${only(options.repositoryId)} ${seen}
    order by p."localModifiedAt" desc nulls last, p."taskId"
    limit ${options.limit ?? null} offset ${options.offset ?? 0}`);
  const typed = rows as unknown as (ModifiedRow & { total: number })[];
  return { rows: typed, total: typed[0]?.total ?? 0 };
}

const only = (repositoryId: string | undefined): SQL =>
  repositoryId ? sql`and p."repositoryId" = ${repositoryId}` : sql``;

const visiblePending = (reader: Rights): SQL => {
  const seen = visibleTasks(reader, { repositoryId: sql`p."repositoryId"`, name: sql`p.name` });
  return seen ? sql`and ${seen}` : sql``;
};

/** How many documents of a repository have changes that it does not have. */
export async function countPending(db: Queryable, repositoryId: string): Promise<number> {
  // Two passes and no comparison of every place with every task: this is asked after each look at a repository.
  const { rows } = await db.execute(sql`
    select (
      (select count(*) from ratchet.tasks
       where repository_id = ${repositoryId} and deleted_at is null and needs_push) +
      (select count(*) from (
         select path from ratchet.sync_bases where repository_id = ${repositoryId}
         except
         select repository_path from ratchet.tasks where repository_id = ${repositoryId} and deleted_at is null) gone
       join ratchet.sync_bases b on b.repository_id = ${repositoryId} and b.path = gone.path
       join ratchet.tasks d on d.id = b.document_id)
    )::int as total`);
  return (rows as unknown as { total: number }[])[0]?.total ?? 0;
}

export interface PushStanding {
  repositoryId: string;
  repositoryName: string;
  isWritable: boolean;
  unreachableSince: Date | string | null;
  pending: number;
  awaitingApproval: number;
  openPullRequests: number;
  failed: number;
  conflicts: number;
  lastPushAt: Date | string | null;
}

/** What waits to be pushed, by repository. */
export async function pushStandings(
  db: Queryable,
  repositoryId: string | undefined,
  reader: Rights = fullRights,
): Promise<PushStanding[]> {
  const within = (condition: SQL | undefined): SQL => (condition ? sql`and ${condition}` : sql``);
  const seenIn = within(visibleRepositories(reader, sql`r.id`));
  const documentsSeen = within(visibleDocuments(reader, sql`q.repository_id`, sql`q.documents`));
  const conflictsSeen = within(
    visibleTasks(reader, { repositoryId: sql`c.repository_id`, name: taskNameOf(sql`c.document_id`) }),
  );
  const { rows } = await db.execute(sql`
    select r.id as "repositoryId", r.name as "repositoryName", r.is_writable as "isWritable",
           r.unreachable_since as "unreachableSince",
           coalesce(p.pending, 0)::int as pending, coalesce(p.failed, 0)::int as failed,
           (select count(*)::int from ratchet.push_requests q
             where q.repository_id = r.id and q.status = 'awaiting' ${documentsSeen}) as "awaitingApproval",
           (select count(*)::int from ratchet.pull_requests q
             where q.repository_id = r.id and q.status in ('opening', 'open') ${documentsSeen}) as "openPullRequests",
           (select count(*)::int from ratchet.conflicts c
             where c.repository_id = r.id and c.status = 'open' ${conflictsSeen}) as conflicts,
           (select max(s.finished_at) from ratchet.sync_runs s
             where s.repository_id = r.id and s.direction = 'push' and s.status = 'success') as "lastPushAt"
    from ratchet.repositories r
    left join (select p."repositoryId" as id, count(*) as pending, count(*) filter (where p."pushStatus" = 'failed') as failed
               from ${pending} p where true ${visiblePending(reader)} group by 1) p on p.id = r.id
    where r.document_kind = 'task' ${repositoryId ? sql`and r.id = ${repositoryId}` : sql``} ${seenIn}
    order by r.name`);
  return rows as unknown as PushStanding[];
}

/** Repositories with tasks whose push was queued: by an edit with push_on_change, or while they could not be reached. */
export async function repositoriesWithQueuedPushes(db: Queryable): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: tasks.repositoryId })
    .from(tasks)
    .where(and(eq(tasks.pushStatus, 'pending'), isNull(tasks.deletedAt), eq(tasks.needsPush, true)));
  return rows.flatMap(({ id }) => (id ? [id] : []));
}

/** Sets the push status of the tasks at some paths of a repository that still wait to be pushed. */
export async function markPushesAt(
  tx: Queryable,
  repositoryId: string,
  paths: readonly string[],
  status: TaskRow['pushStatus'],
  message: string | null,
): Promise<void> {
  if (paths.length === 0) return;
  await tx
    .update(tasks)
    .set({
      pushStatus: status,
      pushMessage: message,
      syncStatus: sql`case when ${tasks.syncStatus} = 'conflict' then ${tasks.syncStatus}
        else ${status === 'pending' ? 'pending_push' : 'modified'} end`,
    })
    .where(
      and(
        eq(tasks.repositoryId, repositoryId),
        isNull(tasks.deletedAt),
        eq(tasks.needsPush, true),
        sql`${tasks.repositoryPath} = any(${sql.param(paths)}::text[])`,
      ),
    );
}
