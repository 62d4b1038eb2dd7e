import type { Rights } from '@ratchet/contract/access';
import type { Execution } from '@ratchet/contract/entities/execution';
import type { TestReport } from '@ratchet/contract/entities/task';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Sandbox } from '@ratchet/sandbox/sandbox';
import { runTaskTests } from '@ratchet/sandbox/task-tests';
import { testFilesOf } from '@ratchet/sandbox/test-file';
import type { Database, Queryable } from '@ratchet/store/database';
import { gather } from '@ratchet/store/gather';
import {
  annotateExecution,
  deleteExecution,
  type ExecutionRow,
  endPending,
  executionsByIds,
  pageOfExecutions,
  pageOfLogs,
  requestCancel,
} from '@ratchet/store/queries/executions';
import { tidyResults } from '@ratchet/store/queries/result-cache';
import type * as z from 'zod';
import { batchAdvance } from './batch-advance.ts';
import { batchDesk } from './batch-desk.ts';
import { type DraftFields, type DraftFiles, draftCode } from './draft-code.ts';
import { endWaits } from './end-waits.ts';
import { executionEvents } from './execution-events.ts';
import { executionFeed } from './execution-feed.ts';
import { executionRecording, executionTrace } from './execution-trace.ts';
import { executionView, hasEnded } from './execution-view.ts';
import { jobDesk } from './job-desk.ts';
import { jobFeed } from './job-feed.ts';
import type { NodeIdentity } from './node-keeper.ts';
import { nodeWork } from './node-work.ts';
import { preparer } from './prepare.ts';
import { queueDesk } from './queue-desk.ts';
import { replayDesk } from './replay.ts';
import { limitsFor, serverLimits } from './run-in-sandbox.ts';
import { type ProjectFiles, refuseUnfit, taskLoader } from './runnable-task.ts';
import type { HeldWork } from './standing-worker.ts';
import { submissions } from './submissions.ts';
import type { SecretsOf } from './task-secrets.ts';
import { testReport } from './test-report.ts';
import { type Lint, type TaskToValidate, validateTask } from './validate-task.ts';
import type { Log } from './worker-logger.ts';

export interface ExecutorOptions {
  readonly database: Database;
  readonly sandbox: Sandbox;
  readonly validator: SchemaValidator;
  readonly node: NodeIdentity;
  /** Executions at once; 0: this node queues and does not run. */
  readonly concurrency: number;
  readonly allowPrivate: readonly string[];
  readonly log: Log;
  /** No task is granted anything without. */
  readonly secretsOf?: SecretsOf;
  /** Names of the secrets a task is granted; not known without. */
  readonly secretNames?: (taskId: string) => Promise<ReadonlySet<string>>;
  /** Looks through code when a task is validated; nothing does without. */
  readonly lint?: Lint;
  /**
   * Called inside the transaction that stores ends, with the executions as they have ended; what it throws takes the ends
   * back, and they are stored again. The job of an attempt that is tried again is `retrying` by then.
   */
  readonly ended?: (tx: Queryable, rows: readonly ExecutionRow[]) => Promise<void>;
  /** What else takes work from the queue in this process; what it holds there is released when it dies. */
  readonly otherWorkers?: readonly HeldWork[];
  /** How long what runs may go on when the server stops, before it is handed back to the queue. */
  readonly drainMs?: number;
  /** What the files of a task's revision say. */
  readonly project: ProjectFiles;
}

