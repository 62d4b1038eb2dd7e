import type { DebugSession, DebugTrace } from '@ratchet/contract/entities/debug';
import { RatchetError } from '@ratchet/contract/errors';
import type { Parsed } from '@ratchet/contract/operation';
import type { taskDebug } from '@ratchet/contract/operations/task-debug';
import type { DebuggableSandbox, DebugRequest } from '@ratchet/sandbox/debug/open-debug-run';
import { type BreakpointPlan, traceRun } from '@ratchet/sandbox/debug/trace-run';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { RunLog } from '@ratchet/sandbox/sandbox';
import { isExpression } from '@ratchet/sandbox/script-shape';
import { newId } from '@ratchet/store/id';
import { liveSessions } from './live-sessions.ts';
import { checked, limitsFor } from './run-in-sandbox.ts';
import type { RunnableTask } from './runnable-task.ts';
import { secretsFor } from './task-secrets.ts';

export interface DebugDeskOptions {
  readonly sandbox: Pick<DebuggableSandbox, 'debug'>;
  readonly validator: SchemaValidator;
  readonly allowPrivate: readonly string[];
  /** A task that may run, and an input that fits its schema; throws what is wrong. */
  readonly prepare: (taskId: string, input: unknown) => Promise<RunnableTask>;
  /** The secrets granted to a task, by name; none without. */
  readonly secretsOf?: (taskId: string) => Promise<Readonly<Record<string, string>>>;
  /** Where a debugger attaches: `ws://host:port/path`, or `wss://`. */
  readonly addressOf: (sessionId: string) => string;
  /** Runs that wait for a debugger or have one, at once. */
  readonly liveAtOnce?: number;
  /** Debugged calls at once. Each has a process of its own. */
  readonly callsAtOnce?: number;
}

export type DebugInput = Parsed<typeof taskDebug.debug>;
export type DebugSessionInput = Parsed<typeof taskDebug.startDebugSession>;
export type DebugDesk = ReturnType<typeof debugDesk>;

const mostLogs = 1000;

