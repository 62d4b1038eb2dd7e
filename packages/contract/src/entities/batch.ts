import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';
import { ExecutionError } from './execution.ts';
import { JobPriority } from './job.ts';

export const BatchMode = z.enum(['parallel', 'sequential', 'dependency', 'priority_dependency']).meta({
  id: 'BatchMode',
  description:
    'parallel: all at once; sequential: one after another; dependency: each when those it depends on are done; priority_dependency: the same, of those that may start the most urgent first',
});
export const BatchStatus = z
  .enum(['running', 'completed', 'failed', 'cancelled'])
  .meta({ id: 'BatchStatus', description: 'failed: it has ended and not every request was completed' });
export const BatchItemStatus = z
  .enum(['waiting', 'queued', 'completed', 'failed', 'cancelled', 'skipped'])
  .meta({ id: 'BatchItemStatus', description: 'skipped: what it depends on failed, or the batch stopped on an error' });

export const BatchItem = z
  .object({
    position: z.int().describe('From 0, as requested'),
    key: z.string().describe('Names it within the batch'),
    dependsOn: z.array(z.string()),
    taskId: Id.nullable(),
    taskName: z.string(),
    priority: JobPriority,
    status: BatchItemStatus,
    jobId: Id.nullable().describe('Its job, once its turn has come'),
    executionId: Id.nullable().describe('Its last execution'),
    output: JsonValue.nullable(),
    outputOmitted: z.boolean().describe('The outputs are too much for one answer: this one is read from its execution'),
    error: ExecutionError.nullable(),
    finishedAt: Time.nullable(),
  })
  .meta({ id: 'BatchItem', description: 'One request of a batch and what became of it' });
export type BatchItem = z.output<typeof BatchItem>;

const summary = {
  id: Id,
  name: z.string().nullable(),
  mode: BatchMode,
  maxParallel: z.int(),
  stopOnError: z.boolean(),
  status: BatchStatus,
  counts: z.record(z.string(), z.int()).describe('Requests by status'),
  total: z.int(),
  createdBy: z.string(),
  revision: z.int(),
  createdAt: Time,
  finishedAt: Time.nullable(),
};
export const BatchSummary = z.object(summary).meta({ id: 'BatchSummary', description: 'A batch without its requests' });
export type BatchSummary = z.output<typeof BatchSummary>;
export const Batch = z
  .object({ ...summary, items: z.array(BatchItem) })
  .meta({ id: 'Batch', description: 'Several tasks run as one, with a result for each request' });
export type Batch = z.output<typeof Batch>;
export const BatchPage = pageOf(BatchSummary, 'BatchPage');
