import type { StartPlan } from './globals/entry.ts';
import { createHostServices } from './host-services.ts';
import type { HostCalls, LoadedCode } from './isolate.ts';
import type { FromRunner, Outcome, ToRunner, WireAnswer } from './protocol.ts';
import { residentBytes } from './resident-bytes.ts';
import { watch } from './watchdog.ts';
import { limitError, toWireError } from './wire-error.ts';

type RunMessage = Extract<ToRunner, { type: 'run' }>;

export interface ActiveRun {
  readonly run: number;
  cancel(): void;
  answer(request: number, answer: WireAnswer): void;
  /** Ends the run because the process itself is failing. */
  fail(outcome: Outcome): void;
}

/** How long code may take to come to rest after its run ended, before its isolate, and then the process, is given up. */
const settleMs = 50;
const stopMs = 250;
/** How long a cancelled task may react to its signal. */
const cancelMs = 250;
const cancelled: Outcome = { status: 'cancelled', error: limitError('CancelledError', 'The execution was cancelled.') };

const noEntry =
  'The code has no entry point. Export a default function or main, define a global function main, or let the script be a function.';

/** Runs a task's code once. `onEnd` is called once, after the last message of the run was sent. */
export const startRun = (
  plan: RunMessage,
  loaded: LoadedCode,
  send: (message: FromRunner) => void,
  onEnd: () => void,
): ActiveRun => {
  const { run, limits } = plan;
  const { isolate } = loaded;
  const began = performance.now();
  const fresh = loaded.takeContext();
  const { control } = fresh;
  let cancelTimer: NodeJS.Timeout | null = null;
  /** Calls into the guest that have not come back. */
  let inside = 0;
  /** False once a call into the guest has thrown: it may have left jobs that the next call would run on this thread. */
  let clean = true;
  let onIdle: (() => void) | null = null;
  let ended = false;

  const enter = async <Result>(call: () => Promise<Result>): Promise<Result | undefined> => {
    inside += 1;
    try {
      return await call();
    } catch (error) {
      clean = false;
      onThrown(error);
      return undefined;
    } finally {
      inside -= 1;
      if (inside === 0) onIdle?.();
    }
  };
  const tell = (event: string, payload: string): void => {
    if (!ended) void enter(() => control.apply(undefined, [event, payload]));
  };

  const services = createHostServices(run, limits, send, tell);

  const idle = (withinMs: number): Promise<boolean> => {
    if (inside === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      onIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  };

  const end = async (reached: Outcome): Promise<void> => {
    if (ended) return;
    ended = true;
    const outcome = cancelTimer === null ? reached : cancelled;
    const durationMs = performance.now() - began;
    stopWatching();
    if (cancelTimer !== null) clearTimeout(cancelTimer);
    fresh.adopt(null);
    services.close();
    let stopped = await idle(outcome.status === 'completed' || outcome.status === 'failed' ? settleMs : 0);
    if (!stopped || !clean) {
      loaded.dispose();
      stopped = await idle(stopMs);
    }
    if (!isolate.isDisposed) {
      control.release();
      fresh.context.release();
    }
    services.flush();
    send({ type: 'done', run, outcome, durationMs, rss: residentBytes(), retire: !stopped || services.pending() > 0 });
    onEnd();
  };

  const onThrown = (error: unknown): void => {
    if (ended) return;
    // Nobody but the engine's own memory limit disposes of an isolate before the run has ended.
    void end({ status: 'failed', error: isolate.isDisposed ? memoryError() : toWireError(error) });
  };
  const memoryError = () =>
    limitError('MemoryLimitError', `The task used more than its ${limits.memoryMb} MB of memory.`);

  const calls: HostCalls = {
    call: services.call,
    block: services.block,
    settle(status, payload) {
      if (status === 'missing') missing = true;
      else if (typeof payload === 'string') {
        // A rejection that nobody handles is only known when the call that settled the run has come back.
        void idle(settleMs).then(() => finish(status === 'ok', payload));
      }
    },
  };
  /** A script without an entry point by name; its completion value may be one. */
  let missing = loaded.code.kind === 'esm';

  const finish = async (fine: boolean, text: string): Promise<void> => {
    if (!fine) return end({ status: 'failed', error: readError(text) });
    if (Buffer.byteLength(text) > limits.outputBytes) {
      const error = limitError('OutputLimitError', `The output is larger than ${limits.outputBytes} bytes.`);
      return end({ status: 'failed', error });
    }
    return end({ status: 'completed', output: text });
  };
  const readError = (text: string) => {
    const error = JSON.parse(text) as ReturnType<typeof toWireError>;
    const exhausted = error.class === 'RangeError' && error.message === 'Array buffer allocation failed';
    return exhausted ? memoryError() : error;
  };

  const stopWatching = watch(isolate, limits, residentBytes(), {
    onTime: () =>
      void end({
        status: 'timed_out',
        error: limitError('TimeoutError', `The task ran longer than ${limits.timeoutMs} ms.`),
      }),
    onCpu: () =>
      void end({
        status: 'timed_out',
        error: limitError('CpuLimitError', `The task used more than ${limits.cpuMs} ms of processor time.`),
      }),
    onMemory: () => void end({ status: 'failed', error: memoryError() }),
  });

  const begin = async (): Promise<void> => {
    fresh.adopt(calls);
    const start: StartPlan = { kind: loaded.code.kind, mode: plan.mode, context: plan.context, limits };
    control.applySync(undefined, ['load', JSON.stringify(start), plan.input]);
    const completion = await enter(() => loaded.evaluate(fresh.context));
    if (completion === undefined) return;
    const wanted = missing && !ended;
    missing = false;
    if (wanted) await enter(() => control.apply(undefined, ['complete', '', completion.derefInto()]));
    // A reference would keep the whole context alive until this process's own garbage is collected.
    if (!isolate.isDisposed) completion.release();
    if (missing) await end({ status: 'failed', error: limitError('ConfigurationError', noEntry) });
  };
  void begin();

  return {
    run,
    cancel() {
      if (ended || cancelTimer !== null) return;
      tell('cancel', '');
      cancelTimer = setTimeout(() => void end(cancelled), cancelMs);
    },
    answer: services.answer,
    fail: (outcome) => void end(outcome),
  };
};
