import type { Execution } from '@ratchet/contract/entities/execution';
import type { TestResult } from '@ratchet/contract/entities/task';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import { SchemaError, type SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Sandbox } from '@ratchet/sandbox/sandbox';
import { runTaskTests, type TaskTestResult } from '@ratchet/sandbox/task-tests';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  cancelChannel,
  claimExecution,
  deleteExecution,
  type ExecutionEnd,
  type ExecutionRow,
  endedChannel,
  executionById,
  executionCounts,
  finishExecution,
  pageOfExecutions,
  pageOfLogs,
  queueExecution,
  requestCancel,
} from '@ratchet/store/queries/executions';
import { type Runner, runMigrations, run as runWorker } from 'graphile-worker';
import type * as z from 'zod';
import { eventLog } from './event-log.ts';
import { executionEvents } from './execution-events.ts';
import { executionView, hasEnded } from './execution-view.ts';
import { jobDesk } from './job-desk.ts';
import { type NodeIdentity, nodeKeeper } from './node-keeper.ts';
import { limitsFor, runInSandbox, serverLimits } from './run-in-sandbox.ts';
import { type RunnableTask, refuseUnfit, taskLoader } from './runnable-task.ts';
import { type Log, workerLogger } from './worker-logger.ts';

export interface ExecutorOptions {
  readonly database: Database;
  readonly sandbox: Sandbox;
  readonly validator: SchemaValidator;
  readonly node: NodeIdentity;
  /** Executions at once; 0: this node queues and does not run. */
  readonly concurrency: number;
  readonly allowPrivate: readonly string[];
  readonly log: Log;
}

export interface Submit {
  readonly taskId: string;
  readonly input: unknown;
  readonly timeoutMs?: number | undefined;
  readonly triggeredBy: string;
}

export type Executor = ReturnType<typeof createExecutor>;

const testView = (result: TaskTestResult): z.output<typeof TestResult> => ({
  ...result,
  expected: result.expected as z.output<typeof TestResult>['expected'],
  actual: result.actual as z.output<typeof TestResult>['actual'],
});

