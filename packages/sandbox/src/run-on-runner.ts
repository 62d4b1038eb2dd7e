import {
  type FromRunner,
  type GuestContext,
  limitMessages,
  type Outcome,
  type RunnerLimits,
} from '@ratchet/runner/protocol';
import { parseBounded } from './bounded-json.ts';
import type { Compiled } from './compile.ts';
import type { HttpClient } from './http-client.ts';
import type { Redactor } from './redact.ts';
import { createRequests } from './requests.ts';
import type { RunnerExit, RunnerProcess } from './runner-process.ts';
import type { RunLog, RunRequest } from './sandbox.ts';

/** How long a runner may take to say that a run has ended before it is killed, beyond the run's own limit. */
const overtimeMs = 2000;
/** The same after a cancellation. */
const cancelMs = 750;
const logDepth = 50;
const usualLogBytes = 10_000_000;
/** An engine does not start with less. */
const leastMemoryMb = 16;

export interface Ended {
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly rss: number;
  readonly retire: boolean;
  readonly profile?: string;
}

/** What a debugger says to the runner. */
export interface DebugChannel {
  go(): void;
  inspect(message: string): void;
}
/** What a run under a debugger has beside an ordinary one. */
export interface DebugLink {
  readonly pauseAtEntry: boolean;
  /** Ends everything, with the time spent paused. */
  readonly timeLimitMs: number;
  onOpen(channel: DebugChannel): void;
  onMessage(message: string): void;
}

let lastRun = 0;

const failed = (status: 'failed' | 'timed_out' | 'cancelled', name: string, message: string): Outcome => ({
  status,
  error: { class: name, message, stack: null },
});

const outOfMemory = /out of memory|out-of-memory|invalid size error|heap limit|allocation failed/i;

/** What became of a run whose process is gone without a word. */
const afterExit = (exit: RunnerExit, memoryMb: number): Outcome => {
  if (outOfMemory.test(exit.errorOutput)) {
    return failed('failed', 'MemoryLimitError', limitMessages.memory(memoryMb));
  }
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  return failed(
    'failed',
    'RunnerCrashed',
    `The process that ran the task was ended ${how}. The execution can be retried.`,
  );
};

/**
 * Runs compiled code on a runner that is idle, serves its requests, and answers how it ended.
 * Rejects only when a callback of the caller throws; the runner is then killed.
 */
