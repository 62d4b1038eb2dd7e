import type { Compiled } from '../compile.ts';
import { CompileError } from '../compile-error.ts';
import type { HttpClient } from '../http-client.ts';
import { createRedactor, type Redactor } from '../redact.ts';
import { type DebugChannel, type Ended, runOnRunner } from '../run-on-runner.ts';
import type { RunnerProcess } from '../runner-process.ts';
import type { RunError, RunRequest, RunResult, Sandbox, TaskCode } from '../sandbox.ts';

export interface DebugRequest extends RunRequest {
  /** Stop just before the task's function is called, in our own code, where it is called `entry`. */
  readonly pauseAtEntry: boolean;
  /** Ends everything, with the time spent paused, milliseconds. `limits` count without that time. */
  readonly timeLimitMs: number;
}

/** A run under a debugger, in a process of its own, so that a paused one keeps nobody waiting. */
export interface DebugRun {
  readonly compiled: Compiled;
  readonly redactor: Redactor;
  /** Takes what the isolate says in the Chrome DevTools Protocol. */
  listen(listener: (message: string) => void): void;
  send(message: string): void;
  /** Lets the task begin; until then it waits. */
  go(): void;
  /** Breaks it off, wherever it is. */
  end(): void;
  /** How it ended; its process is gone by then. */
  readonly result: Promise<RunResult>;
}

/** A run, or why there is none. */
export type DebugOpening = { readonly run: DebugRun } | { readonly error: RunError };

/** A sandbox with a debugger. */
export interface DebuggableSandbox extends Sandbox {
  /** Runs code under a debugger. Throws when the input is no JSON or no process can be started. */
  debug(request: DebugRequest): Promise<DebugOpening>;
}

export interface DebugParts {
  readonly compile: (code: TaskCode) => Promise<Compiled>;
  readonly http: HttpClient;
  readonly launch: () => Promise<RunnerProcess>;
  readonly finish: (ended: Ended, compiled: Compiled, redactor: Redactor) => RunResult;
}

/** Starts debugged runs. `open` throws only when the input is no JSON or no process can be started. */
export const createDebugRuns = ({ compile, http, launch, finish }: DebugParts) => {
  const open = new Set<DebugRun>();
  let closed = false;
  return {
    async open(request: DebugRequest): Promise<DebugOpening> {
      const redactor = createRedactor(Object.values(request.context.secrets));
      const input = JSON.stringify(request.input) ?? 'null';
      let compiled: Compiled;
      try {
        compiled = await compile(request.code);
      } catch (error) {
        if (!(error instanceof CompileError)) throw error;
        return { error: { ...error.error, message: redactor.text(error.error.message) } };
      }
      const runner = await launch();
      if (closed) {
        runner.kill();
        throw new Error('The sandbox is closed.');
      }
      const stop = new AbortController();
      let listener: (message: string) => void = () => undefined;
      let channel: DebugChannel | null = null;
      const ended = runOnRunner(runner, compiled, input, 'call', withSignal(request, stop.signal), http, redactor, {
        pauseAtEntry: request.pauseAtEntry,
        timeLimitMs: request.timeLimitMs,
        onMessage: (message) => listener(message),
        onOpen: (opened) => {
          channel = opened;
        },
      });
      const end = async (): Promise<RunResult> => {
        try {
          return finish(await ended, compiled, redactor);
        } finally {
          runner.kill();
          await runner.exited;
          open.delete(run);
        }
      };
      const run: DebugRun = {
        compiled,
        redactor,
        listen(next) {
          listener = next;
        },
        send: (message) => channel?.inspect(message),
        go: () => channel?.go(),
        end: () => stop.abort(),
        result: end(),
      };
      open.add(run);
      // Whoever opened it may look at the result later.
      run.result.catch(() => undefined);
      return { run };
    },
    count: () => open.size,
    async close(): Promise<void> {
      closed = true;
      for (const run of open) run.end();
      await Promise.allSettled([...open].map((run) => run.result));
    },
  };
};

const withSignal = (request: DebugRequest, stop: AbortSignal): RunRequest => ({
  ...request,
  signal: request.signal === undefined ? stop : AbortSignal.any([request.signal, stop]),
});
