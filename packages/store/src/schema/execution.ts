import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, ratchet, value } from './columns.ts';

/** One server process. One whose heartbeat stopped is dead: its work is released. */
export const nodes = ratchet.table('nodes', {
  id: uuid('id').primaryKey(),
  hostname: text('hostname').notNull(),
  pid: integer('pid').notNull(),
  role: text('role').$type<'all' | 'api' | 'worker'>().notNull(),
  status: text('status').$type<'active' | 'draining' | 'stopped' | 'dead'>().notNull(),
  version: text('version').notNull(),
  /** Names of its workers in the queue: jobs that others hold are nobody's. */
  workerIds: text('worker_ids').array().notNull().default(sql`'{}'`),
  /** Executions it runs at once; what an operator asked for where that differs. */
  concurrency: integer('concurrency').notNull().default(0),
  desiredConcurrency: integer('desired_concurrency'),
  /** What it said of itself with its last heartbeat. */
  load: jsonb('load').$type<StoredLoad>(),
  startedAt: instant('started_at').notNull().defaultNow(),
  heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
});

export interface StoredLoad {
  readonly running: number;
  readonly runners: number;
  readonly completed: number;
  readonly failed: number;
  readonly rssBytes: number;
  /** Of one core, 0 to 1 and above, since the heartbeat before. */
  readonly cpu: number;
}

export const jobs = ratchet.table(
  'jobs',
  {
    id: uuid('id').primaryKey(),
    taskId: uuid('task_id'),
    taskName: text('task_name').notNull(),
    status: text('status')
      .$type<'queued' | 'processing' | 'completed' | 'failed' | 'cancelled' | 'retrying'>()
      .notNull(),
    priority: text('priority').$type<'low' | 'normal' | 'high' | 'urgent'>().notNull(),
    input: value('input'),
    scheduledFor: instant('scheduled_for'),
    maxRetries: integer('max_retries').notNull().default(0),
    retryBackoffMs: integer('retry_backoff_ms').notNull().default(1000),
    timeoutMs: integer('timeout_ms'),
    attempts: integer('attempts').notNull().default(0),
    idempotencyKey: text('idempotency_key'),
    /** What was asked for under the key: the same key with another request is refused. */
    requestDigest: text('request_digest'),
    lastExecutionId: uuid('last_execution_id'),
    lastError: text('last_error'),
    /** Ids of output destinations, besides the global ones. */
    outputs: uuid('outputs').array().notNull().default(sql`'{}'`),
    /** Its executions are recorded for replay. */
    record: boolean('record').notNull().default(false),
    batchId: uuid('batch_id'),
    scheduleId: uuid('schedule_id'),
    createdBy: text('created_by').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    uniqueIndex('jobs_idempotency').on(t.idempotencyKey).where(sql`${t.idempotencyKey} is not null`),
    index('jobs_created').on(t.createdAt, t.id),
    index('jobs_status').on(t.status, t.createdAt),
    index('jobs_task').on(t.taskId),
    index('jobs_batch').on(t.batchId).where(sql`${t.batchId} is not null`),
    index('jobs_schedule').on(t.scheduleId, t.createdAt).where(sql`${t.scheduleId} is not null`),
  ],
);

export interface StoredExecutionError {
  class: string;
  message: string;
  stack: string | null;
  line: number | null;
  file: string | null;
  details?: unknown;
}

export const executions = ratchet.table(
  'executions',
  {
    id: uuid('id').primaryKey(),
    jobId: uuid('job_id'),
    taskId: uuid('task_id'),
    taskName: text('task_name').notNull(),
    taskVersion: text('task_version').notNull(),
    taskRevision: integer('task_revision').notNull(),
    status: text('status')
      .$type<'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timed_out'>()
      .notNull(),
    input: value('input'),
    output: value('output'),
    error: jsonb('error').$type<StoredExecutionError>(),
    progress: doublePrecision('progress'),
    progressMessage: text('progress_message'),
    attempt: integer('attempt').notNull().default(1),
    /** Times the node that ran it died. */
    crashes: integer('crashes').notNull().default(0),
    timeoutMs: integer('timeout_ms'),
    nodeId: uuid('node_id'),
    /** Set when someone asked for it to stop; the node that runs it obeys. */
    cancelRequestedAt: instant('cancel_requested_at'),
    triggeredBy: text('triggered_by').notNull(),
    idempotencyKey: text('idempotency_key'),
    requestDigest: text('request_digest'),
    outputs: uuid('outputs').array().notNull().default(sql`'{}'`),
    record: boolean('record').notNull().default(false),
    /** The recorded execution that this one played again. */
    replayOf: uuid('replay_of'),
    /** What somebody wrote of it. */
    note: text('note'),
    /** Not forgotten by time, with its logs, recording and deliveries. */
    keep: boolean('keep').notNull().default(false),
    /** The execution whose stored result this one answered. */
    cachedFrom: uuid('cached_from'),
    /** A profile of the processor's time is taken. */
    profile: boolean('profile').notNull().default(false),
    queuedAt: instant('queued_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    durationMs: doublePrecision('duration_ms'),
    revision: integer('revision').notNull().default(1),
  },
  (t) => [
    index('executions_queued').on(t.queuedAt, t.id),
    index('executions_task').on(t.taskId, t.queuedAt),
    index('executions_job').on(t.jobId),
    uniqueIndex('executions_idempotency').on(t.idempotencyKey).where(sql`${t.idempotencyKey} is not null`),
    index('executions_running').on(t.nodeId).where(sql`${t.status} in ('pending', 'running')`),
    index('executions_replay_of').on(t.replayOf).where(sql`${t.replayOf} is not null`),
    index('executions_cached_from').on(t.cachedFrom).where(sql`${t.cachedFrom} is not null`),
  ],
);

/** States, progress and log lines, in order. NOTIFY carries only the execution's id. */
export const executionEvents = ratchet.table(
  'execution_events',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    executionId: uuid('execution_id')
      .notNull()
      .references(() => executions.id, { onDelete: 'cascade' }),
    type: text('type').$type<'state' | 'log' | 'progress'>().notNull(),
    level: text('level').$type<'debug' | 'info' | 'warn' | 'error'>(),
    message: text('message'),
    data: value('data'),
    time: instant('time').notNull().defaultNow(),
  },
  (t) => [index('execution_events_execution').on(t.executionId, t.sequence)],
);
