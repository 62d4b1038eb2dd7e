import type { Rights } from '@ratchet/contract/access';
import type { Progress } from '@ratchet/contract/dispatcher';
import type { Batch, BatchItem, BatchSummary } from '@ratchet/contract/entities/batch';
import { type Issue, notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  type BatchRow,
  batchById,
  batchByKey,
  batchChannel,
  endBatch,
  endWaiting,
  insertBatch,
  itemCounts,
  itemResults,
  lockBatch,
  pageOfBatches,
} from '@ratchet/store/queries/batches';
import type { batchAdvance } from './batch-advance.ts';
import { type BatchMode, type Priority, planBatch } from './batch-plan.ts';
import { checkDestinations } from './outputs/check-destinations.ts';
import { outcomeOf, type Prepare } from './prepare.ts';
import { requestDigest } from './request-digest.ts';
import type { RunnableTask } from './runnable-task.ts';
import { sameRequest } from './submissions.ts';

export interface BatchRequest {
  /** The id of a task, or why there is none. */
  readonly taskId: string | RatchetError;
  readonly input: unknown;
  readonly priority: Priority;
  readonly maxRetries: number;
  readonly retryBackoffMs: number;
  readonly timeoutMs?: number | undefined;
  readonly outputs: readonly string[];
  readonly record: boolean;
  readonly key?: string | undefined;
  readonly dependsOn: readonly string[];
}
export interface NewBatchRequest {
  readonly name?: string | undefined;
  readonly mode: BatchMode;
  readonly maxParallel: number;
  readonly stopOnError: boolean;
  readonly requests: readonly BatchRequest[];
  /** The same key answers the batch made before; with other requests it is a STATE_CONFLICT. */
  readonly idempotencyKey?: string | undefined;
}
interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** Bytes of outputs in one answer; the rest is read from the executions. */
const outputBytes = 32 * 1024 * 1024;
const shownIssues = 20;
const progressMs = 200;
const cancelledItem = { class: 'Cancelled', message: 'The batch was cancelled.', stack: null, line: null, file: null };

