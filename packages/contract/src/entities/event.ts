import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { Execution } from './execution.ts';
import { Job } from './job.ts';
import { Worker } from './worker.ts';

export const ExecutionChange = z
  .object({ type: z.literal('execution'), execution: Execution })
  .meta({ id: 'ExecutionChange', description: 'An execution as it is after it changed' });
export const JobChange = z
  .object({ type: z.literal('job'), job: Job })
  .meta({ id: 'JobChange', description: 'A job as it is after it changed' });
export const WorkerChange = z
  .object({ type: z.literal('worker'), worker: Worker })
  .meta({ id: 'WorkerChange', description: 'A worker as it is after it changed' });

export const SyncEvent = z
  .object({
    type: z.enum([
      'sync_started',
      'sync_completed',
      'sync_failed',
      'push_completed',
      'push_failed',
      'conflict_detected',
      'conflict_resolved',
    ]),
    repositoryId: Id,
    runId: Id.nullable(),
    conflictId: Id.nullable(),
    taskId: Id.nullable(),
    message: z.string().nullable().describe('Why it failed'),
    at: Time,
  })
  .meta({ id: 'SyncEvent', description: 'Something that happened between the database and a repository' });
export type SyncEvent = z.output<typeof SyncEvent>;