/** Queues tasks, runs them in the sandbox and keeps what became of them. */
export function createExecutor(options: ExecutorOptions) {
  const { database, sandbox, validator, node, log } = options;
  const { db } = database;
  const load = taskLoader(db);
  const running = new Map<string, AbortController>();
  const waiting = new Map<string, Set<() => void>>();
  const keeper = nodeKeeper(database, node, log);
  const closing: (() => Promise<void>)[] = [];
  let worker: Runner | null = null;
  let draining = false;

  const wake = (id: string) => {
    const heard = id === '' ? [...waiting.values()].flatMap((set) => [...set]) : [...(waiting.get(id) ?? [])];
    for (const go of heard) go();
  };

  /** Runs what was claimed; its end counts only while it is still this node's. */
  async function carryOut(execution: ExecutionRow, task: RunnableTask | RatchetError): Promise<ExecutionRow | null> {
    const stop = new AbortController();
    running.set(execution.id, stop);
    const events = eventLog(db, execution.id, (error) =>
      log('error', 'Events of an execution were lost.', { err: error }),
    );
    try {
      const end =
        task instanceof RatchetError
          ? {
              status: 'failed' as const,
              output: null,
              error: { class: task.code, message: task.message, stack: null, line: null, file: null },
              durationMs: 0,
            }
          : await runInSandbox(options, task, execution, events, stop.signal).catch(sandboxFailed);
      await events.end();
      const ran =
        task instanceof RatchetError ? undefined : { taskRevision: task.row.revision, taskVersion: task.row.version };
      return await finishExecution(db, execution.id, node.id, end, ran);
    } finally {
      running.delete(execution.id);
      wake(execution.id);
    }
  }

  async function runnable(taskId: string | null): Promise<RunnableTask | RatchetError> {
    try {
      const task = await load(taskId ?? '');
      refuseUnfit(task.row);
      return task;
    } catch (error) {
      if (error instanceof RatchetError) return error;
      log('error', 'A task could not be loaded.', { err: error, taskId });
      return new RatchetError('UNAVAILABLE', 'The task could not be loaded; the server’s log says why. Run it again.');
    }
  }

  /** The sandbox throws only where it is at fault itself: the execution still comes to its end. */
  function sandboxFailed(error: unknown): ExecutionEnd {
    log('error', 'The sandbox could not run a task.', { err: error });
    const message = 'The sandbox could not run it; the server’s log says why. Run it again.';
    return {
      status: 'failed',
      output: null,
      error: { class: 'SandboxError', message, stack: null, line: null, file: null },
      durationMs: null,
    };
  }

  async function runExecution(id: string): Promise<void> {
    const execution = await claimExecution(db, id, node.id);
    if (execution) await carryOut(execution, await runnable(execution.taskId));
  }

  /** A schema that only shows its fault when it is used makes the task invalid. */
  function inputIssues(task: RunnableTask, input: unknown) {
    if (task.row.inputSchema === null) return [];
    try {
      return validator.validate(task.row.inputSchema, input);
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      throw new RatchetError('TASK_INVALID', `The input schema of ${task.row.name} cannot be used: ${error.message}`, [
        { path: 'input.schema.json', code: 'invalid_schema', message: error.message, severity: 'error' },
      ]);
    }
  }

  /** A task that may run, and an input that fits its schema; throws what is wrong. */
  async function prepare(taskId: string, input: unknown): Promise<RunnableTask> {
    const task = await load(taskId);
    refuseUnfit(task.row);
    const issues = inputIssues(task, input);
    if (issues.length > 0) {
      const details = issues.map(({ path, message }) => ({ path: path ? `input.${path}` : 'input', message }));
      throw new RatchetError('VALIDATION_FAILED', details.map((i) => `${i.path}: ${i.message}`).join(' '), details);
    }
    return task;
  }

  const jobs = jobDesk({
    database,
    prepare,
    runnable,
    carryOut,
    nodeId: node.id,
    cancelExecution: (id) => requestCancel(db, id),
  });

  async function find(id: string): Promise<ExecutionRow> {
    const row = await executionById(db, id);
    if (!row) throw notFound('execution', id);
    return row;
  }

  async function submit({ taskId, input, timeoutMs, triggeredBy }: Submit): Promise<Execution> {
    const { row } = await prepare(taskId, input);
    const execution = await queueExecution(db, {
      id: newId(),
      jobId: null,
      taskId: row.id,
      taskName: row.name,
      taskVersion: row.version,
      taskRevision: row.revision,
      input,
      timeoutMs: timeoutMs ?? null,
      triggeredBy,
      attempt: 1,
    });
    return executionView(execution);
  }

  return {
    jobs,
    /** Begins to take work, after what earlier processes left behind is back in the queue. */
    async start(): Promise<void> {
      await runMigrations({ pgPool: database.pool, logger: workerLogger(log) });
      closing.push(await database.listen(endedChannel, wake));
      closing.push(await database.listen(cancelChannel, (id) => running.get(id)?.abort()));
      await keeper.start();
      closing.push(() => keeper.stop());
      if (options.concurrency === 0) return;
      worker = await runWorker({
        pgPool: database.pool,
        concurrency: options.concurrency,
        noHandleSignals: true,
        noPreparedStatements: database.mode === 'embedded',
        pollInterval: 1000,
        logger: workerLogger(log),
        taskList: {
          run_execution: (payload) => runExecution((payload as { executionId: string }).executionId),
          run_job: (payload) => jobs.runJob((payload as { jobId: string }).jobId),
        },
      });
      worker.promise.catch((error) => {
        if (!draining) log('error', 'The worker stopped.', { err: error });
      });
    },
    /** Drains: what runs ends or is stopped after ten seconds, and goes back to the queue. */
    async stop(): Promise<void> {
      draining = true;
      const patience = setTimeout(() => {
        for (const stop of running.values()) stop.abort();
      }, 10_000);
      await worker?.stop().catch((error) => log('warn', 'The worker did not stop in good order.', { err: error }));
      clearTimeout(patience);
      for (const close of closing.splice(0).reverse()) await close();
    },

    submit,
    /** The execution when it has ended, or as it is when the caller goes away. */
    async waitFor(id: string, signal?: AbortSignal): Promise<Execution> {
      for (;;) {
        let go: () => void = () => {};
        const heard = new Promise<void>((resolve) => {
          go = resolve;
        });
        const set = waiting.get(id) ?? new Set();
        waiting.set(id, set.add(go));
        try {
          const row = await find(id);
          if (hasEnded(row.status) || signal?.aborted) return executionView(row);
          signal?.addEventListener('abort', go, { once: true });
          await heard;
        } finally {
          signal?.removeEventListener('abort', go);
          set.delete(go);
          if (set.size === 0) waiting.delete(id);
        }
      }
    },
    get: async (id: string): Promise<Execution> => executionView(await find(id)),
    async list(fields: ListFields, request: ListRequest) {
      const page = await pageOfExecutions(db, fields, request);
      return { items: page.items.map(executionView), meta: page.meta };
    },
    async stats() {
      const { byStatus, average, lastHour } = await executionCounts(db);
      const total = Object.values(byStatus).reduce((a, b) => a + b, 0);
      const ended = total - (byStatus.pending ?? 0) - (byStatus.running ?? 0);
      return {
        total,
        byStatus,
        averageDurationMs: average,
        successRate: ended === 0 ? null : (byStatus.completed ?? 0) / ended,
        lastHour,
      };
    },
    async cancel(id: string): Promise<Execution> {
      const row = await find(id);
      if (hasEnded(row.status)) throw new RatchetError('STATE_CONFLICT', `The execution is ${row.status} already.`);
      const cancelled = {
        class: 'Cancelled',
        message: 'It was cancelled before it started.',
        stack: null,
        line: null,
        file: null,
      };
      const ended = await finishExecution(db, id, null, {
        status: 'cancelled',
        output: null,
        error: cancelled,
        durationMs: null,
      });
      if (ended) wake(id);
      else await requestCancel(db, id);
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

    /** What is wrong with a task: its own problems, and what only loading it shows. */
    async validateTask(id: string) {
      const task = await load(id);
      const found = [...task.row.problems];
      const broken = found.some((problem) => problem.severity === 'error') ? null : await sandbox.check(task.code);
      if (broken)
        found.push({
          path: broken.file ?? task.row.entry,
          code: 'does_not_load',
          message: `${broken.class}: ${broken.message}`,
          severity: 'error',
          ...(broken.line === null ? {} : { line: broken.line }),
        });
      for (const [path, schema] of [
        ['input.schema.json', task.row.inputSchema],
        ['output.schema.json', task.row.outputSchema],
      ] as const) {
        if (schema === null || found.some((problem) => problem.path === path)) continue;
        for (const { path: at, message } of validator.check(schema))
          found.push({ path, code: 'invalid_schema', message: at ? `${at}: ${message}` : message, severity: 'error' });
      }
      return { valid: found.every((problem) => problem.severity !== 'error'), problems: found };
    },
    async testTask(id: string, filter: string | undefined) {
      const task = await load(id);
      refuseUnfit({ ...task.row, enabled: true });
      const testFiles = [...task.code.files]
        .filter(([path]) => /^tests\/.*\.json$/i.test(path))
        .map(([path, text]) => ({ path, text }));
      const report = await runTaskTests({
        sandbox,
        validator,
        code: task.code,
        inputSchema: task.row.inputSchema,
        outputSchema: task.row.outputSchema,
        testFiles,
        ...(filter === undefined ? {} : { filter }),
        limits: { ...limitsFor(task, null), timeoutMs: Math.min(60_000, serverLimits.timeoutMs) },
        affinity: task.row.repositoryId ?? 'none',
        context: { taskId: task.row.id, taskVersion: task.row.version, secrets: {} },
      });
      return { passed: report.passed, failed: report.failed, results: report.results.map(testView) };
    },
  };
}