/** Batches: several tasks run as one. Items become jobs when their turn has come. */
export function batchDesk(database: Database, prepare: Prepare, advance: ReturnType<typeof batchAdvance>) {
  const { db } = database;
  const find = async (id: string): Promise<BatchRow> => {
    const row = await batchById(db, id);
    if (!row) throw notFound('batch', id);
    return row;
  };
  const countsOf = async (id: string) => (await itemCounts(db, [id])).get(id) ?? {};
  const view = async (row: BatchRow): Promise<Batch> => {
    const items = await itemResults(db, row.id, outputBytes);
    const counts: Record<string, number> = {};
    for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
    return {
      ...summary(row, counts),
      items: items.map((item) => ({
        ...item,
        dependsOn: [...item.dependsOn],
        output: (item.output ?? null) as BatchItem['output'],
        error: item.error as BatchItem['error'],
        finishedAt: item.finishedAt === null ? null : new Date(item.finishedAt).toISOString(),
      })),
    };
  };

  /** The tasks of the requests, each loaded once; throws everything that is wrong with them together. */
  async function tasksOf(requests: readonly BatchRequest[]): Promise<RunnableTask['row'][]> {
    const taskOf = prepare.many();
    const rows: RunnableTask['row'][] = [];
    const issues: Issue[] = [];
    for (const [position, { taskId, input }] of requests.entries()) {
      const found = await outcomeOf(async () => {
        if (typeof taskId !== 'string') throw taskId;
        return taskOf(taskId, input);
      });
      if ('value' in found) rows.push(found.value.row);
      else issues.push(...issuesOf(position, found.refused));
    }
    if (issues.length > 0) throw refusal(issues);
    return rows;
  }

  async function create(request: NewBatchRequest, createdBy: string): Promise<BatchRow> {
    const { requests, mode, maxParallel, stopOnError, idempotencyKey: key } = request;
    const digest = key === undefined ? null : requestDigest(withoutKey(request));
    const before = key === undefined ? null : await batchByKey(db, key);
    if (before) {
      sameRequest('a batch', key ?? '', before.requestDigest, digest ?? '');
      return before;
    }
    const plan = planBatch(mode, requests);
    if ('issues' in plan) throw refusal(plan.issues);
    const tasks = await tasksOf(requests);
    await checkDestinations(db, [...new Set(requests.flatMap(({ outputs }) => outputs))]);
    const id = newId();
    const made = await database.transaction((tx) =>
      insertBatch(
        tx,
        {
          id,
          name: request.name ?? null,
          mode,
          maxParallel,
          stopOnError,
          createdBy,
          idempotencyKey: key ?? null,
          requestDigest: digest,
        },
        plan.items.map((item) => {
          const { priority, input, maxRetries, retryBackoffMs, timeoutMs, outputs, record } = requests[
            item.position
          ] as BatchRequest;
          const task = tasks[item.position] as RunnableTask['row'];
          return {
            ...item,
            dependsOn: [...item.dependsOn],
            dependants: [...item.dependants],
            taskId: task.id,
            taskName: task.name,
            priority,
            request: { input, maxRetries, retryBackoffMs, timeoutMs: timeoutMs ?? null, outputs, record },
          };
        }),
      ),
    );
    if (!made) return create(request, createdBy);
    await advance.move(id);
    return find(id);
  }

  async function untilEnded(id: string, { signal, progress }: WaitOptions): Promise<BatchRow> {
    let wake: () => void = () => {};
    let news = true;
    const stop = await database.listen(batchChannel, (heard) => {
      if (heard !== '' && heard !== id) return;
      news = true;
      wake();
    });
    const gone = () => wake();
    signal?.addEventListener('abort', gone, { once: true });
    let said = Number.NEGATIVE_INFINITY;
    try {
      for (;;) {
        news = false;
        const row = await find(id);
        const over = row.status !== 'running';
        if (progress && (over || performance.now() - said >= progressMs)) {
          progress(progressOf(await countsOf(id)));
          said = performance.now();
        }
        if (over || signal?.aborted) return row;
        if (!news)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      signal?.removeEventListener('abort', gone);
      await stop();
    }
  }

  return {
    create: async (request: NewBatchRequest, createdBy: string): Promise<Batch> =>
      view(await create(request, createdBy)),
    /** The batch when it has ended, or as it is when the caller goes away. */
    waitFor: async (id: string, options: WaitOptions): Promise<Batch> => view(await untilEnded(id, options)),
    get: async (id: string): Promise<Batch> => view(await find(id)),
    async list(fields: ListFields, request: ListRequest, reader?: Rights) {
      const page = await pageOfBatches(db, fields, request, reader);
      const counts = await itemCounts(
        db,
        page.items.map(({ id }) => id),
      );
      return { items: page.items.map((row) => summary(row, counts.get(row.id) ?? {})), meta: page.meta };
    },
    async cancel(id: string): Promise<Batch> {
      await find(id);
      const status = await database.transaction(async (tx) => {
        const batch = await lockBatch(tx, id);
        if (batch?.status !== 'running') return batch?.status ?? null;
        await endWaiting(tx, id, null, 'cancelled', cancelledItem);
        await endBatch(tx, id, 'cancelled');
        return 'running';
      });
      if (status === null) throw notFound('batch', id);
      if (status !== 'running') throw new RatchetError('STATE_CONFLICT', `The batch is ${status} already.`);
      await advance.move(id);
      return view(await find(id));
    },
  };
}

function summary(row: BatchRow, counts: Readonly<Record<string, number>>): BatchSummary {
  const { id, name, mode, maxParallel, stopOnError, status, createdBy, revision, createdAt, finishedAt } = row;
  return {
    id,
    name,
    mode,
    maxParallel,
    stopOnError,
    status,
    counts: { ...counts },
    total: Object.values(counts).reduce((a, b) => a + b, 0),
    createdBy,
    revision,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

function progressOf(counts: Readonly<Record<string, number>>): Progress {
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  return { stage: 'run', done: total - (counts.waiting ?? 0) - (counts.queued ?? 0), total };
}

function issuesOf(position: number, { code, message, details }: RatchetError): Issue[] {
  const at = `requests.${position}`;
  if (code === 'VALIDATION_FAILED' && Array.isArray(details))
    return (details as Issue[]).map((issue) => ({ path: `${at}.${issue.path}`, message: issue.message }));
  return [{ path: `${at}.taskId`, message }];
}

function refusal(issues: readonly Issue[]): RatchetError {
  const some = issues.slice(0, shownIssues);
  const more = issues.length > some.length ? ` And ${issues.length - some.length} more.` : '';
  return new RatchetError(
    'VALIDATION_FAILED',
    `${some.map(({ path, message }) => `${path}: ${message}`).join(' ')}${more}`,
    some,
  );
}

const withoutKey = ({ idempotencyKey: _, requests, ...rest }: NewBatchRequest) => ({
  ...rest,
  requests: requests.map(({ taskId, ...request }) => ({
    ...request,
    taskId: typeof taskId === 'string' ? taskId : taskId.message,
  })),
});
