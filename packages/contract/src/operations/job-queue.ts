import * as z from 'zod';
import { QueueState } from '../entities/job.ts';
import { Time } from '../json.ts';
import { operation } from '../operation.ts';

/** The queue of jobs as a whole. */
export const jobQueue = {
  queue: operation({
    name: 'jobs.queue',
    description: 'Whether the queue of jobs stands still',
    effect: 'read',
    permission: 'read',
    input: z.object({}),
    output: QueueState,
    errors: [],
    rest: ['GET', '/jobs/queue'],
    graphql: 'jobQueue',
    mcp: 'ratchet_get_job_queue',
    cli: 'job queue',
  }),
  pause: operation({
    name: 'jobs.pause',
    description: 'Take no more jobs from the queue, of all tasks or of one; what runs goes on',
    effect: 'write',
    permission: 'administer',
    input: z.object({
      taskId: z.string().min(1).max(200).optional().describe('Only jobs of this task'),
      reason: z.string().max(1000).optional(),
    }),
    output: QueueState,
    errors: ['NOT_FOUND'],
    rest: ['POST', '/jobs/pause'],
    graphql: 'pauseJobs',
    mcp: 'ratchet_pause_jobs',
    cli: 'job pause',
  }),
  resume: operation({
    name: 'jobs.resume',
    description: 'Take jobs from the queue again',
    effect: 'write',
    permission: 'administer',
    input: z.object({ taskId: z.string().min(1).max(200).optional().describe('Only jobs of this task') }),
    output: QueueState,
    errors: ['NOT_FOUND'],
    rest: ['POST', '/jobs/resume'],
    graphql: 'resumeJobs',
    mcp: 'ratchet_resume_jobs',
    cli: 'job resume',
  }),
  clear: operation({
    name: 'jobs.clear',
    description: 'Forget jobs by their status: those that wait are cancelled first, those that run are left alone',
    effect: 'destructive',
    permission: 'administer',
    input: z.object({
      status: z
        .array(z.enum(['queued', 'retrying', 'completed', 'failed', 'cancelled']))
        .min(1)
        .default(['completed', 'failed', 'cancelled']),
      taskId: z.string().min(1).max(200).optional().describe('Only jobs of this task'),
      before: Time.optional().describe('Only jobs created before'),
    }),
    output: z.object({ cleared: z.int() }).meta({ id: 'ClearedJobs', description: 'How many jobs were forgotten' }),
    errors: ['NOT_FOUND'],
    rest: ['POST', '/jobs/clear'],
    graphql: 'clearJobs',
    mcp: 'ratchet_clear_jobs',
    cli: 'job clear',
  }),
} as const;