/** Runs tasks under a debugger: as one call, and live. Nothing of it is stored. */
export function debugDesk(options: DebugDeskOptions) {
  const { sandbox, validator, allowPrivate, prepare, secretsOf, addressOf } = options;
  const { liveAtOnce = 4, callsAtOnce = 4 } = options;
  const live = liveSessions();
  let calls = 0;
  let starting = 0;

  async function requestFor(task: RunnableTask, input: unknown, timeoutMs: number, pauseAtEntry: boolean) {
    const { row, code } = task;
    const granted = await secretsFor(secretsOf, task);
    if ('refusal' in granted) throw new RatchetError('TASK_INVALID', granted.refusal);
    const { secrets } = granted;
    return {
      code,
      input,
      context: { executionId: newId(), jobId: null, taskId: row.id, taskVersion: row.version, attempt: 1, secrets },
      limits: limitsFor(task, null),
      network: { allow: task.allow, allowPrivate },
      affinity: row.repositoryId ?? 'none',
      pauseAtEntry,
      timeLimitMs: timeoutMs,
    } satisfies DebugRequest;
  }

  async function trace(taskId: string, wish: DebugInput, signal: AbortSignal | undefined): Promise<DebugTrace> {
    const task = await prepare(taskId, wish.input);
    const plans = wish.breakpoints.map((breakpoint) => planOf(task, breakpoint));
    const logs: DebugTrace['logs'] = [];
    const onLog = ({ level, message }: RunLog): void => {
      if (logs.length < mostLogs) logs.push({ level, message });
    };
    const request = await requestFor(task, wish.input, wish.timeoutMs, wish.pauseOnEntry);
    const opened = await sandbox.debug({ ...request, onLog, ...(signal === undefined ? {} : { signal }) });
    if ('error' in opened) throw broken(task, opened.error);
    const { result, pauses, truncated, reached } = await traceRun(opened.run, { ...wish, breakpoints: plans });
    const end = checked(result, task, validator, request.context.secrets);
    return {
      taskId: task.row.id,
      status: end.status as DebugTrace['status'],
      output: (end.output ?? null) as DebugTrace['output'],
      error: end.error as DebugTrace['error'],
      pauses: pauses as DebugTrace['pauses'],
      truncated,
      unreached: wish.breakpoints.filter((_, at) => !reached[at]),
      logs,
      durationMs: result.durationMs,
    };
  }

  return {
    /** Debugs a task as one call. Answers how it ended and what every stop showed. */
    async debug(taskId: string, wish: DebugInput, signal?: AbortSignal): Promise<DebugTrace> {
      if (calls >= callsAtOnce) throw busy(`${callsAtOnce} tasks are being debugged at once already`);
      calls += 1;
      try {
        return await trace(taskId, wish, signal);
      } finally {
        calls -= 1;
      }
    },
    /** Begins a run that waits for a debugger to attach. */
    async start(taskId: string, wish: DebugSessionInput): Promise<DebugSession> {
      if (live.count() + starting >= liveAtOnce)
        throw busy(`${liveAtOnce} debug sessions are open already; end one with DELETE /debug-sessions/{id}`);
      starting += 1;
      try {
        const task = await prepare(taskId, wish.input);
        const id = newId();
        const request = await requestFor(task, wish.input, wish.timeoutMs, wish.pauseOnEntry);
        const opened = await sandbox.debug({ ...request, onLog: (line) => live.log(id, line) });
        if ('error' in opened) throw broken(task, opened.error);
        const { token } = live.add(id, {
          run: opened.run,
          code: task.code,
          taskId: task.row.id,
          pauseAtEntry: wish.pauseOnEntry,
          check: (result) => checked(result, task, validator, request.context.secrets),
        });
        const url = `${addressOf(id)}?token=${token}`;
        const [scheme = 'ws', address = ''] = url.split('://');
        return {
          id,
          taskId: task.row.id,
          webSocketDebuggerUrl: url,
          devtoolsFrontendUrl: `devtools://devtools/bundled/js_app.html?${scheme}=${encodeURIComponent(address)}`,
          expiresAt: new Date(Date.now() + wish.timeoutMs).toISOString(),
          state: 'waiting',
        };
      } finally {
        starting -= 1;
      }
    },
    /** Ends a run with a debugger, wherever it is. */
    end: live.end,
    taskOf: live.taskOf,
    check: live.check,
    attach: live.attach,
    close: live.close,
  };
}

const busy = (why: string): RatchetError => new RatchetError('RATE_LIMITED', `${why}. Try again when one has ended.`);

const broken = (
  { row }: RunnableTask,
  error: { class: string; message: string; file: string | null; line: number | null },
) =>
  new RatchetError('TASK_INVALID', `Task ${row.name} cannot run: ${error.class}: ${error.message}`, [
    {
      path: error.file ?? row.entry,
      code: 'does_not_load',
      message: error.message,
      severity: 'error',
      ...(error.line === null ? {} : { line: error.line }),
    },
  ]);

/** A breakpoint in a file that the task has; throws where it has no such file or line. */
function planOf(
  { code }: RunnableTask,
  { file: named, line, condition }: DebugInput['breakpoints'][number],
): BreakpointPlan {
  const file = named?.replace(/^\.\//, '') ?? code.entry;
  const text = code.files.get(file);
  const problem =
    text === undefined
      ? `there is no file ${JSON.stringify(file)}; the task has ${[...code.files.keys()].slice(0, 20).join(', ')}`
      : line > text.split('\n').length
        ? `${file} has ${text.split('\n').length} lines, not ${line}`
        : condition !== undefined && !isExpression(condition)
          ? `the condition ${JSON.stringify(condition)} is no expression of JavaScript`
          : null;
  if (problem === null) return { file, line, condition };
  throw new RatchetError('VALIDATION_FAILED', `A breakpoint cannot be set: ${problem}.`, [
    { path: 'breakpoints', message: problem },
  ]);
}
