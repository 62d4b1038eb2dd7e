import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jobs } from '../schema/execution.ts';

export type JobRow = typeof jobs.$inferSelect;

/** What graphile-worker orders by: the smaller goes first. */
const priorities = { urgent: -20, high: -10, normal: 0, low: 10 } as const;

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
>;

/** Stores a job and queues it. null: there is one with this idempotency key already. */
export async function insertJob(tx: Queryable, job: NewJob): Promise<JobRow | null> {
  const { input, ...columns } = job;
  const [row] = await tx
    .insert(jobs)
    .values({ ...columns, input: sql`${JSON.stringify(input ?? null)}::json`, status: 'queued' })
    .onConflictDoNothing()
    .returning();
  if (row) await enqueueJob(tx, row, row.scheduledFor);
  return row ?? null;
}

/** Queues a job for a time, in place of what is queued of it. null: now. */
export async function enqueueJob(tx: Queryable, job: Pick<JobRow, 'id' | 'priority'>, at: Date | null): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.add_job('run_job', json_build_object('jobId', ${job.id}::text), job_key := ${`job:${job.id}`},
      priority := ${priorities[job.priority]}, run_at := ${at?.toISOString() ?? null}::timestamptz)`);
}

/** Queues the next attempt after a pause. */
export async function enqueueRetry(
  tx: Queryable,
  job: Pick<JobRow, 'id' | 'priority'>,
  pauseMs: number,
): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.add_job('run_job', json_build_object('jobId', ${job.id}::text), job_key := ${`job:${job.id}`},
      priority := ${priorities[job.priority]}, run_at := now() + make_interval(secs => ${pauseMs / 1000}::double precision))`);
}

export async function dequeueJob(tx: Queryable, id: string): Promise<void> {
  await tx.execute(sql`select graphile_worker.remove_job(${`job:${id}`})`);
}

/** Takes a queued job for its next attempt. null: it is taken, ended or gone. */
export async function claimJob(db: Queryable, id: string, executionId: string): Promise<JobRow | null> {
  const [row] = await db
    .update(jobs)
    .set({
      status: 'processing',
      attempts: sql`${jobs.attempts} + 1`,
      lastExecutionId: executionId,
      revision: sql`${jobs.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(and(eq(jobs.id, id), inArray(jobs.status, ['queued', 'retrying'])))
    .returning();
  return row ?? null;
}

/** Changes a job while its status is one of `from`; null: it is not. */
export async function changeJob(
  db: Queryable,
  id: string,
  from: readonly JobRow['status'][],
  changes: Partial<
    Pick<JobRow, 'status' | 'priority' | 'scheduledFor' | 'maxRetries' | 'input' | 'lastError' | 'attempts'>
  > & { ended?: boolean },
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
    .where(and(eq(jobs.id, id), inArray(jobs.status, [...from])))
    .returning();
  return row ?? null;
}

export async function jobById(db: Queryable, id: string): Promise<JobRow | null> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
  return row ?? null;
}

export async function jobByKey(db: Queryable, key: string): Promise<JobRow | null> {
  const [row] = await db.select().from(jobs).where(eq(jobs.idempotencyKey, key));
  return row ?? null;
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

export async function deleteJob(db: Queryable, id: string): Promise<void> {
  await db.delete(jobs).where(eq(jobs.id, id));
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
