import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

/** A server process: called a node in the deployment, a worker where people look after it. */
export const Worker = z
  .object({
    id: Id,
    hostname: z.string(),
    pid: z.int(),
    role: z.enum(['all', 'api', 'worker']),
    status: z.enum(['active', 'draining', 'stopped', 'dead']),
    version: z.string(),
    concurrency: z.int().describe('Executions it runs at once'),
    desiredConcurrency: z.int().nullable().describe('What was asked for, where it is not reached yet'),
    running: z.int().nullable().describe('Executions it runs now'),
    runners: z.int().nullable().describe('Runner processes'),
    completed: z.int().nullable().describe('Since it started'),
    failed: z.int().nullable(),
    rssBytes: z.int().nullable(),
    cpu: z.number().nullable().describe('Cores that it used since the heartbeat before, without its runners'),
    startedAt: Time,
    heartbeatAt: Time,
  })
  .meta({ id: 'Worker', description: 'A server process that can run tasks' });
export type Worker = z.output<typeof Worker>;
export const WorkerPage = pageOf(Worker, 'WorkerPage');

export const WorkerStats = z
  .object({
    total: z.int().describe('Living ones'),
    byStatus: z.record(z.string(), z.int()),
    concurrency: z.int(),
    running: z.int(),
    waiting: z.int().describe('Jobs and executions in the queue that are due'),
    utilisation: z.number().nullable().describe('running of concurrency, 0 to 1'),
  })
  .meta({ id: 'WorkerStats', description: 'What all workers do together' });
