import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const JobStatus = z
  .enum(['queued', 'processing', 'completed', 'failed', 'cancelled', 'retrying'])
  .meta({ id: 'JobStatus', description: 'Where a job stands' });
export type JobStatus = z.output<typeof JobStatus>;
export const JobPriority = z
  .enum(['low', 'normal', 'high', 'urgent'])
  .meta({ id: 'JobPriority', description: 'Which job goes first' });
export type JobPriority = z.output<typeof JobPriority>;

export const Job = z
  .object({
    id: Id,
    taskId: Id.nullable(),
    taskName: z.string(),
    status: JobStatus,
    priority: JobPriority,
    input: JsonValue,
    scheduledFor: Time.nullable().describe('Not before this time'),
    maxRetries: z.int(),
    retryBackoffMs: z.int().describe('Before the first retry; doubles, capped at 5 minutes'),
    timeoutMs: z.int().nullable(),
    attempts: z.int(),
    idempotencyKey: z.string().nullable(),
    lastExecutionId: Id.nullable(),
    lastError: z.string().nullable(),
    outputs: z.array(Id).describe('Output destinations, besides the global ones'),
    record: z.boolean().describe('Whether its executions are recorded, for replay'),
    batchId: Id.nullable(),
    scheduleId: Id.nullable(),
    createdBy: z.string(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
    finishedAt: Time.nullable(),
  })
  .meta({ id: 'Job', description: 'A queued wish to run a task' });
export type Job = z.output<typeof Job>;
export const JobPage = pageOf(Job, 'JobPage');

export const JobStats = z
  .object({ total: z.int(), byStatus: z.record(z.string(), z.int()), oldestQueuedAt: Time.nullable() })
  .meta({ id: 'JobStats', description: 'Counts over jobs' });

export const QueueState = z
  .object({
    paused: z.boolean().describe('Whether the whole queue of jobs stands still'),
    pausedTasks: z.array(z.object({ taskId: Id, taskName: z.string().nullable() })).describe('Tasks whose jobs wait'),
    pausedBy: z.string().nullable(),
    pausedAt: Time.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'QueueState', description: 'Whether jobs are taken from the queue' });
export type QueueState = z.output<typeof QueueState>;
