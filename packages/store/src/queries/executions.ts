import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { notify } from '../events.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText, readRow, storableText } from '../rows.ts';
import { executionEvents, executions, type StoredExecutionError } from '../schema/execution.ts';

export type ExecutionRow = typeof executions.$inferSelect;
export type ExecutionEventRow = typeof executionEvents.$inferSelect;

/** Heard when executions have ended; the payload is read with `idsHeard`. */
export const endedChannel = 'ratchet_execution_ended';
/** Heard when there are new events of executions; the payload is read with `idsHeard`. */
export const eventChannel = 'ratchet_execution_event';
/** Heard when running executions are to stop; the payload is read with `idsHeard`. */
export const cancelChannel = 'ratchet_execution_cancel';

/** The ids in a notification; null: some may not have been heard, so any may be meant. */
export const idsHeard = (payload: string): readonly string[] | null => (payload === '' ? null : payload.split(','));

/** For a statement: notifications of all ids of a relation, some hundred in each, since a payload holds 8,000 bytes. */
export const notifyAll = (channel: string, relation: string): SQL => sql`(
  select count(pg_notify(${channel}, ids)) from (
    select string_agg(id::text, ',') as ids from (
      select id, (row_number() over ()) / 200 as part from ${sql.raw(relation)}) numbered group by part) parts)`;

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
> &
  Partial<Pick<ExecutionRow, 'outputs' | 'record' | 'replayOf' | 'profile'>>;

/** Ends an execution that nobody has begun. null: somebody has. */
export async function endPending(
  db: Queryable,
  id: string,
  status: 'cancelled',
  error: StoredExecutionError,
): Promise<ExecutionRow | null> {
  const { rows } = await db.execute(sql`
    with ended as (
      update ratchet.executions set status = ${status}, error = ${jsonText(error)}::jsonb, finished_at = now(), revision = revision + 1
      where id = ${id} and status = 'pending' returning *
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', ${status} from ended
    )
    select ended.*, graphile_worker.remove_job('execution:' || id) as removed,
           pg_notify(${endedChannel}, id::text)::text as told_end, pg_notify(${eventChannel}, id::text)::text as told from ended`);
  const [row] = rows;
  return row ? readRow(executions, row as Record<string, unknown>) : null;
}

/** Puts executions that this node only held back where every node finds them. */
export async function requeueExecution(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`
    select (graphile_worker.add_job('run_execution', json_build_object('executionId', id, 'taskId', task_id),
            run_at := queued_at, job_key := 'execution:' || id)).id
    from ratchet.executions where id = ${id} and status = 'pending'`);
}

export async function executionById(db: Queryable, id: string): Promise<ExecutionRow | null> {
  const [row] = await db.select().from(executions).where(eq(executions.id, id));
  return row ?? null;
}

export const executionsByIds = (db: Queryable, ids: readonly string[]): Promise<ExecutionRow[]> =>
  db
    .select()
    .from(executions)
    .where(inArray(executions.id, [...ids]));

export async function executionsByKey(db: Queryable, keys: readonly string[]): Promise<ExecutionRow[]> {
  if (keys.length === 0) return [];
  return db
    .select()
    .from(executions)
    .where(inArray(executions.idempotencyKey, [...keys]));
}

/** Where it stands, without what it was given and answered. */
export async function executionStatus(db: Queryable, id: string): Promise<ExecutionRow['status'] | null> {
  const [row] = await db.select({ status: executions.status }).from(executions).where(eq(executions.id, id));
  return row?.status ?? null;
}

/** Asks for running executions to stop: the nodes that run them are told. */
export async function requestCancel(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.execute(sql`
    with asked as (
      update ratchet.executions set cancel_requested_at = now()
      where id = any(${sql.param(ids)}::uuid[]) and status = 'running' returning id
    ) select ${notifyAll(cancelChannel, 'asked')} as told`);
}

/** Executions on a node that somebody asked to stop. */
export async function cancelledOn(db: Queryable, nodeId: string): Promise<string[]> {
  const { rows } = await db.execute(
    sql`select id from ratchet.executions where node_id = ${nodeId} and status = 'running' and cancel_requested_at is not null`,
  );
  return (rows as unknown as { id: string }[]).map(({ id }) => id);
}

/** Changes what people say of an execution, while its revision is `revision` where that is given; null: it is not. */
export async function annotateExecution(
  db: Queryable,
  id: string,
  { note, keep }: { note?: string | null | undefined; keep?: boolean | undefined },
  revision?: number,
): Promise<ExecutionRow | null> {
  const [row] = await db
    .update(executions)
    .set({
      ...(note === undefined ? {} : { note: note === null ? null : storableText(note) }),
      ...(keep === undefined ? {} : { keep }),
      revision: sql`${executions.revision} + 1`,
    })
    .where(and(eq(executions.id, id), revision === undefined ? undefined : eq(executions.revision, revision)))
    .returning();
  if (row) await notify(db, eventChannel, id);
  return row ?? null;
}

