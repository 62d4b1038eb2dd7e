import { limitMessages, type Outcome } from '@ratchet/runner/protocol';
import { parseBounded } from './bounded-json.ts';
import { type Compiled, createCompiler } from './compile.ts';
import { CompileError } from './compile-error.ts';
import { createDebugRuns, type DebuggableSandbox } from './debug/open-debug-run.ts';
import { flameOf } from './flame.ts';
import { createHttpClient, type HttpClientOptions } from './http-client.ts';
import { createPool, type Lease, WaitAborted } from './pool.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { type Ended, runOnRunner } from './run-on-runner.ts';
import type { RunnerExit } from './runner-process.ts';
import type { Limits, RunError, RunRequest, RunResult, RunTimings, TaskCode } from './sandbox.ts';
import { mapError } from './stack.ts';

export interface SandboxOptions {
  /** Runner processes at most; each runs one execution at a time. */
  readonly runners: number;
  /** Executions after which a process is replaced. */
  readonly runsPerRunner?: number;
  /** Resident megabytes above which a process is replaced after an execution. */
  readonly memoryBoundMb?: number;
  /** The Node 24 that runs the runners; the server's own by default. */
  readonly nodePath?: string;
  /** Whom runners run as when the server is root; nobody (65534) by default, null for the server's own user. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | null;
  readonly http?: HttpClientOptions;
  /** Told of every process that ends, also of those that were replaced. */
  readonly onRunnerExit?: (exit: RunnerExit) => void;
  /** Told when a protection cannot be had on this machine. */
  readonly onWarning?: (message: string) => void;
}

/** Levels of nesting that an output may have. */
const outputDepth = 500;
const nobody = { uid: 65_534, gid: 65_534 };
/** What loading code without calling it may use. */
const checkLimits: Limits = {
  timeoutMs: 5000,
  cpuMs: 5000,
  memoryMb: 128,
  outputBytes: 1000,
  logLines: 0,
  logLineBytes: 1000,
  requests: 0,
  responseBytes: 0,
};

const plainError = (name: string, message: string): RunError => ({
  class: name,
  message,
  stack: null,
  file: null,
  line: null,
});

const redactError = (error: RunError, redactor: Redactor): RunError => ({
  ...error,
  // A task says itself what its errors are called, and may write its own stack.
  class: redactor.text(error.class),
  file: error.file === null ? null : redactor.text(error.file),
  message: redactor.text(error.message),
  stack: error.stack === null ? null : redactor.text(error.stack),
  ...(error.details === undefined ? {} : { details: redactor.json(error.details) }),
});

/** JSON of the input. Undefined counts as null. */
const writeInput = (input: unknown): string => JSON.stringify(input) ?? 'null';

/** Runs untrusted code in child processes that hold nothing worth taking. */
export const createSandbox = (options: SandboxOptions): DebuggableSandbox => {
  const compile = createCompiler({ entries: 500, bytes: 5_000_000 });
  const http = createHttpClient(options.http);
  const asRoot = process.getuid?.() === 0;
  const pool = createPool({
    runners: options.runners,
    runsPerRunner: options.runsPerRunner ?? 10_000,
    memoryBoundMb: options.memoryBoundMb ?? 512,
    nodePath: options.nodePath ?? process.execPath,
    runAs: asRoot && options.runAs !== null ? (options.runAs ?? nobody) : null,
    onRunnerExit: options.onRunnerExit ?? (() => undefined),
    onWarning: options.onWarning ?? (() => undefined),
  });
  if (asRoot && options.runAs === null) options.onWarning?.('Runners run as root, as the configuration says.');

  const finish = (ended: Ended, compiled: Compiled, redactor: Redactor, timings: RunTimings): RunResult => {
    const { outcome, profile } = ended;
    const flame = profile === undefined ? {} : { flame: flameOf(profile, compiled) };
    const ran = { durationMs: ended.durationMs, timings, ...flame };
    if (outcome.status !== 'completed') {
      const error = redactError(mapError(outcome.error, compiled), redactor);
      return { status: outcome.status, error, ...ran };
    }
    const output = parseBounded(outcome.output, outputDepth);
    if (output !== undefined) return { status: 'completed', output, ...ran };
    const error = plainError('OutputLimitError', limitMessages.depth(outputDepth));
    return { status: 'failed', error, ...ran };
  };

  const runOnce = async (request: RunRequest, mode: 'call' | 'load'): Promise<RunResult> => {
    const redactor = createRedactor(Object.values(request.context.secrets));
    const stop = (status: Exclude<Outcome['status'], 'completed'>, error: RunError): RunResult => ({
      status,
      error,
      durationMs: 0,
      timings: { compileMs: sinceBegun(), compiled: cold, waitMs: 0 },
    });
    const begun = performance.now();
    const sinceBegun = (): number => performance.now() - begun;
    const cold = !compile.holds(request.code.key);
    let compiled: Compiled;
    let input: string;
    try {
      input = writeInput(request.input);
    } catch (error) {
      return stop(
        'failed',
        plainError('DataError', `The input cannot be written as JSON: ${(error as Error).message}`),
      );
    }
    try {
      compiled = await compile(request.code);
    } catch (error) {
      if (error instanceof CompileError) return stop('failed', redactError(error.error, redactor));
      throw error;
    }
    const compileMs = sinceBegun();
    let lease: Lease;
    try {
      lease = await pool.acquire(request.affinity, request.signal);
    } catch (error) {
      if (!(error instanceof WaitAborted)) throw error;
      return stop('cancelled', plainError('CancelledError', 'The execution was cancelled before it began.'));
    }
    const timings = { compileMs, compiled: cold, waitMs: sinceBegun() - compileMs };
    let ended: Ended | null = null;
    try {
      ended = await runOnRunner(lease.runner, compiled, input, mode, request, http, redactor);
    } finally {
      lease.release(ended?.rss ?? 0, ended?.retire ?? true);
    }
    return finish(ended, compiled, redactor, timings);
  };

  const debugRuns = createDebugRuns({
    compile,
    http,
    launch: pool.launch,
    finish: (ended, compiled, redactor) =>
      finish(ended, compiled, redactor, { compileMs: 0, compiled: false, waitMs: 0 }),
  });

  return {
    debug: debugRuns.open,
    run: (request) => runOnce(request, 'call'),
    async check(code: TaskCode) {
      const result = await runOnce(
        {
          code,
          input: null,
          context: { executionId: 'check', jobId: null, taskId: null, taskVersion: '', attempt: 1, secrets: {} },
          limits: checkLimits,
          network: { allow: [], allowPrivate: [] },
          mocks: [],
          affinity: 'check',
        },
        'load',
      );
      return result.status === 'completed' ? null : result.error;
    },
    resize: (runners) => pool.resize(runners),
    stats: () => pool.stats(),
    async close() {
      await debugRuns.close();
      await pool.close();
      await http.close();
    },
  };
};
