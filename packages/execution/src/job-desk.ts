import type { Rights } from '@ratchet/contract/access';
import type { Job } from '@ratchet/contract/entities/job';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import { type ExecutionRow, handBackExecution, requestCancel } from '@ratchet/store/queries/executions';
import {
  cancelJobs,
  changeJob,
  deleteJob,
  dequeueJob,
  enqueueJob,
  type JobRow,
  jobById,
  jobCounts,
  pageOfJobs,
  requeueJobs,
} from '@ratchet/store/queries/jobs';
import { jobView } from './execution-view.ts';
import { jobIntake } from './job-intake.ts';
import type { Prepare } from './prepare.ts';

export interface JobUpdate {
  readonly priority?: Job['priority'] | undefined;
  readonly scheduledFor?: string | null | undefined;
  readonly maxRetries?: number | undefined;
  readonly input?: unknown;
}

interface JobDependencies {
  readonly database: Database;
  readonly nodeId: string;
  readonly prepare: Prepare;
  /** Told when jobs of a batch have ended otherwise than by running. */
  readonly advance: (batchIds: readonly string[]) => void;
}

const open = ['queued', 'retrying'] as const;

/** Jobs: wishes to run a task, with retries. Each attempt is an execution of its own. */
export function jobDesk({ database, nodeId, prepare, advance }: JobDependencies) {
  const { db } = database;
  const intake = jobIntake(database, prepare);
  const find = async (id: string): Promise<JobRow> => {
    const row = await jobById(db, id);
    if (!row) throw notFound('job', id);
    return row;
  };
  const refuse = (row: JobRow, wanted: string): never => {
    throw new RatchetError('STATE_CONFLICT', `The job is ${row.status}: it cannot be ${wanted}.`);
  };
  const moved = ({ revision }: JobRow, expected: number) =>
    new RatchetError('REVISION_MISMATCH', `The job is at revision ${revision}, not ${expected}. Read it again.`, {
      expectedRevision: expected,
      currentRevision: revision,
    });

  return {
    ...intake,
    get: async (id: string): Promise<Job> => jobView(await find(id)),
    async list(fields: ListFields, request: ListRequest, reader?: Rights) {
      const page = await pageOfJobs(db, fields, request, reader);
      return { items: page.items.map(jobView), meta: page.meta };
    },
    async stats(reader?: Rights) {
      const { byStatus, oldestQueuedAt } = await jobCounts(db, reader);
      return {
        total: Object.values(byStatus).reduce((a, b) => a + b, 0),
        byStatus,
        oldestQueuedAt: oldestQueuedAt?.toISOString() ?? null,
      };
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      const row = await find(id);
      if (row.revision !== expected) throw moved(row, expected);
    },
    async update(id: string, { scheduledFor, ...changes }: JobUpdate, expected?: number): Promise<Job> {
      const row = await find(id);
      if (changes.input !== undefined && row.taskId) await prepare.fresh(row.taskId, changes.input);
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const at = scheduledFor === undefined ? undefined : scheduledFor === null ? null : new Date(scheduledFor);
      const changed = await database.transaction(async (tx) => {
        const columns = at === undefined ? given : { ...given, scheduledFor: at };
        const next = await changeJob(tx, id, open, columns, expected);
        if (!next) return null;
        if (at === undefined) await requeueJobs(tx, [id]);
        else await enqueueJob(tx, next, at);
        return next;
      });
      if (changed) return jobView(changed);
      const now = await find(id);
      if (expected !== undefined && now.revision !== expected) throw moved(now, expected);
      return refuse(now, 'changed');
    },
    async cancel(id: string): Promise<Job> {
      await find(id);
      // Together: what runs of a cancelled job is stopped, whatever becomes of this server.
      const cancelled = await database.transaction(async (tx) => {
        const [one] = await cancelJobs(tx, [id]);
        if (one?.executionId) await requestCancel(tx, [one.executionId]);
        return one;
      });
      const row = await find(id);
      if (!cancelled) return refuse(row, 'cancelled');
      if (cancelled.batchId) advance([cancelled.batchId]);
      return jobView(row);
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
      const deleted = await database.transaction(async (tx) => {
        if (!(await deleteJob(tx, id))) return false;
        await dequeueJob(tx, id);
        return true;
      });
      if (!deleted) refuse(await find(id), 'deleted while it runs');
      if (row.batchId) advance([row.batchId]);
    },

    /** Puts what this node could not end back in the queue. The attempt does not count: it did not fail. */
    async handBack(execution: ExecutionRow): Promise<void> {
      await database.transaction(async (tx) => {
        if (!(await handBackExecution(tx, execution.id, nodeId)) || !execution.jobId) return;
        const job = await changeJob(tx, execution.jobId, ['processing'], {
          status: 'queued',
          attempts: Math.max(0, execution.attempt - 1),
        });
        if (job) await enqueueJob(tx, job, null);
      });
    },
  };
}
