import type { Job } from '@ratchet/contract/entities/job';
import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { insertJobs, type JobRow, jobsByKey, type NewJob } from '@ratchet/store/queries/jobs';
import { jobView } from './execution-view.ts';
import { destinationCheck } from './outputs/check-destinations.ts';
import { outcomeOf, type Prepare } from './prepare.ts';
import { requestDigest } from './request-digest.ts';
import type { RunnableTask } from './runnable-task.ts';
import { sameRequest } from './submissions.ts';

export interface JobRequest {
  readonly taskId: string;
  readonly input: unknown;
  readonly priority: Job['priority'];
  readonly scheduledFor?: string | undefined;
  readonly maxRetries: number;
  readonly retryBackoffMs: number;
  readonly timeoutMs?: number | undefined;
  /** The same key answers the job made before; with another task or input it is a STATE_CONFLICT. */
  readonly idempotencyKey?: string | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly record?: boolean | undefined;
}

export interface BulkResult {
  readonly job: Job | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

type Outcome = { readonly value: JobRow } | { readonly refused: RatchetError };

/** Requests stored with one statement. */
const atOnce = 1000;

/** Takes in jobs, many with one statement. */
export function jobIntake(database: Database, prepare: Prepare) {
  const { db } = database;

  /** What became of each request, in order: the others are stored whatever is wrong with one. */
  async function take(requests: readonly JobRequest[], createdBy: string): Promise<Outcome[]> {
    const keys = requests.flatMap(({ idempotencyKey: key }) => (key === undefined ? [] : [key]));
    const before = new Map((await jobsByKey(db, keys)).map((row) => [row.idempotencyKey, row]));
    const taskOf = prepare.many();
    const checkOutputs = await destinationCheck(
      db,
      requests.flatMap(({ outputs }) => outputs ?? []),
    );
    const wanted = await Promise.all(
      requests.map((request) =>
        outcomeOf(async (): Promise<{ made: JobRow } | { fresh: NewJob }> => {
          const digest = digestOf(request);
          const made = before.get(request.idempotencyKey ?? null);
          if (made) return { made: same(request, digest, made) };
          const { row } = await taskOf(request.taskId, request.input);
          checkOutputs(request.outputs);
          return { fresh: newJob(request, row, digest, createdBy) };
        }),
      ),
    );
    const fresh = wanted.flatMap((one) => ('value' in one && 'fresh' in one.value ? [one.value.fresh] : []));
    const stored = fresh.length === 0 ? new Map<string, JobRow>() : await insertJobs(db, fresh);
    const lost = fresh.flatMap(({ id, idempotencyKey }) => (stored.has(id) || !idempotencyKey ? [] : [idempotencyKey]));
    const others = new Map((await jobsByKey(db, lost)).map((row) => [row.idempotencyKey, row]));
    return Promise.all(
      wanted.map((one, n) => {
        if ('refused' in one) return one;
        const { value } = one;
        return outcomeOf(() => {
          if ('made' in value) return value.made;
          const made = stored.get(value.fresh.id);
          if (made) return made;
          const other = others.get(value.fresh.idempotencyKey);
          const request = requests[n] as JobRequest;
          if (other) return same(request, digestOf(request), other);
          throw new RatchetError('STATE_CONFLICT', 'The job of this idempotency key was just deleted. Ask again.');
        });
      }),
    );
  }

  return {
    async create(request: JobRequest, createdBy: string): Promise<Job> {
      const [made] = (await take([request], createdBy)) as [Outcome];
      if ('refused' in made) throw made.refused;
      return jobView(made.value);
    },
    /** One answer per request; those that are refused keep none of the others from being queued. */
    async createMany(requests: readonly JobRequest[], createdBy: string): Promise<{ results: BulkResult[] }> {
      const results: BulkResult[] = [];
      for (let at = 0; at < requests.length; at += atOnce)
        for (const one of await take(requests.slice(at, at + atOnce), createdBy))
          results.push(
            'refused' in one
              ? { job: null, error: { code: one.refused.code, message: one.refused.message } }
              : { job: jobView(one.value), error: null },
          );
      return { results };
    },
  };
}

const digestOf = ({ idempotencyKey, taskId, input }: JobRequest): string | null =>
  idempotencyKey === undefined ? null : requestDigest([taskId, input ?? null]);

function same({ idempotencyKey }: JobRequest, digest: string | null, made: JobRow): JobRow {
  sameRequest('a job', idempotencyKey ?? '', made.requestDigest, digest ?? '');
  return made;
}

const newJob = (request: JobRequest, task: RunnableTask['row'], digest: string | null, createdBy: string): NewJob => ({
  id: newId(),
  taskId: task.id,
  taskName: task.name,
  priority: request.priority,
  input: request.input,
  scheduledFor: request.scheduledFor ? new Date(request.scheduledFor) : null,
  maxRetries: request.maxRetries,
  retryBackoffMs: request.retryBackoffMs,
  timeoutMs: request.timeoutMs ?? null,
  idempotencyKey: request.idempotencyKey ?? null,
  requestDigest: digest,
  outputs: [...(request.outputs ?? [])],
  record: request.record ?? false,
  createdBy,
});
