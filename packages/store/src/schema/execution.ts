import { sql } from 'drizzle-orm';
import { bigserial, doublePrecision, index, integer, json, jsonb, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, ratchet } from './columns.ts';

/** One server process. One whose heartbeat stopped is dead: its work is released. */
export const nodes = ratchet.table('nodes', {
  id: uuid('id').primaryKey(),
  hostname: text('hostname').notNull(),
  pid: integer('pid').notNull(),
  role: text('role').$type<'all' | 'api' | 'worker'>().notNull(),
  status: text('status').$type<'active' | 'draining' | 'stopped' | 'dead'>().notNull(),
  version: text('version').notNull(),
  startedAt: instant('started_at').notNull().defaultNow(),
  heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
});

/** Any JSON value as it was written: `json` keeps the order of members, which `jsonb` does not. */
const value = (name: string) => json(name).$type<unknown>();

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
    lastExecutionId: uuid('last_execution_id'),
    lastError: text('last_error'),
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
    index('executions_running').on(t.nodeId).where(sql`${t.status} in ('pending', 'running')`),
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