/** How the tests of a task are run. */
export interface TestOptions {
  /** Only the test file or name that this is a part of. */
  readonly filter?: string | undefined;
  /** Tests at once; 4 without. */
  readonly parallel?: number;
  readonly stopOnFailure?: boolean;
  /** Answers the log and the requests of each test too. */
  readonly trace?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What people say of an execution; what is not given stays. */
export interface Annotation {
  readonly note?: string | null | undefined;
  readonly keep?: boolean | undefined;
}

export type Executor = ReturnType<typeof createExecutor>;

const cancelledWaiting = {
  class: 'Cancelled',
  message: 'It was cancelled before it started.',
  stack: null,
  line: null,
  file: null,
};

const moved = ({ revision }: ExecutionRow, expected: number) =>
  new RatchetError('REVISION_MISMATCH', `The execution is at revision ${revision}, not ${expected}. Read it again.`, {
    expectedRevision: expected,
    currentRevision: revision,
  });

const unlessMissing = (error: unknown): null => {
  if (error instanceof RatchetError) return null;
  throw error;
};

/** Queues tasks, runs them in the sandbox and keeps what became of them. */
export function createExecutor(options: ExecutorOptions) {
  const { database, sandbox, validator, node, log, ended } = options;
  const { db } = database;
  const loader = taskLoader(db, options.project);
  const replays = replayDesk(db, loader);
  const { load } = loader;
  const prepare = preparer(loader, validator);
  const advance = batchAdvance(database, log);
  const jobs = {
    ...jobDesk({ database, nodeId: node.id, prepare, advance: advance.advance }),
    queue: queueDesk(database, advance.advance),
    changes: jobFeed(database, log),
  };
  const changes = executionFeed(database, log);

  /** Reads that are asked for together are one. */
  const read = gather(
    async (ids: readonly string[]) => {
      const rows = new Map((await executionsByIds(db, ids)).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id) ?? null);
    },
    { most: 100, apart: () => false },
  );
  async function validated(id: string, task: TaskToValidate) {
    const granted = options.secretNames ? await options.secretNames(id) : null;
    return validateTask({ sandbox, validator, lint: options.lint ?? (() => []) }, task, granted);
  }

  async function find(id: string): Promise<ExecutionRow> {
    const row = await read(id);
    if (!row) throw notFound('execution', id);
    return row;
  }
  const waits = endWaits(find);
  const work = nodeWork({
    ...options,
    load: loader,
    replays,
    handBack: jobs.handBack,
    advance,
    heard: waits.heard,
    told: waits.told,
  });
  const submit = submissions(database, prepare, work, waits.queued);