export async function deleteExecution(db: Queryable, id: string): Promise<void> {
  await db.delete(executions).where(eq(executions.id, id));
}

/**
 * Puts what ran on a node that is gone back in the queue, or ends it where it killed its node too often; with `ids` only
 * those. An execution of a job ends, for each attempt of a job is one of its own.
 */
export async function releaseExecutions(
  db: Queryable,
  nodeId: string,
  maxCrashes: number,
  ids?: readonly string[],
): Promise<{ requeued: number; failed: string[] }> {
  const among = ids ? sql`and id = any(${sql.param(ids)}::uuid[])` : sql``;
  const lost = (message: string) => jsonText({ class: 'NodeLost', message, stack: null, line: null, file: null });
  const once = lost('The server that ran it stopped in the middle.');
  const often = lost(`The server that ran it stopped ${maxCrashes + 1} times in the middle.`);
  const failed = await db.execute(sql`
    with ended as (
      update ratchet.executions
      set status = 'failed', error = case when job_id is null then ${often}::jsonb else ${once}::jsonb end, finished_at = now(),
          revision = revision + 1, crashes = crashes + 1
      where node_id = ${nodeId} and status = 'running' and (crashes >= ${maxCrashes} or job_id is not null) ${among} returning id
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', 'failed' from ended
    )
    select id, pg_notify(${endedChannel}, id::text)::text, pg_notify(${eventChannel}, id::text)::text as told from ended`);
  const requeued = await db.execute(sql`
    with back as (
      update ratchet.executions set status = 'pending', node_id = null, started_at = null, attempt = attempt + 1,
             crashes = crashes + 1, revision = revision + 1
      where node_id = ${nodeId} and status = 'running' ${among} returning id, task_id
    )
    select (graphile_worker.add_job('run_execution', json_build_object('executionId', id, 'taskId', task_id), job_key := 'execution:' || id)).id,
           pg_notify(${eventChannel}, id::text)::text as told from back`);
  return { requeued: requeued.rows.length, failed: failed.rows.map((row) => String((row as { id: string }).id)) };
}

/** Those of the executions that still run on a node, as it sees it. */
export async function stillRunning(db: Queryable, nodeId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .select({ id: executions.id })
    .from(executions)
    .where(
      and(
        eq(executions.nodeId, nodeId),
        eq(executions.status, 'running'),
        sql`${executions.id} = any(${sql.param(ids)}::uuid[])`,
      ),
    );
  return new Set(rows.map(({ id }) => id));
}

/** Executions that are a node's since some seconds, of which it knows nothing: the answer that told it was lost. */
export async function unknownExecutions(
  db: Queryable,
  nodeId: string,
  known: readonly string[],
  seconds: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: executions.id })
    .from(executions)
    .where(
      and(
        eq(executions.nodeId, nodeId),
        sql`${executions.status} in ('pending', 'running')`,
        eq(executions.status, 'running'),
        sql`${executions.startedAt} < now() - make_interval(secs => ${seconds}::double precision)`,
        sql`${executions.id} <> all(${sql.param(known)}::uuid[])`,
      ),
    );
  return rows.map(({ id }) => id);
}

/**
 * Puts an execution back in the queue whose server stops before it has ended; only while it still runs on this node. One
 * of a job ends here as cancelled, for each attempt of a job is an execution of its own.
 */
export async function handBackExecution(tx: Queryable, id: string, nodeId: string): Promise<boolean> {
  const stopped = jsonText({
    class: 'HandedBack',
    message: 'The server was stopped before it ended; its job runs again.',
    stack: null,
    line: null,
    file: null,
  });
  const { rows } = await tx.execute(sql`
    with back as (
      update ratchet.executions set status = 'pending', node_id = null, started_at = null, progress = null,
             progress_message = null, revision = revision + 1
      where id = ${id} and status = 'running' and node_id = ${nodeId} and job_id is null returning id, task_id
    ), ended as (
      update ratchet.executions set status = 'cancelled', error = ${stopped}::jsonb, finished_at = now(), revision = revision + 1
      where id = ${id} and status = 'running' and node_id = ${nodeId} and job_id is not null returning id
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message)
      select id, 'state', 'pending' from back union all select id, 'state', 'cancelled' from ended
    )
    select id, (graphile_worker.add_job('run_execution', json_build_object('executionId', id, 'taskId', task_id), job_key := 'execution:' || id)).id::text as job,
           pg_notify(${eventChannel}, id::text)::text as told
    from back union all
    select id, null, pg_notify(${endedChannel}, id::text)::text || pg_notify(${eventChannel}, id::text)::text from ended`);
  return rows.length === 1;
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
    ), distinctly as (select distinct execution_id as id from said)
    select ${notifyAll(eventChannel, 'distinctly')} as told`);
}

export async function setProgress(db: Queryable, id: string, progress: number, message: string | null): Promise<void> {
  await db
    .update(executions)
    .set({ progress, progressMessage: message === null ? null : storableText(message) })
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
