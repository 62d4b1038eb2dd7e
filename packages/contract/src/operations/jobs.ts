import * as z from 'zod';
import { JobChange } from '../entities/event.ts';
import { Job, JobPage, JobPriority, JobStats, JobStatus } from '../entities/job.ts';
import { Id, JsonValue, Time } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';
import { jobQueue } from './job-queue.ts';
import { streamOnMcp } from './streams.ts';

const byId = { id: Id };
export const newJob = z.object({
  taskId: z.string().min(1).max(200).describe('The id or uuid of the task'),
  input: JsonValue.default({}),
  priority: JobPriority.default('normal'),
  scheduledFor: Time.optional(),
  maxRetries: z.int().min(0).max(100).default(0),
  retryBackoffMs: z.int().min(0).max(300_000).default(1000),
  timeoutMs: z.int().min(1).max(86_400_000).optional(),
  outputs: z.array(Id).max(50).default([]).describe('Output destinations, besides the global ones'),
  record: z.boolean().default(false).describe('Record its executions, for replay'),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The same key answers the job made before; with another task or input it is refused'),
});
export const jobList: ListFields = {
  filters: {
    id: 'id',
    taskId: 'id',
    taskName: 'string',
    status: ['queued', 'processing', 'completed', 'failed', 'cancelled', 'retrying'],
    priority: ['low', 'normal', 'high', 'urgent'],
    batchId: 'id',
    scheduleId: 'id',
    attempts: 'number',
    scheduledFor: 'datetime',
    createdAt: 'datetime',
    updatedAt: 'datetime',
  },
  sorts: ['id', 'createdAt', 'updatedAt', 'scheduledFor', 'status', 'taskName'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};

export const jobs = {
  list: operation({
    name: 'jobs.list',
    description: 'Jobs, a page at a time, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(jobList),
    output: JobPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/jobs'],
    graphql: 'jobsPage',
    mcp: 'ratchet_list_jobs',
    cli: 'job list',
    list: jobList,
  }),
  create: operation({
    name: 'jobs.create',
    description: 'Queue a task to run',
    effect: 'write',
    permission: 'run',
    input: newJob,
    output: Job,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'STATE_CONFLICT', 'TASK_INVALID', 'TASK_DISABLED'],
    example: {
      input: {
        taskId: '01912d68-783e-7a03-8467-5661c1243ad4',
        input: { items: [1, 2, 3] },
        priority: 'high',
        maxRetries: 3,
        scheduledFor: '2026-11-21T22:00:00Z',
      },
    },
    rest: ['POST', '/jobs'],
    graphql: 'createJob',
    mcp: 'ratchet_create_job',
    targets: [
      { kind: 'task', member: 'taskId' },
      { kind: 'output_destination', member: 'outputs.*', permission: 'read' },
    ],
    cli: 'job create',
    creates: true,
  }),
  createBulk: operation({
    name: 'jobs.createBulk',
    description: 'Queue many jobs at once; one answer per request',
    effect: 'write',
    permission: 'run',
    input: z.object({ jobs: z.array(newJob).min(1).max(10_000) }),
    output: z
      .object({
        results: z.array(
          z.object({ job: Job.nullable(), error: z.object({ code: z.string(), message: z.string() }).nullable() }),
        ),
      })
      .meta({ id: 'BulkJobResult', description: 'What became of each request' }),
    errors: ['VALIDATION_FAILED'],
    example: {
      input: {
        jobs: [
          { taskId: '01912d68-783e-7a03-8467-5661c1243ad4', input: { items: [1] } },
          { taskId: '01912d68-783e-7a03-8467-5661c1243ad4', input: { items: [2] } },
        ],
      },
    },
    rest: ['POST', '/jobs/bulk'],
    graphql: 'createJobs',
    mcp: 'ratchet_create_jobs',
    targets: [
      { kind: 'task', member: 'jobs.*.taskId' },
      { kind: 'output_destination', member: 'jobs.*.outputs.*', permission: 'read' },
    ],
  }),
  stats: operation({
    name: 'jobs.stats',
    description: 'Counts over jobs',
    effect: 'read',
    permission: 'read',
    input: z.object({}),
    output: JobStats,
    errors: [],
    rest: ['GET', '/jobs/stats'],
    graphql: 'jobStats',
    mcp: 'ratchet_job_stats',
    cli: 'job stats',
  }),
  get: operation({
    name: 'jobs.get',
    description: 'One job',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Job,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/jobs/{id}'],
    graphql: 'job',
    mcp: 'ratchet_get_job',
    targets: [{ kind: 'job', member: 'id' }],
    cli: 'job show',
  }),
  update: operation({
    name: 'jobs.update',
    description: 'Change a job that has not started',
    effect: 'write',
    permission: 'run',
    input: z.object({
      ...byId,
      priority: JobPriority.optional(),
      scheduledFor: Time.nullable().optional(),
      maxRetries: z.int().min(0).max(100).optional(),
      input: JsonValue.optional(),
      expectedRevision: z.int().min(1).optional(),
    }),
    output: Job,
    errors: ['NOT_FOUND', 'STATE_CONFLICT', 'REVISION_MISMATCH', 'VALIDATION_FAILED'],
    example: { input: { id: '01912d68-783e-7a03-8467-5661c1243ad4', priority: 'urgent' } },
    rest: ['PATCH', '/jobs/{id}'],
    restAliases: [['PUT', '/jobs/{id}']],
    graphql: 'updateJob',
    mcp: 'ratchet_update_job',
    targets: [{ kind: 'job', member: 'id' }],
    cli: 'job update',
    precondition: true,
  }),
  delete: operation({
    name: 'jobs.delete',
    description: 'Forget a job that is not running',
    effect: 'destructive',
    permission: 'delete',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['DELETE', '/jobs/{id}'],
    graphql: 'deleteJob',
    mcp: 'ratchet_delete_job',
    targets: [{ kind: 'job', member: 'id' }],
    cli: 'job delete',
  }),
  cancel: operation({
    name: 'jobs.cancel',
    description: 'Cancel a job; running code ends within a second',
    effect: 'write',
    permission: 'run',
    input: z.object(byId),
    output: Job,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/jobs/{id}/cancel'],
    graphql: 'cancelJob',
    mcp: 'ratchet_cancel_job',
    targets: [{ kind: 'job', member: 'id' }],
    cli: 'job cancel',
  }),
  retry: operation({
    name: 'jobs.retry',
    description: 'Queue a job that failed or was cancelled again',
    effect: 'write',
    permission: 'run',
    input: z.object(byId),
    output: Job,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/jobs/{id}/retry'],
    graphql: 'retryJob',
    mcp: 'ratchet_retry_job',
    targets: [{ kind: 'job', member: 'id' }],
    cli: 'job retry',
  }),
  watch: operation({
    name: 'jobs.watch',
    description: 'Jobs as they change, from now on',
    effect: 'read',
    permission: 'read',
    input: z.object({
      jobId: Id.optional().describe('Only this one'),
      taskId: z.string().min(1).max(200).optional().describe('Only of this task'),
      batchId: Id.optional(),
      status: z.array(JobStatus).max(10).optional().describe('Only when it comes to stand at one of these'),
    }),
    output: JobChange,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
    stream: true,
    rest: ['GET', '/jobs/watch'],
    graphql: 'jobStatus',
    mcp: 'ratchet_watch_jobs',
    targets: [
      { kind: 'job', member: 'jobId' },
      { kind: 'task', member: 'taskId' },
    ],
    excused: { mcp: streamOnMcp },
  }),
  ...jobQueue,
} as const;
