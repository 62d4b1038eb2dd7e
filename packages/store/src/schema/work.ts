import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant, ratchet, value } from './columns.ts';
import { executions, type StoredExecutionError } from './execution.ts';

/** What of the queue stands still: `all`, or `task:<id>`. No row: it goes on. */
export const queuePauses = ratchet.table('queue_pauses', {
  scope: text('scope').primaryKey(),
  pausedBy: text('paused_by').notNull(),
  reason: text('reason'),
  pausedAt: instant('paused_at').notNull().defaultNow(),
});

export const batches = ratchet.table(
  'batches',
  {
    id: uuid('id').primaryKey(),
    name: text('name'),
    mode: text('mode').$type<'parallel' | 'sequential' | 'dependency' | 'priority_dependency'>().notNull(),
    maxParallel: integer('max_parallel').notNull(),
    stopOnError: boolean('stop_on_error').notNull(),
    status: text('status').$type<'running' | 'completed' | 'failed' | 'cancelled'>().notNull(),
    idempotencyKey: text('idempotency_key'),
    requestDigest: text('request_digest'),
    createdBy: text('created_by').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('batches_created').on(t.createdAt, t.id),
    index('batches_running').on(t.id).where(sql`${t.status} = 'running'`),
    uniqueIndex('batches_idempotency').on(t.idempotencyKey).where(sql`${t.idempotencyKey} is not null`),
  ],
);

/** One request of a batch. A job is made of it when its turn has come. */
export const batchItems = ratchet.table(
  'batch_items',
  {
    batchId: uuid('batch_id')
      .notNull()
      .references(() => batches.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    /** Names it within the batch, for others to depend on. */
    key: text('key').notNull(),
    dependsOn: text('depends_on').array().notNull().default(sql`'{}'`),
    /** Positions of those that depend on it. */
    dependants: integer('dependants').array().notNull().default(sql`'{}'`),
    /** Of those it depends on, how many are not completed: its turn can come at 0. */
    waitingFor: integer('waiting_for').notNull().default(0),
    /** The smaller goes first of those that are ready. */
    rank: integer('rank').notNull().default(0),
    taskId: uuid('task_id'),
    taskName: text('task_name').notNull(),
    priority: text('priority').$type<'low' | 'normal' | 'high' | 'urgent'>().notNull(),
    /** The rest of the job that is made of it. */
    request: value('request'),
    status: text('status').$type<'waiting' | 'queued' | 'completed' | 'failed' | 'cancelled' | 'skipped'>().notNull(),
    jobId: uuid('job_id'),
    error: jsonb('error').$type<StoredExecutionError>(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.batchId, t.position] }),
    uniqueIndex('batch_items_key').on(t.batchId, t.key),
    index('batch_items_job').on(t.jobId),
    index('batch_items_ready')
      .on(t.batchId, t.rank, t.position)
      .where(sql`${t.status} = 'waiting' and ${t.waitingFor} = 0`),
    index('batch_items_queued').on(t.batchId).where(sql`${t.status} = 'queued'`),
  ],
);

export const schedules = ratchet.table(
  'schedules',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    taskId: uuid('task_id'),
    taskName: text('task_name').notNull(),
    cron: text('cron').notNull(),
    timezone: text('timezone').notNull(),
    input: value('input'),
    enabled: boolean('enabled').notNull(),
    catchUp: text('catch_up').$type<'skip' | 'last' | 'all'>().notNull(),
    overlap: text('overlap').$type<'allow' | 'skip'>().notNull(),
    priority: text('priority').$type<'low' | 'normal' | 'high' | 'urgent'>().notNull(),
    maxRetries: integer('max_retries').notNull().default(0),
    retryBackoffMs: integer('retry_backoff_ms').notNull().default(1000),
    timeoutMs: integer('timeout_ms'),
    outputs: uuid('outputs').array().notNull().default(sql`'{}'`),
    /** The next tick; it is taken by moving this on, so that one of many nodes takes it. Null: disabled or over. */
    nextRunAt: instant('next_run_at'),
    lastRunAt: instant('last_run_at'),
    lastJobId: uuid('last_job_id'),
    lastError: text('last_error'),
    createdBy: text('created_by').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('schedules_name').on(t.name),
    index('schedules_due').on(t.nextRunAt).where(sql`${t.nextRunAt} is not null`),
    index('schedules_task').on(t.taskId),
  ],
);

