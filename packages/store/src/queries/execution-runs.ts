import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { jsonText, readRow } from '../rows.ts';
import { executions, type StoredExecutionError } from '../schema/execution.ts';
import { type ExecutionRow, endedChannel, eventChannel, type NewExecution, notifyAll } from './executions.ts';
import { type JobRow, rankOf } from './jobs.ts';

/** How a task stood when a statement looked: what was loaded of it before is current only while this is the same. */
export interface TaskStand {
  readonly revision: number;
  readonly checksum: string;
  readonly enabled: boolean;
}

/** null: the task is gone. */
const stand = sql`(select json_build_object('revision', t.revision, 'checksum', t.checksum, 'enabled', t.enabled)
  from ratchet.tasks t where t.id = e.task_id and t.deleted_at is null)`;

export interface ExecutionRequest extends NewExecution {
  readonly idempotencyKey: string | null;
  readonly requestDigest: string | null;
  /** Stored only while the task is at `taskRevision` and enabled. */
  readonly current: boolean;
  /** The node that begins it at once, so that it need not go through the queue; null: any may. */
  readonly nodeId: string | null;
}

/**
 * Stores executions, in one statement: as running on the node that begins it, else as pending and queued. Answers when each
 * was stored, by id; one that is missing has a task that changed, or an idempotency key that is taken.
 */
export async function queueExecutions(
  db: Queryable,
  requests: readonly ExecutionRequest[],
): Promise<ReadonlyMap<string, Date>> {
  const records = requests.map((e) => ({
    id: e.id,
    job_id: e.jobId,
    task_id: e.taskId,
    task_name: e.taskName,
    task_version: e.taskVersion,
    task_revision: e.taskRevision,
    // JSON within JSON, so that what it holds reaches the column as it was written.
    input: JSON.stringify(e.input ?? null),
    timeout_ms: e.timeoutMs,
    triggered_by: e.triggeredBy,
    attempt: e.attempt,
    outputs: e.outputs ?? [],
    record: e.record ?? false,
    replay_of: e.replayOf ?? null,
    profile: e.profile ?? false,
    idempotency_key: e.idempotencyKey,
    request_digest: e.requestDigest,
    current: e.current,
    node_id: e.nodeId,
  }));
  const { rows } = await db.execute(sql`
    with given as (
      select * from json_to_recordset(${JSON.stringify(records)}::json) as x(
        id uuid, job_id uuid, task_id uuid, task_name text, task_version text, task_revision integer, input text,
        timeout_ms integer, triggered_by text, attempt integer, outputs uuid[], record boolean, replay_of uuid,
        profile boolean, idempotency_key text, request_digest text, current boolean, node_id uuid)
    ), made as (
      insert into ratchet.executions (id, job_id, task_id, task_name, task_version, task_revision, status, input,
             timeout_ms, triggered_by, attempt, outputs, record, replay_of, profile, idempotency_key, request_digest, node_id, started_at)
      select g.id, g.job_id, g.task_id, g.task_name, g.task_version, g.task_revision,
             case when g.node_id is null then 'pending' else 'running' end, g.input::json,
             g.timeout_ms, g.triggered_by, g.attempt, g.outputs, g.record, g.replay_of, g.profile, g.idempotency_key,
             g.request_digest, g.node_id, case when g.node_id is not null then now() end
      from given g
      where not g.current or exists (
        select 1 from ratchet.tasks t
        where t.id = g.task_id and t.revision = g.task_revision and t.enabled and t.deleted_at is null)
      on conflict do nothing
      returning id, task_id, node_id, queued_at
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message)
      select id, 'state', 'running' from made where node_id is not null
    ), queued as (
      select graphile_worker.add_jobs(array(
        select row('run_execution', json_build_object('executionId', id, 'taskId', task_id), null, null, null,
                   'execution:' || id, null, null)::graphile_worker.job_spec from made where node_id is null))
      where exists (select 1 from made where node_id is null)
    )
    select id, queued_at, (select count(*) from queued) as queued, ${notifyAll(eventChannel, 'made')} as told from made`);
  return new Map(
    (rows as unknown as { id: string; queued_at: string }[]).map((row) => [row.id, new Date(row.queued_at)]),
  );
}

export interface ClaimedExecution {
  readonly execution: ExecutionRow;
  /** How its task stood at the claim; null: it is gone. */
  readonly task: TaskStand | null;
}