export const runOnRunner = (
  runner: RunnerProcess,
  compiled: Compiled,
  input: string,
  mode: 'call' | 'load',
  request: RunRequest,
  http: HttpClient,
  redactor: Redactor,
  debug?: DebugLink,
): Promise<Ended> => {
  lastRun += 1;
  const run = lastRun;
  const began = performance.now();
  const { limits, signal } = request;
  const { kind, source, filename, classic } = compiled;
  const { determinism } = request;
  const wallMs = debug?.timeLimitMs ?? limits.timeoutMs;
  const context: GuestContext = { ...request.context, deadline: (determinism?.clock ?? Date.now()) + wallMs };
  const bounds: RunnerLimits = {
    timeoutMs: limits.timeoutMs,
    cpuMs: limits.cpuMs,
    memoryMb: Math.max(leastMemoryMb, limits.memoryMb),
    outputBytes: limits.outputBytes,
    logLines: limits.logLines,
    logLineBytes: limits.logLineBytes + redactor.longest,
    logBytes: limits.logBytes ?? usualLogBytes,
    requests: limits.requests,
    requestBytes: limits.responseBytes,
  };
  const key = request.code.key;
  const start = (withCode: boolean): void => {
    runner.known.add(key);
    const code = withCode ? { code: { kind, source, filename, ...(classic === undefined ? {} : { classic }) } } : {};
    const own = determinism && { determinism: { ...determinism, replay: request.answers !== undefined } };
    const profile = request.profile === true ? { profile: true } : {};
    const debugged = debug === undefined ? {} : { debug: { pauseAtEntry: debug.pauseAtEntry } };
    const more = { ...own, ...profile, ...debugged };
    runner.send({ type: 'run', run, mode, key, ...code, input, context, limits: bounds, ...more });
  };

  const late =
    debug === undefined
      ? limitMessages.time(wallMs)
      : `The debugged run took longer than its ${wallMs} ms, pauses counted.`;

  return new Promise<Ended>((resolve, reject) => {
    const requests = createRequests(request, http, redactor, began, (id, answer, at) =>
      runner.send({ type: 'answer', run, request: id, answer, ...(determinism && { at }) }),
    );
    const leave = (): void => {
      clearTimeout(overtime);
      clearTimeout(cancelTimer);
      signal?.removeEventListener('abort', cancel);
      runner.listen(null);
      requests.end();
    };
    const end = (ended: Ended): void => {
      leave();
      resolve(ended);
    };
    const fault = (error: unknown): void => {
      runner.kill();
      leave();
      reject(error);
    };
    const kill = (outcome: Outcome): void => {
      runner.kill();
      end({ outcome, durationMs: performance.now() - began, rss: 0, retire: true });
    };
    const cancel = (): void => {
      // A task that is paused, or was never begun, hears no signal.
      if (debug !== undefined) {
        kill(failed('cancelled', 'CancelledError', 'The debugged run was ended.'));
        return;
      }
      runner.send({ type: 'cancel', run });
      cancelTimer = setTimeout(
        () => kill(failed('cancelled', 'CancelledError', 'The execution was cancelled.')),
        cancelMs,
      );
    };
    let cancelTimer: NodeJS.Timeout | undefined;
    const overtime = setTimeout(
      () => kill(failed('timed_out', 'TimeoutError', late)),
      debug === undefined ? wallMs + overtimeMs : wallMs,
    );
    signal?.addEventListener('abort', cancel, { once: true });

    // The runner keeps to the limits itself; a runner that no longer does is not believed.
    let lines = 0;
    let asked = false;
    const onMessage = (message: FromRunner): void => {
      if (message.type === 'ready' || message.run !== run) return;
      switch (message.type) {
        case 'missing':
          if (asked)
            kill(failed('failed', 'RunnerCrashed', 'The process that ran the task lost its way. Run it again.'));
          else start(true);
          asked = true;
          break;
        case 'log':
          lines += 1;
          if (lines > limits.logLines + 1) break;
          request.onLog?.(readLog(message, limits.logLineBytes, redactor));
          break;
        case 'progress':
          request.onProgress?.(message.progress, message.message === null ? null : redactor.text(message.message));
          break;
        case 'request':
          requests.start(message.request, message.call).catch(fault);
          break;
        case 'abort':
          requests.abort(message.request);
          break;
        case 'inspected':
          debug?.onMessage(message.message);
          break;
        case 'done':
          end(judged(message, limits.outputBytes));
      }
    };
    runner.listen({
      message(message) {
        try {
          onMessage(message);
        } catch (error) {
          fault(error);
        }
      },
      exit: (exit) =>
        end({ outcome: afterExit(exit, limits.memoryMb), durationMs: performance.now() - began, rss: 0, retire: true }),
    });
    start(!runner.known.has(key));
    debug?.onOpen({
      go: () => runner.send({ type: 'go', run }),
      inspect: (text) => runner.send({ type: 'inspect', run, message: text }),
    });
    if (signal?.aborted) cancel();
  });
};

const judged = (ended: Ended, most: number): Ended => {
  const { outcome } = ended;
  if (outcome.status !== 'completed' || outcome.output.length <= most) return ended;
  return { ...ended, outcome: failed('failed', 'OutputLimitError', limitMessages.output(most)), retire: true };
};

const readLog = (line: Extract<FromRunner, { type: 'log' }>, most: number, redactor: Redactor): RunLog => {
  const text = redactor.text(line.message);
  const cut = Buffer.byteLength(text) > most && !text.endsWith(' bytes)');
  const message = cut ? `${Buffer.from(text).toString('utf8', 0, most)}… (cut at ${most} bytes)` : text;
  const data =
    line.data === undefined
      ? undefined
      : redactor.json(parseBounded(line.data, logDepth) ?? '[nested too deeply to show]');
  return { level: line.level, message, ...(data === undefined ? {} : { data }), time: new Date(line.time) };
};
