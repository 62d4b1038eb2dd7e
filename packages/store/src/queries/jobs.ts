import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { notify } from '../events.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { readRow } from '../rows.ts';
import { jobs } from '../schema/execution.ts';
import { notifyAll } from './executions.ts';

/**
 * Heard when jobs were made, changed or cancelled; the payload is read with `idsHeard`. An attempt that begins or ends
 * changes its job too, and is told as an execution's event.
 */
export const jobChannel = 'ratchet_job';

export type JobRow = typeof jobs.$inferSelect;

/** What graphile-worker orders a job by: the smaller goes first. For a statement over rows with a `priority`. */
export const rankOf = sql`case priority when 'urgent' then -20 when 'high' then -10 when 'low' then 10 else 0 end`;

export type NewJob = Pick<
  JobRow,
  | 'id'
  | 'taskId'
  | 'taskName'
  | 'priority'
  | 'input'
  | 'scheduledFor'
  | 'maxRetries'
  | 'retryBackoffMs'
  | 'timeoutMs'
  | 'idempotencyKey'
  | 'createdBy'
> &
  Partial<Pick<JobRow, 'outputs' | 'record' | 'batchId' | 'scheduleId' | 'requestDigest'>>;

/** Stores a job and queues it. null: there is one with this idempotency key already. */
export const insertJob = async (tx: Queryable, job: NewJob): Promise<JobRow | null> =>
  (await insertJobs(tx, [job])).get(job.id) ?? null;

/** Stores jobs and queues them, in one statement. One that is missing in the answer has an idempotency key that is taken. */
export async function insertJobs(tx: Queryable, given: readonly NewJob[]): Promise<ReadonlyMap<string, JobRow>> {
  if (given.length === 0) return new Map();
  const inputs = new Map(given.map((job) => [job.id, job.input ?? null]));
  const records = given.map((job) => ({
    id: job.id,
    task_id: job.taskId,
    task_name: job.taskName,
    priority: job.priority,
    // JSON within JSON, so that what it holds reaches the column as it was written.
    input: JSON.stringify(job.input ?? null),
    scheduled_for: job.scheduledFor,
    max_retries: job.maxRetries,
    retry_backoff_ms: job.retryBackoffMs,
    timeout_ms: job.timeoutMs,
    idempotency_key: job.idempotencyKey,
    request_digest: job.requestDigest ?? null,
    outputs: job.outputs ?? [],
    record: job.record ?? false,
    batch_id: job.batchId ?? null,
    schedule_id: job.scheduleId ?? null,
    created_by: job.createdBy,
  }));
  const { rows } = await tx.execute(sql`
    with made as (
      insert into ratchet.jobs (id, task_id, task_name, status, priority, input, scheduled_for, max_retries,
             retry_backoff_ms, timeout_ms, idempotency_key, request_digest, outputs, record, batch_id, schedule_id, created_by)
      select id, task_id, task_name, 'queued', priority, input::json, scheduled_for, max_retries,
             retry_backoff_ms, timeout_ms, idempotency_key, request_digest, outputs, record, batch_id, schedule_id, created_by
      from json_to_recordset(${JSON.stringify(records)}::json) as x(
        id uuid, task_id uuid, task_name text, priority text, input text, scheduled_for timestamptz, max_retries integer,
        retry_backoff_ms integer, timeout_ms integer, idempotency_key text, request_digest text, outputs uuid[],
        record boolean, batch_id uuid, schedule_id uuid, created_by text)
      on conflict do nothing
      returning id, task_id, task_name, status, priority, scheduled_for, max_retries, retry_backoff_ms, timeout_ms, attempts,
                idempotency_key, request_digest, last_execution_id, last_error, outputs, record, batch_id, schedule_id,
                created_by, revision, created_at, updated_at, finished_at
    ), queued as (
      select graphile_worker.add_jobs(array(
        select row('run_job', json_build_object('jobId', id, 'taskId', task_id), null, scheduled_for, null, 'job:' || id,
                   ${rankOf}, null)::graphile_worker.job_spec
        from made order by id))
      where exists (select 1 from made)
    )
    select *, (select count(*) from queued) as queued, ${notifyAll(jobChannel, 'made')} as told from made`);
  return new Map(
    rows.map((row) => {
      const made = readRow(jobs, row as Record<string, unknown>);
      return [made.id, { ...made, input: inputs.get(made.id) }];
    }),
  );
}

/** Queues jobs for a time, each in place of what is queued of it. null: now. */
export async function enqueueJobs(tx: Queryable, ids: readonly string[], at: Date | null = null): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    select count(*) from graphile_worker.add_jobs(array(
      select row('run_job', json_build_object('jobId', id, 'taskId', task_id), null, ${at?.toISOString() ?? null}::timestamptz,
                 null, 'job:' || id, ${rankOf}, null)::graphile_worker.job_spec
      from ratchet.jobs where id = any(${sql.param(ids)}::uuid[]) order by id))`);
}

/** Queues jobs that wait, with their place and time as they were where that is still known. */
export async function requeueJobs(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    select count(*) from graphile_worker.add_jobs(array(
      select row('run_job', json_build_object('jobId', id, 'taskId', task_id), null,
                 coalesce(scheduled_for, case when status = 'retrying' then updated_at else created_at end),
                 null, 'job:' || id, ${rankOf}, null)::graphile_worker.job_spec
      from ratchet.jobs where id = any(${sql.param(ids)}::uuid[]) and status in ('queued', 'retrying') order by id), true)`);
}

