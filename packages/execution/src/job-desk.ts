import type { Job } from '@ratchet/contract/entities/job';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { type ExecutionRow, executionById, insertRunning } from '@ratchet/store/queries/executions';
import {
  changeJob,
  claimJob,
  deleteJob,
  dequeueJob,
  enqueueJob,
  enqueueRetry,
  insertJob,
  type JobRow,
  jobById,
  jobByKey,
  jobCounts,
  pageOfJobs,
} from '@ratchet/store/queries/jobs';
import { jobView } from './execution-view.ts';
import type { RunnableTask } from './runnable-task.ts';

export interface JobRequest {
  readonly taskId: string;
  readonly input: unknown;
  readonly priority: Job['priority'];
  readonly scheduledFor?: string | undefined;
  readonly maxRetries: number;
  readonly retryBackoffMs: number;
  readonly timeoutMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface JobUpdate {
  readonly priority?: Job['priority'] | undefined;
  readonly scheduledFor?: string | null | undefined;
  readonly maxRetries?: number | undefined;
  readonly input?: unknown;
}

interface JobDependencies {
  readonly database: Database;
  readonly nodeId: string;
  readonly prepare: (taskId: string, input: unknown) => Promise<RunnableTask>;
  readonly runnable: (taskId: string | null) => Promise<RunnableTask | RatchetError>;
  readonly carryOut: (execution: ExecutionRow, task: RunnableTask | RatchetError) => Promise<ExecutionRow | null>;
  readonly cancelExecution: (id: string) => Promise<void>;
}

const maxBackoffMs = 300_000;
const open = ['queued', 'retrying'] as const;

/** Jobs: wishes to run a task, with retries. Each attempt is an execution of its own. */
export function jobDesk({ database, nodeId, prepare, runnable, carryOut, cancelExecution }: JobDependencies) {
  const { db } = database;
  const find = async (id: string): Promise<JobRow> => {
    const row = await jobById(db, id);
    if (!row) throw notFound('job', id);
    return row;
  };
  const refuse = (row: JobRow, wanted: string): never => {
    throw new RatchetError('STATE_CONFLICT', `The job is ${row.status}: it cannot be ${wanted}.`);
  };

  async function create(request: JobRequest, createdBy: string): Promise<Job> {
    const { row } = await prepare(request.taskId, request.input);
    const key = request.idempotencyKey ?? null;
    const job = await database.transaction((tx) =>
      insertJob(tx, {
        id: newId(),
        taskId: row.id,
        taskName: row.name,
        priority: request.priority,
        input: request.input,
        scheduledFor: request.scheduledFor ? new Date(request.scheduledFor) : null,
        maxRetries: request.maxRetries,
        retryBackoffMs: request.retryBackoffMs,
        timeoutMs: request.timeoutMs ?? null,
        idempotencyKey: key,
        createdBy,
      }),
    );
    const made = job ?? (key === null ? null : await jobByKey(db, key));
    if (!made) throw new RatchetError('UNAVAILABLE', 'The job could not be stored. Try again.');
    return jobView(made);
  }

  return {
    create,
    async createMany(requests: readonly JobRequest[], createdBy: string) {
      const results: { job: Job | null; error: { code: string; message: string } | null }[] = [];
      for (const request of requests) {
        try {
          results.push({ job: await create(request, createdBy), error: null });
        } catch (error) {
          if (!(error instanceof RatchetError)) throw error;
          results.push({ job: null, error: { code: error.code, message: error.message } });
        }
      }
      return { results };
    },
    get: async (id: string): Promise<Job> => jobView(await find(id)),
    async list(fields: ListFields, request: ListRequest) {
      const page = await pageOfJobs(db, fields, request);
      return { items: page.items.map(jobView), meta: page.meta };
    },
    async stats() {
      const { byStatus, oldestQueuedAt } = await jobCounts(db);
      return {
        total: Object.values(byStatus).reduce((a, b) => a + b, 0),
        byStatus,
        oldestQueuedAt: oldestQueuedAt?.toISOString() ?? null,
      };
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      const { revision } = await find(id);
      if (revision !== expected)
        throw new RatchetError(
          'REVISION_MISMATCH',
          `The job is at revision ${revision}, not ${expected}. Read it again.`,
          { expectedRevision: expected, currentRevision: revision },
        );
    },
    async update(id: string, { scheduledFor, ...changes }: JobUpdate): Promise<Job> {
      const row = await find(id);
      if (changes.input !== undefined && row.taskId) await prepare(row.taskId, changes.input);
      const at = scheduledFor === undefined ? row.scheduledFor : scheduledFor === null ? null : new Date(scheduledFor);
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const changed = await database.transaction(async (tx) => {
        const next = await changeJob(tx, id, open, { ...given, scheduledFor: at });
        if (next) await enqueueJob(tx, next, at);
        return next;
      });
      return jobView(changed ?? refuse(await find(id), 'changed'));
    },
    async cancel(id: string): Promise<Job> {
      const row = await find(id);
      const cancelled = await database.transaction(async (tx) => {
        const next = await changeJob(tx, id, [...open, 'processing'], { status: 'cancelled', ended: true });
        if (next) await dequeueJob(tx, id);
        return next;
      });
      if (!cancelled) refuse(row, 'cancelled');
      if (cancelled?.lastExecutionId) await cancelExecution(cancelled.lastExecutionId);
      return jobView(cancelled as JobRow);
    },
    async retry(id: string): Promise<Job> {
      const row = await find(id);
      const queued = await database.transaction(async (tx) => {
        const next = await changeJob(tx, id, ['failed', 'cancelled'], {
          status: 'queued',
          attempts: 0,
          lastError: null,
        });
        if (next) await enqueueJob(tx, next, null);
        return next;
      });
      return jobView(queued ?? refuse(row, 'retried'));
    },
    async delete(id: string): Promise<void> {
      const row = await find(id);
      if (row.status === 'processing') refuse(row, 'deleted while it runs');
      await database.transaction(async (tx) => {
        await dequeueJob(tx, id);
        await deleteJob(tx, id);
      });
    },

    /** One attempt, and what follows from it. */
    async runJob(id: string): Promise<void> {
      const executionId = newId();
      const job = await claimJob(db, id, executionId);
      if (!job) return;
      const task = await runnable(job.taskId);
      const known = task instanceof RatchetError ? null : task.row;
      await insertRunning(db, {
        id: executionId,
        jobId: id,
        taskId: job.taskId,
        taskName: job.taskName,
        taskVersion: known?.version ?? '',
        taskRevision: known?.revision ?? 0,
        input: job.input,
        timeoutMs: job.timeoutMs,
        triggeredBy: job.createdBy,
        attempt: job.attempts,
        nodeId,
      });
      const execution = (await executionById(db, executionId)) as ExecutionRow;
      const ended = await carryOut(execution, task);
      if (ended) await conclude(job, ended);
    },
  };

  async function conclude(job: JobRow, ended: ExecutionRow): Promise<void> {
    await database.transaction(async (tx) => {
      if (ended.status === 'completed')
        await changeJob(tx, job.id, ['processing'], { status: 'completed', lastError: null, ended: true });
      else if (ended.status === 'cancelled')
        await changeJob(tx, job.id, ['processing'], { status: 'cancelled', ended: true });
      else {
        const lastError = ended.error ? `${ended.error.class}: ${ended.error.message}` : null;
        if (job.attempts > job.maxRetries)
          await changeJob(tx, job.id, ['processing'], { status: 'failed', lastError, ended: true });
        else if (await changeJob(tx, job.id, ['processing'], { status: 'retrying', lastError }))
          await enqueueRetry(tx, job, Math.min(maxBackoffMs, job.retryBackoffMs * 2 ** (job.attempts - 1)));
      }
    });
  }
}
