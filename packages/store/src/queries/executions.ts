import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import { executionEvents, executions, type StoredExecutionError } from '../schema/execution.ts';

export type ExecutionRow = typeof executions.$inferSelect;
export type ExecutionEventRow = typeof executionEvents.$inferSelect;

/** Heard when an execution has ended; the payload is its id. */
export const endedChannel = 'ratchet_execution_ended';
/** Heard when there are new events of an execution; the payload is its id. */
export const eventChannel = 'ratchet_execution_event';
/** Heard when a running execution is to stop; the payload is its id. */
export const cancelChannel = 'ratchet_execution_cancel';

export type NewExecution = Pick<
  ExecutionRow,
  | 'id'
  | 'jobId'
  | 'taskId'
  | 'taskName'
  | 'taskVersion'
  | 'taskRevision'
  | 'input'
  | 'timeoutMs'
  | 'triggeredBy'
  | 'attempt'
>;

/** Stores a pending execution and queues it, in one statement. */
export async function queueExecution(db: Queryable, e: NewExecution): Promise<ExecutionRow> {
  const { rows } = await db.execute(sql`
    with made as (
      insert into ratchet.executions (id, job_id, task_id, task_name, task_version, task_revision, status, input, timeout_ms, triggered_by, attempt)
      values (${e.id}, ${e.jobId}, ${e.taskId}, ${e.taskName}, ${e.taskVersion}, ${e.taskRevision}, 'pending', ${JSON.stringify(e.input ?? null)}::json, ${e.timeoutMs}, ${e.triggeredBy}, ${e.attempt})
      returning id, queued_at
    )
    select queued_at as "queuedAt", (graphile_worker.add_job('run_execution', json_build_object('executionId', id), job_key := 'execution:' || id)).id as queued from made`);
  const [row] = rows as unknown as { queuedAt: Date }[];
  return {
    ...e,
    status: 'pending',
    output: null,
    error: null,
    progress: null,
    progressMessage: null,
    crashes: 0,
    nodeId: null,
    cancelRequestedAt: null,
    queuedAt: new Date(row?.queuedAt ?? Date.now()),
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    revision: 1,
  };
}

/** Stores an execution that starts at once. */
export async function insertRunning(db: Queryable, e: NewExecution & { nodeId: string }): Promise<void> {
  await db.execute(sql`
    insert into ratchet.executions (id, job_id, task_id, task_name, task_version, task_revision, status, input, timeout_ms, triggered_by, attempt, node_id, started_at)
    values (${e.id}, ${e.jobId}, ${e.taskId}, ${e.taskName}, ${e.taskVersion}, ${e.taskRevision}, 'running', ${JSON.stringify(e.input ?? null)}::json, ${e.timeoutMs}, ${e.triggeredBy}, ${e.attempt}, ${e.nodeId}, now())`);
}

/** Takes a pending execution for a node. null: it is taken, ended or gone. */
export async function claimExecution(db: Queryable, id: string, nodeId: string): Promise<ExecutionRow | null> {
  const [row] = await db
    .update(executions)
    .set({ status: 'running', nodeId, startedAt: sql`now()`, revision: sql`${executions.revision} + 1` })
    .where(and(eq(executions.id, id), eq(executions.status, 'pending')))
    .returning();
  return row ?? null;
}

export interface ExecutionEnd {
  readonly status: 'completed' | 'failed' | 'cancelled' | 'timed_out';
  readonly output: unknown;
  readonly error: StoredExecutionError | null;
  readonly durationMs: number | null;
}

/**
 * Stores how an execution ended, with its last event and the notice of it, in one statement; only while it still runs on
 * this node. null: another node took it over meanwhile, and this end counts for nothing.
 */
export async function finishExecution(
  db: Queryable,
  id: string,
  nodeId: string | null,
  end: ExecutionEnd,
  task?: Pick<ExecutionRow, 'taskRevision' | 'taskVersion'>,
): Promise<ExecutionRow | null> {
  const output = end.status === 'completed' ? sql`${JSON.stringify(end.output ?? null)}::json` : sql`null`;
  const error = end.error ? sql`${jsonText(end.error)}::jsonb` : sql`null`;
  const owner = nodeId === null ? sql`status = 'pending'` : sql`status = 'running' and node_id = ${nodeId}`;
  const revision = task ? sql`, task_revision = ${task.taskRevision}, task_version = ${task.taskVersion}` : sql``;
  const { rows } = await db.execute(sql`
    with ended as (
      update ratchet.executions set status = ${end.status}, output = ${output}, error = ${error}, finished_at = now(),
             duration_ms = ${end.durationMs}, revision = revision + 1 ${revision}
      where id = ${id} and ${owner} returning id
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', ${end.status} from ended
    )
    select id, pg_notify(${endedChannel}, id::text), pg_notify(${eventChannel}, id::text) from ended`);
  return rows.length === 1 ? executionById(db, id) : null;
}

export async function executionById(db: Queryable, id: string): Promise<ExecutionRow | null> {
  const [row] = await db.select().from(executions).where(eq(executions.id, id));
  return row ?? null;
}