/** Queues a job for a time, in place of what is queued of it. null: now. */
export const enqueueJob = (tx: Queryable, job: Pick<JobRow, 'id'>, at: Date | null): Promise<void> =>
  enqueueJobs(tx, [job.id], at);

export async function dequeueJob(tx: Queryable, id: string): Promise<void> {
  await tx.execute(sql`select graphile_worker.remove_job(${`job:${id}`})`);
}

/** Changes a job while its status is one of `from`, and its revision `revision` where that is given; null: it is not. */
export async function changeJob(
  db: Queryable,
  id: string,
  from: readonly JobRow['status'][],
  changes: Partial<
    Pick<JobRow, 'status' | 'priority' | 'scheduledFor' | 'maxRetries' | 'input' | 'lastError' | 'attempts'>
  > & { ended?: boolean },
  revision?: number,
): Promise<JobRow | null> {
  const { ended, input, ...columns } = changes;
  const [row] = await db
    .update(jobs)
    .set({
      ...columns,
      ...(input === undefined ? {} : { input: sql`${JSON.stringify(input ?? null)}::json` }),
      finishedAt: ended ? sql`now()` : sql`null`,
      revision: sql`${jobs.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(
      and(
        eq(jobs.id, id),
        inArray(jobs.status, [...from]),
        revision === undefined ? undefined : eq(jobs.revision, revision),
      ),
    )
    .returning();
  if (row) await notify(db, jobChannel, row.id);
  return row ?? null;
}

export const jobsByIds = (db: Queryable, ids: readonly string[]): Promise<JobRow[]> =>
  db
    .select()
    .from(jobs)
    .where(inArray(jobs.id, [...ids]));

export async function jobById(db: Queryable, id: string): Promise<JobRow | null> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
  return row ?? null;
}

export const jobsByKey = (db: Queryable, keys: readonly string[]): Promise<JobRow[]> =>
  keys.length === 0
    ? Promise.resolve([])
    : db
        .select()
        .from(jobs)
        .where(inArray(jobs.idempotencyKey, [...keys]));

export interface CancelledJob {
  readonly id: string;
  readonly batchId: string | null;
  /** What of it still runs. */
  readonly executionId: string | null;
}

/** Cancels those of these jobs that have not ended, and takes them from the queue. What runs of them is to be stopped. */
export async function cancelJobs(tx: Queryable, ids: readonly string[]): Promise<CancelledJob[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute(sql`
    with open as (
      select id, status from ratchet.jobs
      where id = any(${sql.param(ids)}::uuid[]) and status in ('queued', 'retrying', 'processing') order by id for update
    ), cancelled as (
      update ratchet.jobs j set status = 'cancelled', finished_at = now(), revision = j.revision + 1, updated_at = now()
      from open o where j.id = o.id returning j.id, j.batch_id, j.last_execution_id, o.status as was
    )
    select id, batch_id as "batchId", case when was = 'processing' then last_execution_id end as "executionId",
           case when was <> 'processing' then (graphile_worker.remove_job('job:' || id)).id::text end as removed,
           ${notifyAll(jobChannel, 'cancelled')} as told
    from cancelled`);
  return rows as unknown as CancelledJob[];
}

/** Jobs whose last execution is one of these. */
export const jobsOfExecutions = (db: Queryable, executionIds: readonly string[]): Promise<JobRow[]> =>
  executionIds.length === 0
    ? Promise.resolve([])
    : db
        .select()
        .from(jobs)
        .where(inArray(jobs.lastExecutionId, [...executionIds]));

/** Attempts of a job that ended because their node died. */
export async function crashesOf(db: Queryable, jobId: string): Promise<number> {
  const { rows } = await db.execute(
    sql`select count(*)::int as n from ratchet.executions where job_id = ${jobId} and error ->> 'class' = 'NodeLost'`,
  );
  return Number((rows[0] as { n: number }).n);
}

/** Forgets a job that does not run; false: it runs, or is gone. */
export async function deleteJob(db: Queryable, id: string): Promise<boolean> {
  const rows = await db
    .delete(jobs)
    .where(and(eq(jobs.id, id), ne(jobs.status, 'processing')))
    .returning({ id: jobs.id });
  return rows.length === 1;
}

export async function jobCounts(
  db: Queryable,
): Promise<{ byStatus: Record<string, number>; oldestQueuedAt: Date | null }> {
  const rows = await db
    .select({
      status: jobs.status,
      count: sql<number>`count(*)::int`,
      oldest: sql<string | null>`min(${jobs.createdAt})`,
    })
    .from(jobs)
    .groupBy(jobs.status);
  const oldest = rows.find((row) => row.status === 'queued')?.oldest;
  return {
    byStatus: Object.fromEntries(rows.map((r) => [r.status, r.count])),
    oldestQueuedAt: oldest ? new Date(oldest) : null,
  };
}

const spec = (fields: ListFields): PageSpec<typeof jobs> => ({
  table: jobs,
  fields,
  columns: {
    id: jobs.id,
    taskId: jobs.taskId,
    taskName: jobs.taskName,
    status: jobs.status,
    priority: jobs.priority,
    batchId: jobs.batchId,
    scheduleId: jobs.scheduleId,
    attempts: jobs.attempts,
    scheduledFor: jobs.scheduledFor,
    createdAt: jobs.createdAt,
    updatedAt: jobs.updatedAt,
  },
  search: [jobs.taskName],
  id: jobs.id,
});

export const pageOfJobs = (db: Queryable, fields: ListFields, request: ListRequest): Promise<Page<JobRow>> =>
  pageQuery(db, spec(fields), request);
