import * as z from 'zod';
import { Batch, BatchMode, BatchPage, BatchStatus } from '../entities/batch.ts';
import { Id } from '../json.ts';
import { Name } from '../name.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';
import { newJob } from './jobs.ts';

const byId = { id: Id };
export const batchList: ListFields = {
  filters: { id: 'id', name: 'string', mode: BatchMode.options, status: BatchStatus.options, createdAt: 'datetime' },
  sorts: ['id', 'createdAt', 'finishedAt', 'status', 'name'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};
const key = z.string().min(1).max(200);
export const batchRequest = newJob.omit({ idempotencyKey: true, scheduledFor: true }).extend({
  key: key.optional().describe('Names the request within the batch; its position without'),
  dependsOn: z.array(key).max(1000).default([]).describe('Keys of requests that must be completed first'),
});

export const batches = {
  list: operation({
    name: 'batches.list',
    description: 'Batches, a page at a time, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(batchList),
    output: BatchPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/batches'],
    graphql: 'batchesPage',
    mcp: 'ratchet_list_batches',
    cli: 'batch list',
    list: batchList,
  }),
  create: operation({
    name: 'batches.create',
    description: 'Run several tasks as one: in parallel, one after another, or by what depends on what',
    effect: 'write',
    permission: 'run',
    input: z.object({
      name: Name.optional(),
      mode: BatchMode.default('parallel'),
      maxParallel: z.int().min(1).max(1000).default(10),
      stopOnError: z.boolean().default(false).describe('Begin nothing more once a request has failed'),
      requests: z.array(batchRequest).min(1).max(10_000),
      wait: z.boolean().default(false).describe('Answer when the batch has ended'),
      idempotencyKey: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The same key answers the batch made before; with other requests it is refused'),
    }),
    output: Batch,
    errors: ['VALIDATION_FAILED', 'STATE_CONFLICT'],
    example: {
      input: {
        name: 'month',
        mode: 'parallel',
        maxParallel: 4,
        requests: [{ taskId: '01912d68-783e-7a03-8467-5661c1243ad4', input: { items: [1] } }],
      },
    },
    rest: ['POST', '/batches'],
    graphql: 'createBatch',
    mcp: 'ratchet_batch_execute',
    targets: [
      { kind: 'task', member: 'requests.*.taskId' },
      { kind: 'output_destination', member: 'requests.*.outputs.*', permission: 'read' },
    ],
    cli: 'batch create',
    creates: true,
    accepted: (batch) => batch.status === 'running',
    reportsProgress: true,
  }),
  get: operation({
    name: 'batches.get',
    description: 'A batch with a result for each request',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Batch,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/batches/{id}'],
    graphql: 'batch',
    mcp: 'ratchet_get_batch',
    targets: [{ kind: 'batch', member: 'id' }],
    cli: 'batch show',
  }),
  cancel: operation({
    name: 'batches.cancel',
    description: 'Cancel what of a batch has not ended',
    effect: 'write',
    permission: 'run',
    input: z.object(byId),
    output: Batch,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/batches/{id}/cancel'],
    graphql: 'cancelBatch',
    mcp: 'ratchet_cancel_batch',
    targets: [{ kind: 'batch', member: 'id' }],
    cli: 'batch cancel',
  }),
} as const;