type ClaimedRow = Record<string, unknown> & { id: string; task: TaskStand | null };
const claimed = (rows: readonly unknown[]): Map<string, ClaimedExecution> =>
  new Map(
    (rows as ClaimedRow[]).map((row) => [row.id, { execution: readRow(executions, row), task: row.task ?? null }]),
  );

/** Takes pending executions for a node. One that is missing is taken, ended or gone. */
export async function claimExecutions(
  db: Queryable,
  nodeId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ClaimedExecution>> {
  const { rows } = await db.execute(sql`
    with begun as (
      update ratchet.executions e set status = 'running', node_id = ${nodeId}, started_at = now(), revision = e.revision + 1
      where e.id = any(${sql.param(ids)}::uuid[]) and e.status = 'pending'
      returning e.*, ${stand} as task
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', 'running' from begun
    )
    select *, ${notifyAll(eventChannel, 'begun')} as told from begun`);
  return claimed(rows);
}

export interface JobClaim {
  readonly jobId: string;
  /** Of the attempt that begins. */
  readonly executionId: string;
}

/**
 * Takes queued jobs for their next attempt, and stores the execution of it as running, together: a server that dies
 * between the two would leave a job that nobody works on. Answers by the execution's id; one that is missing is taken,
 * ended, gone or paused.
 */
export async function claimJobs(
  db: Queryable,
  nodeId: string,
  claims: readonly JobClaim[],
): Promise<ReadonlyMap<string, ClaimedExecution>> {
  // Named besides the join, so that the planner knows how few they are: it would read a table of some thousands whole.
  const jobIds = sql.param(claims.map(({ jobId }) => jobId));
  const { rows } = await db.execute(sql`
    with given as (
      select * from json_to_recordset(${JSON.stringify(claims)}::json) as x("jobId" uuid, "executionId" uuid)
    ), taken as (
      update ratchet.jobs j set status = 'processing', attempts = j.attempts + 1, last_execution_id = g."executionId",
             revision = j.revision + 1, updated_at = now()
      from given g
      where j.id = g."jobId" and j.id = any(${jobIds}::uuid[]) and j.status in ('queued', 'retrying')
        and not exists (select 1 from ratchet.queue_pauses p where p.scope = 'all' or p.scope = 'task:' || j.task_id)
      returning j.*
    ), begun as (
      insert into ratchet.executions (id, job_id, task_id, task_name, task_version, task_revision, status, input,
             timeout_ms, triggered_by, attempt, outputs, record, node_id, started_at)
      select j.last_execution_id, j.id, j.task_id, j.task_name, coalesce(t.version, ''), coalesce(t.revision, 0),
             'running', j.input, j.timeout_ms, j.created_by, j.attempts, j.outputs, j.record, ${nodeId}, now()
      from taken j left join ratchet.tasks t on t.id = j.task_id
      returning *
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', 'running' from begun
    )
    select e.*, ${stand} as task, ${notifyAll(eventChannel, 'begun')} as told from begun e`);
  return claimed(rows);
}

export interface ExecutionEnd {
  readonly status: 'completed' | 'failed' | 'cancelled' | 'timed_out';
  readonly output: unknown;
  readonly error: StoredExecutionError | null;
  readonly durationMs: number | null;
  /** The execution whose stored result it answers. */
  readonly cachedFrom?: string;
}

export interface EndedExecution {
  readonly id: string;
  readonly jobId: string | null;
  readonly attempt: number;
  readonly end: ExecutionEnd;
  /** What ran; null: nothing did. */
  readonly task: Pick<ExecutionRow, 'taskRevision' | 'taskVersion'> | null;
  /** How far it last said it was, where that is not stored yet. */
  readonly progress: { readonly value: number; readonly message: string | null } | null;
}

export interface StoredEnd extends Pick<ExecutionRow, 'revision' | 'note' | 'keep'> {
  readonly finishedAt: Date;
  /** Its job, where this end is the job's too. */
  readonly job: Pick<JobRow, 'status' | 'batchId'> | null;
}

/** The longest pause before an attempt. */
const maxBackoffMs = 300_000;

/**
 * Stores how executions of a node ended, what follows for their jobs (the next attempt is queued with them), the last
 * event of each and the notice of it, in one statement; only while the node's attempt is the one that runs. One that is
 * missing in the answer is another's by now, and its end counts for nothing.
 */
export async function endExecutions(
  db: Queryable,
  nodeId: string,
  ends: readonly EndedExecution[],
): Promise<ReadonlyMap<string, StoredEnd>> {
  // Named besides the joins, so that the planner knows how few they are.
  const ids = sql.param(ends.map(({ id }) => id));
  const jobIds = sql.param(ends.flatMap(({ jobId }) => (jobId === null ? [] : [jobId])));
  const records = ends.map(({ id, attempt, end, task, progress }) => ({
    id,
    attempt,
    status: end.status,
    output: end.status === 'completed' ? JSON.stringify(end.output ?? null) : null,
    error: end.error === null ? null : jsonText(end.error),
    duration_ms: end.durationMs,
    cached_from: end.cachedFrom ?? null,
    task_revision: task?.taskRevision ?? null,
    task_version: task?.taskVersion ?? null,
    progress: progress?.value ?? null,
    progress_message: progress?.message ?? null,
  }));
  const { rows } = await db.execute(sql`
    with given as (
      select * from json_to_recordset(${JSON.stringify(records)}::json) as x(
        id uuid, attempt integer, status text, output text, error text, duration_ms double precision, cached_from uuid,
        task_revision integer, task_version text, progress double precision, progress_message text)
    ), ended as (
      update ratchet.executions e set status = g.status, output = g.output::json, error = g.error::jsonb,
             finished_at = now(), duration_ms = g.duration_ms, cached_from = g.cached_from, revision = e.revision + 1,
             task_revision = coalesce(g.task_revision, e.task_revision),
             task_version = coalesce(g.task_version, e.task_version), progress = coalesce(g.progress, e.progress),
             progress_message = case when g.progress is null then e.progress_message else g.progress_message end
      from given g
      where e.id = g.id and e.id = any(${ids}::uuid[]) and e.status = 'running' and e.node_id = ${nodeId} and e.attempt = g.attempt
      returning e.id, e.job_id, e.status, e.error, e.finished_at, e.revision, e.note, e.keep
    ), concluded as (
      update ratchet.jobs j set
        status = case when e.status in ('completed', 'cancelled') then e.status
                      when j.attempts > j.max_retries then 'failed' else 'retrying' end,
        last_error = case e.status when 'completed' then null when 'cancelled' then j.last_error
                      else (e.error ->> 'class') || ': ' || (e.error ->> 'message') end,
        finished_at = case when e.status in ('completed', 'cancelled') or j.attempts > j.max_retries then now() end,
        revision = j.revision + 1, updated_at = now()
      from ended e
      where j.id = e.job_id and j.id = any(${jobIds}::uuid[]) and j.status = 'processing' and j.last_execution_id = e.id
      returning j.id, j.task_id, j.status, j.priority, j.attempts, j.retry_backoff_ms, j.batch_id, e.id as execution_id
    ), again as (
      select graphile_worker.add_jobs(array(
        select row('run_job', json_build_object('jobId', id, 'taskId', task_id), null,
                   now() + make_interval(secs => least(${maxBackoffMs}, retry_backoff_ms * 2 ^ (attempts - 1)) / 1000),
                   null, 'job:' || id, ${rankOf}, null)::graphile_worker.job_spec
        from concluded where status = 'retrying'))
      where exists (select 1 from concluded where status = 'retrying')
    ), said as (
      insert into ratchet.execution_events (execution_id, type, message) select id, 'state', status from ended
    )
    select e.id, e.finished_at, e.revision, e.note, e.keep, c.status as job_status, c.batch_id, (select count(*) from again) as again,
           ${notifyAll(endedChannel, 'ended')} as told_end, ${notifyAll(eventChannel, 'ended')} as told
    from ended e left join concluded c on c.execution_id = e.id`);
  type Row = {
    id: string;
    finished_at: string;
    revision: number;
    note: string | null;
    keep: boolean;
    job_status: JobRow['status'];
    batch_id: string | null;
  };
  return new Map(
    (rows as unknown as Row[]).map((row) => [
      row.id,
      {
        finishedAt: new Date(row.finished_at),
        revision: Number(row.revision),
        note: row.note,
        keep: row.keep,
        job: row.job_status ? { status: row.job_status, batchId: row.batch_id } : null,
      },
    ]),
  );
}