export const outputDestinations = ratchet.table(
  'output_destinations',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    type: text('type')
      .$type<'filesystem' | 'webhook' | 'postgresql' | 'mysql' | 's3' | 'redis' | 'rabbitmq' | 'email' | 'stdio'>()
      .notNull(),
    /** Without secrets. */
    config: value('config').notNull(),
    keyId: text('key_id'),
    sealed: bytea('sealed'),
    enabled: boolean('enabled').notNull(),
    /** Every execution's output goes there. */
    isGlobal: boolean('is_global').notNull(),
    /** Which ends are delivered. */
    on: text('on').$type<'success' | 'failure' | 'always'>().notNull(),
    maxAttempts: integer('max_attempts').notNull(),
    retryBackoffMs: integer('retry_backoff_ms').notNull(),
    timeoutMs: integer('timeout_ms').notNull(),
    lastDeliveredAt: instant('last_delivered_at'),
    lastError: text('last_error'),
    createdBy: text('created_by').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('output_destinations_name').on(t.name)],
);

/** One delivery of one execution's output to one destination; its id goes with every attempt. */
export const deliveries = ratchet.table(
  'delivery_results',
  {
    id: uuid('id').primaryKey(),
    executionId: uuid('execution_id').notNull(),
    destinationId: uuid('destination_id').notNull(),
    destinationName: text('destination_name').notNull(),
    taskName: text('task_name').notNull(),
    status: text('status').$type<'pending' | 'delivering' | 'delivered' | 'failed'>().notNull(),
    /** The path, address or key that its templates came to. */
    target: text('target'),
    attempts: integer('attempts').notNull().default(0),
    maxAttempts: integer('max_attempts').notNull(),
    lastError: text('last_error'),
    history: jsonb('history').$type<StoredAttempt[]>().notNull().default(sql`'[]'`),
    bytes: integer('bytes'),
    nextAttemptAt: instant('next_attempt_at'),
    deliveredAt: instant('delivered_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('deliveries_execution').on(t.executionId, t.destinationId),
    index('deliveries_created').on(t.createdAt, t.id),
    index('deliveries_destination').on(t.destinationId, t.createdAt),
    index('deliveries_open').on(t.status).where(sql`${t.status} in ('pending', 'delivering')`),
  ],
);

export interface StoredAttempt {
  readonly attempt: number;
  /** ISO 8601. */
  readonly at: string;
  readonly durationMs: number;
  readonly error: string | null;
  /** What the other side said: a status, an offset, a message id. */
  readonly response: string | null;
}

/** What an execution did over time: spans, and the profile where one was taken. */
export const executionTraces = ratchet.table('execution_traces', {
  executionId: uuid('execution_id')
    .primaryKey()
    .references(() => executions.id, { onDelete: 'cascade' }),
  spans: value('spans').notNull(),
  profile: value('profile'),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** What it takes to run an execution again without the network. */
export const recordings = ratchet.table('recordings', {
  executionId: uuid('execution_id')
    .primaryKey()
    .references(() => executions.id, { onDelete: 'cascade' }),
  /** HTTP Archive 1.2. */
  har: value('har').notNull(),
  /** Seed of what is random in it, and the time it began. */
  seed: text('seed').notNull(),
  clock: instant('clock').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Answers kept for tasks that ask for it. The key is made of the task's checksum and the input. */
export const resultCache = ratchet.table(
  'result_cache',
  {
    key: text('key').primaryKey(),
    taskId: uuid('task_id').notNull(),
    executionId: uuid('execution_id').notNull(),
    output: value('output'),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [index('result_cache_expires').on(t.expiresAt), index('result_cache_task').on(t.taskId)],
);

export const secrets = ratchet.table(
  'secrets',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    description: text('description'),
    keyId: text('key_id').notNull(),
    sealed: bytea('sealed').notNull(),
    createdBy: text('created_by').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    rotatedAt: instant('rotated_at'),
  },
  (t) => [uniqueIndex('secrets_name').on(t.name)],
);

/** Which task is given which secret. */
export const secretGrants = ratchet.table(
  'secret_grants',
  {
    secretId: uuid('secret_id')
      .notNull()
      .references(() => secrets.id, { onDelete: 'cascade' }),
    taskId: uuid('task_id').notNull(),
    grantedBy: text('granted_by').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.secretId, t.taskId] }), index('secret_grants_task').on(t.taskId)],
);

/** Results that somebody stored, of an execution or of elsewhere. */
export const results = ratchet.table(
  'results',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    taskId: uuid('task_id'),
    executionId: uuid('execution_id'),
    content: value('content'),
    tags: text('tags').array().notNull().default(sql`'{}'`),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [index('results_created').on(t.createdAt, t.id), index('results_task').on(t.taskId)],
);
