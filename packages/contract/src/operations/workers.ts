import * as z from 'zod';
import { WorkerChange } from '../entities/event.ts';
import { Worker, WorkerPage, WorkerStats } from '../entities/worker.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

import { streamOnMcp } from './streams.ts';

const byId = { id: Id };
export const workerList: ListFields = {
  filters: {
    id: 'id',
    hostname: 'string',
    role: ['all', 'api', 'worker'],
    status: ['active', 'draining', 'stopped', 'dead'],
    startedAt: 'datetime',
    heartbeatAt: 'datetime',
  },
  sorts: ['id', 'hostname', 'status', 'startedAt', 'heartbeatAt'],
  defaultSort: [{ field: 'startedAt', order: 'desc' }],
};

export const workers = {
  list: operation({
    name: 'workers.list',
    everywhere: true,
    description: 'Server processes, those that are gone too, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(workerList),
    output: WorkerPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/workers'],
    graphql: 'workersPage',
    mcp: 'ratchet_list_workers',
    cli: 'worker list',
    list: workerList,
  }),
  stats: operation({
    name: 'workers.stats',
    everywhere: true,
    description: 'What all workers do together',
    effect: 'read',
    permission: 'read',
    input: z.object({}),
    output: WorkerStats,
    errors: [],
    rest: ['GET', '/workers/stats'],
    graphql: 'workerStats',
    mcp: 'ratchet_worker_stats',
    cli: 'worker stats',
  }),
  get: operation({
    name: 'workers.get',
    everywhere: true,
    description: 'One server process',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Worker,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/workers/{id}'],
    graphql: 'worker',
    mcp: 'ratchet_get_worker',
    targets: [{ kind: 'worker', member: 'id' }],
    cli: 'worker show',
  }),
  scale: operation({
    name: 'workers.scale',
    description: 'Change how many executions run at once, on one worker or on each',
    effect: 'write',
    permission: 'administer',
    input: z.object({
      concurrency: z.int().min(1).max(64).describe('Executions at once on a worker; each has a runner process'),
      workerId: Id.optional().describe('Every living worker without'),
    }),
    output: z
      .object({ workers: z.array(Worker) })
      .meta({ id: 'ScaledWorkers', description: 'The workers that were asked to change' }),
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/workers/scale'],
    graphql: 'scaleWorkers',
    mcp: 'ratchet_scale_workers',
    cli: 'worker scale',
  }),
  drain: operation({
    name: 'workers.drain',
    description: 'Let a worker end what it runs and take nothing more; resume: take work again',
    effect: 'write',
    permission: 'administer',
    input: z.object({ ...byId, resume: z.boolean().default(false) }),
    output: Worker,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/workers/{id}/drain'],
    graphql: 'drainWorker',
    mcp: 'ratchet_drain_worker',
    targets: [{ kind: 'worker', member: 'id' }],
    cli: 'worker drain',
  }),
  watch: operation({
    name: 'workers.watch',
    everywhere: true,
    description: 'Workers as they change, from now on, and every one of them first',
    effect: 'read',
    permission: 'read',
    input: z.object({ workerId: Id.optional().describe('Only this one') }),
    output: WorkerChange,
    errors: ['NOT_FOUND'],
    stream: true,
    rest: ['GET', '/workers/watch'],
    graphql: 'workerStatus',
    mcp: 'ratchet_watch_workers',
    excused: { mcp: streamOnMcp },
  }),
} as const;
