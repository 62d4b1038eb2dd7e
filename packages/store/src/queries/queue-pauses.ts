import { fullRights, type Rights } from '@ratchet/contract/access';
import { eq, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { tasks } from '../schema/content.ts';
import { queuePauses } from '../schema/work.ts';
import { rankOf } from './jobs.ts';
import { visibleTasks } from './visible.ts';

/** What of the queue stands still: all of it, or the jobs of a task. */
export type PauseScope = 'all' | `task:${string}`;

export interface Pause {
  readonly scope: PauseScope;
  readonly taskName: string | null;
  readonly pausedBy: string;
  readonly reason: string | null;
  readonly pausedAt: Date;
}

/** Pauses of the whole queue, and of tasks that the reader may see. */
export async function listPauses(db: Queryable, reader: Rights = fullRights): Promise<Pause[]> {
  const seen = visibleTasks(reader, tasks);
  const rows = await db
    .select({
      scope: queuePauses.scope,
      taskName: tasks.name,
      pausedBy: queuePauses.pausedBy,
      reason: queuePauses.reason,
      pausedAt: queuePauses.pausedAt,
    })
    .from(queuePauses)
    .leftJoin(tasks, sql`${queuePauses.scope} = 'task:' || ${tasks.id}`)
    .where(seen && or(eq(queuePauses.scope, 'all'), seen))
    .orderBy(queuePauses.pausedAt);
  return rows.map((row) => ({ ...row, scope: row.scope as PauseScope }));
}

export async function insertPause(
  db: Queryable,
  scope: PauseScope,
  pausedBy: string,
  reason: string | null,
): Promise<void> {
  await db
    .insert(queuePauses)
    .values({ scope, pausedBy, reason })
    .onConflictDoUpdate({ target: queuePauses.scope, set: { reason, pausedBy } });
}

export async function deletePause(tx: Queryable, scope: PauseScope): Promise<boolean> {
  const rows = await tx.delete(queuePauses).where(eq(queuePauses.scope, scope)).returning({ scope: queuePauses.scope });
  return rows.length === 1;
}

/**
 * Queues what waits of a scope again. A pause lets jobs that come due go from graphile-worker's queue; their rows stay.
 * Those that are still in it keep their time: every one is queued by its key, so that one which a node is letting go this
 * moment is not lost either.
 */
export async function enqueueWaiting(tx: Queryable, scope: PauseScope): Promise<number> {
  const task = scope === 'all' ? sql`` : sql`and j.task_id = ${scope.slice('task:'.length)}::uuid`;
  const { rows } = await tx.execute(sql`
    select count(*)::int as queued from graphile_worker.add_jobs(array(
      select row('run_job', json_build_object('jobId', j.id, 'taskId', j.task_id), null,
                 coalesce(j.scheduled_for, case when j.status = 'retrying' then j.updated_at else j.created_at end),
                 null, 'job:' || j.id, ${rankOf}, null)::graphile_worker.job_spec
      from ratchet.jobs j
      where j.status in ('queued', 'retrying') ${task}
        and not exists (select 1 from ratchet.queue_pauses p where p.scope = 'all' or p.scope = 'task:' || j.task_id)
      order by j.created_at), true)`);
  return Number((rows[0] as { queued: number }).queued);
}

export interface ClearedJobs {
  readonly ids: readonly string[];
  /** Batches that some of them belonged to. */
  readonly batchIds: readonly string[];
}

/** Forgets up to `most` jobs, and what is queued of them. Those that run are never among them. */
export async function clearJobs(
  tx: Queryable,
  filter: { readonly status: readonly string[]; readonly taskId: string | null; readonly before: Date | null },
  most: number,
): Promise<ClearedJobs> {
  const { rows } = await tx.execute(sql`
    with cleared as (
      delete from ratchet.jobs where id in (
        select id from ratchet.jobs
        where status = any(${sql.param(filter.status)}::text[]) and status <> 'processing'
          and (${filter.taskId}::uuid is null or task_id = ${filter.taskId}::uuid)
          and (${filter.before?.toISOString() ?? null}::timestamptz is null or created_at < ${filter.before?.toISOString() ?? null}::timestamptz)
        order by id limit ${most} for update skip locked)
      returning id, status, batch_id
    )
    select id, batch_id, case when status in ('queued', 'retrying') then (graphile_worker.remove_job('job:' || id)).id::text end as removed
    from cleared`);
  const found = rows as unknown as { id: string; batch_id: string | null }[];
  return {
    ids: found.map(({ id }) => id),
    batchIds: [...new Set(found.flatMap(({ batch_id: id }) => (id === null ? [] : [id])))],
  };
}
