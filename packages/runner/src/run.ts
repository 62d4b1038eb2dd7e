import { startProfiler } from './cpu-profile.ts';
import type { StartPlan } from './globals/entry.ts';
import { createHostServices } from './host-services.ts';
import type { HostCalls, LoadedCode } from './isolate.ts';
import { type FromRunner, limitMessages, type Outcome, type ToRunner, type WireAnswer } from './protocol.ts';
import { residentBytes } from './resident-bytes.ts';
import { seededBytes } from './seeded-bytes.ts';
import { type Held, watch } from './watchdog.ts';
import { limitError, toWireError } from './wire-error.ts';

type RunMessage = Extract<ToRunner, { type: 'run' }>;

export interface ActiveRun {
  readonly run: number;
  cancel(): void;
  answer(request: number, answer: WireAnswer, at?: number | null): void;
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

const ownClock = (determinism: RunMessage['determinism']): Pick<StartPlan, 'determinism'> => {
  if (determinism === undefined) return {};
  const words = new Uint32Array(new Uint8Array(seededBytes(determinism.seed, 'words')(16)).buffer);
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return { determinism: { clock: determinism.clock, words: [a, b, c, d] } };
};

/** Runs a task's code once. `onEnd` is called once, after the last message of the run was sent. */
export const startRun = (
  plan: RunMessage,
  loaded: LoadedCode,
  send: (message: FromRunner) => void,
  onEnd: () => void,
  /** Under a debugger: what it has taken of the task's time so far. */
  held?: () => Held,
): ActiveRun => {
  const { run, limits } = plan;
  const { isolate } = loaded;
  const began = performance.now();
  const fresh = loaded.takeContext();
  const { control } = fresh;
  let cancelTimer: NodeJS.Timeout | null = null;
  /** Calls into the guest that have not come back. */
  let inside = 0;
  /** Those of them in which the guest may be running. */
  let running = 0;
  /** The task has said how it ended. */
  let settled = false;
  /** False once a call into the guest has thrown: it may have left jobs that the next call would run on this thread. */
  let clean = true;
  let onIdle: (() => void) | null = null;
  let ended = false;

  /** `rests`: it comes back long after the guest has come to rest, as a module does that waits at its top. */
  const enter = async <Result>(call: () => Promise<Result>, rests = false): Promise<Result | undefined> => {
    inside += 1;
    if (!rests) running += 1;
    try {
      return await call();
    } catch (error) {
      clean = false;
      onThrown(error);
      return undefined;
    } finally {
      inside -= 1;
      if (!rests) running -= 1;
      if (inside === 0) onIdle?.();
      if (!ended) services.rested();
    }
  };
  const tell = (event: string, payload: string): void => {
    if (!ended) void enter(() => control.apply(undefined, [event, payload]));
  };

  const { determinism } = plan;
  const services = createHostServices(
    run,
    limits,
    send,
    tell,
    determinism === undefined
      ? null
      : { plan: determinism, resting: () => running === 0 && !settled, stuck: () => void end(leftWaiting()) },
  );
  const profiler = plan.profile === true ? startProfiler(isolate) : null;

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

  /** What was profiled; nothing of code that does not even stop when it is interrupted. */
  const endProfile = async (): Promise<string | null> => {
    if (profiler === null || isolate.isDisposed) return null;
    if (!(await idle(0))) profiler.interrupt();
    return (await idle(stopMs)) && !isolate.isDisposed ? profiler.stop() : null;
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
    const profile = await endProfile();
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
    // The engine's profilers are never freed: a process that made some is not kept.
    const retire = !stopped || services.pending() > 0 || profiler !== null;
    const profiled = profile === null ? {} : { profile };
    send({ type: 'done', run, outcome, durationMs, rss: residentBytes(), retire, ...profiled });
    onEnd();
  };

  const onThrown = (error: unknown): void => {
    if (ended) return;
    // Nobody but the engine's own memory limit disposes of an isolate before the run has ended.
    void end({ status: 'failed', error: isolate.isDisposed ? memoryError() : toWireError(error) });
  };
  const outOfTime = (): Outcome => ({
    status: 'timed_out',
    error: limitError('TimeoutError', limitMessages.time(limits.timeoutMs)),
  });
  /** Where a replay waits for what the recorded run was never answered. */
  const leftWaiting = (): Outcome => {
    if (determinism?.endsAs === 'cancelled') return cancelled;
    if (determinism?.endsAs !== 'failed') return outOfTime();
    const message = 'The recorded run ended before it was answered a request that this one waits for.';
    return { status: 'failed', error: limitError('NetworkError', message) };
  };
  const memoryError = () => limitError('MemoryLimitError', limitMessages.memory(limits.memoryMb));
  const outputError = () => limitError('OutputLimitError', limitMessages.output(limits.outputBytes));

  const calls: HostCalls = {
    call: services.call,
    block: services.block,
    settle(status, payload) {
      if (status === 'missing') missing = true;
      else if (status === 'large') void end({ status: 'failed', error: outputError() });
      else if (typeof payload === 'string') {
        settled = true;
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
      return end({ status: 'failed', error: outputError() });
    }
    return end({ status: 'completed', output: text });
  };
  const readError = (text: string) => {
    const error = JSON.parse(text) as ReturnType<typeof toWireError>;
    const exhausted = error.class === 'RangeError' && error.message === 'Array buffer allocation failed';
    return exhausted ? memoryError() : error;
  };

  const stopWatching = watch(
    isolate,
    limits,
    residentBytes(),
    services.usedCrypto,
    {
      onTime: () => void end(outOfTime()),
      onCpu: () =>
        void end({
          status: 'timed_out',
          error: limitError('CpuLimitError', limitMessages.processor(limits.cpuMs)),
        }),
      onMemory: () => void end({ status: 'failed', error: memoryError() }),
    },
    held,
  );

  const begin = async (): Promise<void> => {
    fresh.adopt(calls);
    const { kind, classic = kind === 'script' } = loaded.code;
    const { mode, context, debug = null } = plan;
    const start: StartPlan = { kind, classic, mode, context, limits, debug, ...ownClock(determinism) };
    const given = ['load', JSON.stringify(start), plan.input];
    // A debugger that stopped this thread could never be told to go on.
    if (held === undefined) control.applySync(undefined, given);
    else await enter(() => control.apply(undefined, given));
    const completion = await enter(() => loaded.evaluate(fresh.context), kind === 'esm');
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
    answer: (request, answer, at) => services.answer(request, answer, at ?? null),
    fail: (outcome) => void end(outcome),
  };
};
