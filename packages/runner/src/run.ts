import { randomBytes } from 'node:crypto';
import type { StartPlan } from './globals/entry.ts';
import type { HostOperation } from './globals/realm.ts';
import { answerCrypto } from './host-crypto.ts';
import { answerUrl } from './host-url.ts';
import type { HostCalls, LoadedCode } from './isolate.ts';
import { createLogGate } from './log-gate.ts';
import { createProgressGate } from './progress-gate.ts';
import type { FromRunner, Outcome, ToRunner, WireAnswer, WireRequest } from './protocol.ts';
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

/** Operations of crypto.subtle at the same time. */
const mostHostWork = 64;
const noEntry =
  'The code has no entry point. Export a default function or main, define a global function main, or let the script be a function.';

/** An answer as the guest reads it: `+` and the response, or `-` and the error. */
const answerText = (answer: WireAnswer): string =>
  answer.ok ? `+${JSON.stringify(answer.response)}` : `-${JSON.stringify(answer.error)}`;

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
  /** Blocking and asynchronous requests that the server has not answered, by id. */
  const requests = new Map<number, (answer: WireAnswer) => void>();
  let lastBlocking = 0;
  let made = 0;
  let hostWork = 0;
  let wakeTimer: NodeJS.Timeout | null = null;
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
    if (wakeTimer !== null) clearTimeout(wakeTimer);
    if (cancelTimer !== null) clearTimeout(cancelTimer);
    fresh.adopt(null);
    // A thread that stands in a blocking fetch can only be stopped after it was answered.
    for (const reply of requests.values()) {
      reply({ ok: false, error: { class: 'NetworkError', message: 'The run has ended.' } });
    }
    requests.clear();
    let stopped = await idle(outcome.status === 'completed' || outcome.status === 'failed' ? settleMs : 0);
    if (!stopped || !clean) {
      loaded.dispose();
      stopped = await idle(stopMs);
    }
    if (!isolate.isDisposed) {
      control.release();
      fresh.context.release();
    }
    progress.flush();
    send({ type: 'done', run, outcome, durationMs, rss: residentBytes(), retire: !stopped || hostWork > 0 });
    onEnd();
  };

  const onThrown = (error: unknown): void => {
    if (ended) return;
    const message = error instanceof Error ? error.message : '';
    if (isolate.isDisposed) void end({ status: 'failed', error: memoryError() });
    else if (message === 'Isolate is disposed')
      void end({ status: 'failed', error: limitError('RunnerCrashed', message) });
    else void end({ status: 'failed', error: toWireError(error) });
  };
  const memoryError = () =>
    limitError('MemoryLimitError', `The task used more than its ${limits.memoryMb} MB of memory.`);

  /** Passes a request on; answers why not when there were too many, so that a flood ends here. */
  const ask = (id: number, call: WireRequest, reply: (answer: WireAnswer) => void): string => {
    made += 1;
    if (made > limits.requests) return `A task may make ${limits.requests} requests in one execution.`;
    requests.set(id, reply);
    send({ type: 'request', run, request: id, call });
    return '';
  };
  const operations: Record<HostOperation, (payload: string) => string> = {
    url: answerUrl,
    log: (payload) => {
      log(payload);
      return '';
    },
    progress: (payload) => {
      progress.push(payload);
      return '';
    },
    wake: (payload) => {
      if (wakeTimer !== null) clearTimeout(wakeTimer);
      wakeTimer = setTimeout(() => tell('wake', ''), Number(payload));
      return '';
    },
    random: (payload) => randomBytes(Math.min(65_536, Number(payload))).toString('latin1'),
    request: (payload) => {
      const space = payload.indexOf(' ');
      const id = Number(payload.slice(0, space));
      return ask(id, JSON.parse(payload.slice(space + 1)) as WireRequest, (answer) =>
        tell('answer', `${id} ${answerText(answer)}`),
      );
    },
    abort: (payload) => {
      if (requests.delete(Number(payload))) send({ type: 'abort', run, request: Number(payload) });
      return '';
    },
    crypto: (payload) => {
      const space = payload.indexOf(' ');
      const id = payload.slice(0, space);
      if (hostWork >= mostHostWork) return `A task may have ${mostHostWork} operations of crypto.subtle at once.`;
      hostWork += 1;
      answerCrypto(payload.slice(space + 1))
        .then(
          (answer) => `+${answer}`,
          (error: Error) => `-${JSON.stringify({ class: error.name, message: error.message })}`,
        )
        .then((text) => {
          hostWork -= 1;
          tell('answer', `${id} ${text}`);
        });
      return '';
    },
  };
  const isOperation = (name: unknown): name is HostOperation =>
    typeof name === 'string' && Object.hasOwn(operations, name);

  const calls: HostCalls = {
    call(operation, payload) {
      return isOperation(operation) && typeof payload === 'string' ? operations[operation](payload) : '';
    },
    block(payload) {
      return new Promise((resolve) => {
        // Ids of blocking requests run downwards, those of the guest upwards: the two never meet.
        lastBlocking -= 1;
        const call = JSON.parse(String(payload)) as WireRequest;
        const refusal = ask(lastBlocking, call, (answer) => resolve(answerText(answer)));
        if (refusal !== '') resolve(answerText({ ok: false, error: { class: 'NetworkError', message: refusal } }));
      });
    },
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

  const log = createLogGate(run, limits, send);
  const progress = createProgressGate(run, send);
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
    answer(request, answer) {
      const reply = requests.get(request);
      requests.delete(request);
      reply?.(answer);
    },
    fail: (outcome) => void end(outcome),
  };
};