  return {
    jobs,
    /** Executions of all nodes as they change. */
    changes,
    batches: batchDesk(database, prepare, advance),
    /** Begins to take work, after what earlier processes left behind is back in the queue. */
    start: () => work.start(),
    /** Drains: takes no more work; what does not end in time goes back to the queue, for another node or the next start. */
    async stop(): Promise<void> {
      await Promise.all([changes.close(), jobs.changes.close()]);
      await work.stop();
    },
    /** The names of `otherWorkers` have changed. */
    renamed: (): void => work.renamed(),
    /** Forgets what nobody needs any more: stored answers that have expired. Answers how many. */
    tidy: (): Promise<number> => tidyResults(db),

    submit,
    /** A task as it is now, which may run with this input; throws what keeps it from that. */
    prepare: prepare.fresh,
    /** The execution when it has ended, or as it is when the caller goes away. */
    waitFor: async (id: string, signal?: AbortSignal): Promise<Execution> =>
      executionView(await waits.waitFor(id, signal)),
    get: async (id: string): Promise<Execution> => executionView(await find(id)),
    async list(fields: ListFields, request: ListRequest, reader?: Rights) {
      const page = await pageOfExecutions(db, fields, request, reader);
      return { items: page.items.map(executionView), meta: page.meta };
    },
    async cancel(id: string): Promise<Execution> {
      const row = await find(id);
      if (hasEnded(row.status)) throw new RatchetError('STATE_CONFLICT', `The execution is ${row.status} already.`);
      const stopped = await database.transaction(async (tx) => {
        const one = await endPending(tx, id, 'cancelled', cancelledWaiting);
        if (one) await ended?.(tx, [one]);
        else await requestCancel(tx, [id]);
        return one;
      });
      if (stopped) waits.told(stopped);
      return executionView(await find(id));
    },
    async retry(id: string, triggeredBy: string): Promise<Execution> {
      const row = await find(id);
      if (!hasEnded(row.status))
        throw new RatchetError(
          'STATE_CONFLICT',
          `The execution is ${row.status}: it can be run again when it has ended.`,
        );
      if (!row.taskId) throw new RatchetError('STATE_CONFLICT', 'The task of the execution is gone.');
      return submit({ taskId: row.taskId, input: row.input, timeoutMs: row.timeoutMs ?? undefined, triggeredBy });
    },
    trace: (id: string) => executionTrace(db, id),
    recording: (id: string) => executionRecording(db, id),
    /** The files and metadata of a task at a revision, and the revision it is at now; null where they cannot be had. */
    async revision(taskId: string, revision: number) {
      const then = await loader.at(taskId, revision).catch(unlessMissing);
      if (then === null) return null;
      const now = await load(taskId).catch(unlessMissing);
      const { code, row } = then;
      return { files: code.files, metadata: row.metadata, currentRevision: now?.row.revision ?? null };
    },
    /** Queues a recorded execution to be played again; `current`: with the task's code as it is now. */
    async replay(id: string, current: boolean, triggeredBy: string): Promise<Execution> {
      const queued = await replays.queue(await find(id), current, triggeredBy);
      return executionView(await find(queued));
    },
    /** Throws NOT_FOUND or REVISION_MISMATCH. */
    async checkRevision(id: string, expected: number): Promise<void> {
      const row = await find(id);
      if (row.revision !== expected) throw moved(row, expected);
    },
    /** Notes something about an execution, or keeps it from being forgotten by time. Throws as `checkRevision`. */
    async annotate(id: string, changes: Annotation, expected?: number): Promise<Execution> {
      const given = changes.note !== undefined || changes.keep !== undefined;
      const row = given ? await annotateExecution(db, id, changes, expected) : null;
      if (row) return executionView(row);
      const current = await find(id);
      if (given || (expected !== undefined && current.revision !== expected)) throw moved(current, expected ?? 0);
      return executionView(current);
    },
    async delete(id: string): Promise<void> {
      const row = await find(id);
      if (!hasEnded(row.status))
        throw new RatchetError('STATE_CONFLICT', `The execution is ${row.status}. Cancel it first.`);
      await deleteExecution(db, id);
    },
    async logs(id: string, fields: ListFields, request: ListRequest) {
      await find(id);
      const page = await pageOfLogs(db, fields, request, id);
      const items = page.items.map((e) => ({
        sequence: e.sequence,
        level: e.level ?? ('info' as const),
        message: e.message ?? '',
        ...(e.data === null ? {} : { data: e.data as Execution['input'] }),
        time: e.time.toISOString(),
      }));
      return { items, meta: page.meta };
    },
    events: (id: string, after: number, signal: AbortSignal | undefined) =>
      executionEvents(database, id, after, signal),

    /** What is wrong with a task, or should be looked at. */
    async validateTask(id: string) {
      const { row, code } = await load(id);
      return validated(id, { ...row, code });
    },
    /** The same of files that are not stored, with what they say. */
    validateDraft: (id: string, said: DraftFields, files: DraftFiles) =>
      validated(id, { ...said, code: draftCode(id, said, files) }),
    async testTask(
      id: string,
      { filter, parallel = 4, stopOnFailure = false, trace = false, signal }: TestOptions,
    ): Promise<z.output<typeof TestReport>> {
      const task = await load(id);
      refuseUnfit({ ...task.row, enabled: true });
      const report = await runTaskTests({
        sandbox,
        validator,
        code: task.code,
        inputSchema: task.row.inputSchema,
        outputSchema: task.row.outputSchema,
        testFiles: testFilesOf(task.code.files, task.row.metadata),
        ...(filter === undefined ? {} : { filter }),
        parallel,
        stopOnFailure,
        trace,
        limits: { ...limitsFor(task, null), timeoutMs: Math.min(60_000, serverLimits.timeoutMs) },
        affinity: task.row.repositoryId ?? 'none',
        context: { taskId: task.row.id, taskVersion: task.row.version },
        ...(signal ? { signal } : {}),
      });
      return testReport(report);
    },
  };
}