/** Asks for an execution to stop: a pending one ends at once, a running one is told. */
export async function requestCancel(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`
    with asked as (
      update ratchet.executions set cancel_requested_at = now() where id = ${id} and status = 'running' returning id
    ) select pg_notify(${cancelChannel}, id::text) from asked`);
}

export async function deleteExecution(db: Queryable, id: string): Promise<void> {
  await db.delete(executions).where(eq(executions.id, id));
}

/** Puts what ran on a dead node back in the queue, or ends it where it killed its node too often. */
export async function releaseExecutions(
  db: Queryable,
  nodeId: string,
  maxCrashes: number,
): Promise<{ requeued: number; failed: string[] }> {
  const lost = JSON.stringify({
    class: 'NodeLost',
    message: `The server that ran it stopped ${maxCrashes + 1} times in the middle.`,
    stack: null,
    line: null,
    file: null,
  });
  const failed = await db.execute(sql`
    update ratchet.executions set status = 'failed', error = ${lost}::jsonb, finished_at = now(), revision = revision + 1, crashes = crashes + 1
    where node_id = ${nodeId} and status = 'running' and (crashes >= ${maxCrashes} or job_id is not null) returning id`);
  const requeued = await db.execute(sql`
    with back as (
      update ratchet.executions set status = 'pending', node_id = null, started_at = null, attempt = attempt + 1,
             crashes = crashes + 1, revision = revision + 1
      where node_id = ${nodeId} and status = 'running' returning id
    )
    select (graphile_worker.add_job('run_execution', json_build_object('executionId', id), job_key := 'execution:' || id)).id from back`);
  return { requeued: requeued.rows.length, failed: failed.rows.map((row) => String((row as { id: string }).id)) };
}

export interface NewEvent {
  readonly executionId: string;
  readonly type: 'state' | 'log' | 'progress';
  readonly level: ExecutionEventRow['level'];
  readonly message: string | null;
  readonly data: unknown;
  readonly time: Date;
}

/** Stores events in order, and tells their listeners. */
export async function insertEvents(db: Queryable, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const records = events.map((e, n) => ({
    n,
    execution_id: e.executionId,
    type: e.type,
    level: e.level,
    message: e.message,
    data: e.data ?? null,
    time: e.time,
  }));
  await db.execute(sql`
    with said as (
      insert into ratchet.execution_events (execution_id, type, level, message, data, time)
      select x.execution_id, x.type, x.level, x.message, x.data, x.time
      from json_to_recordset(${jsonText(records)}::json) as x(execution_id uuid, type text, level text, message text, data json, time timestamptz, n bigint)
      where exists (select 1 from ratchet.executions e where e.id = x.execution_id) order by n
      returning execution_id
    ) select pg_notify(${eventChannel}, id::text) from (select distinct execution_id as id from said) d`);
}

export async function setProgress(db: Queryable, id: string, progress: number, message: string | null): Promise<void> {
  await db
    .update(executions)
    .set({ progress, progressMessage: message })
    .where(and(eq(executions.id, id), eq(executions.status, 'running')));
}

export const eventsAfter = (
  db: Queryable,
  executionId: string,
  sequence: number,
  limit: number,
): Promise<ExecutionEventRow[]> =>
  db
    .select()
    .from(executionEvents)
    .where(and(eq(executionEvents.executionId, executionId), gt(executionEvents.sequence, sequence)))
    .orderBy(executionEvents.sequence)
    .limit(limit);

export async function executionCounts(db: Queryable) {
  const rows = await db
    .select({ status: executions.status, count: sql<number>`count(*)::int` })
    .from(executions)
    .groupBy(executions.status);
  const [more] = await db
    .select({
      average: sql<number | null>`avg(${executions.durationMs})::float8`,
      lastHour: sql<number>`(count(*) filter (where ${executions.queuedAt} > now() - interval '1 hour'))::int`,
    })
    .from(executions);
  return {
    byStatus: Object.fromEntries(rows.map((r) => [r.status, r.count])),
    average: more?.average ?? null,
    lastHour: more?.lastHour ?? 0,
  };
}

const executionSpec = (fields: ListFields): PageSpec<typeof executions> => ({
  table: executions,
  fields,
  columns: {
    id: executions.id,
    jobId: executions.jobId,
    taskId: executions.taskId,
    taskName: executions.taskName,
    nodeId: executions.nodeId,
    status: executions.status,
    attempt: executions.attempt,
    durationMs: executions.durationMs,
    queuedAt: executions.queuedAt,
    startedAt: executions.startedAt,
    finishedAt: executions.finishedAt,
  },
  search: [executions.taskName],
  id: executions.id,
});

export const pageOfExecutions = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
): Promise<Page<ExecutionRow>> => pageQuery(db, executionSpec(fields), request);

const logSpec = (fields: ListFields): PageSpec<typeof executionEvents> => ({
  table: executionEvents,
  fields,
  columns: { level: executionEvents.level, sequence: executionEvents.sequence, time: executionEvents.time },
  search: [executionEvents.message],
  id: executionEvents.sequence,
});

export const pageOfLogs = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  executionId: string,
): Promise<Page<ExecutionEventRow>> =>
  pageQuery(
    db,
    logSpec(fields),
    request,
    and(eq(executionEvents.executionId, executionId), eq(executionEvents.type, 'log')),
  );
