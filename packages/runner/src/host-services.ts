import { randomBytes } from 'node:crypto';
import { type Arrivals, createArrivals } from './arrivals.ts';
import type { HostOperation } from './globals/realm.ts';
import { answerCrypto } from './host-crypto.ts';
import { answerUrl } from './host-url.ts';
import type { HostCalls } from './isolate.ts';
import { createLogGate } from './log-gate.ts';
import { createProgressGate } from './progress-gate.ts';
import {
  type FromRunner,
  limitMessages,
  type RunnerLimits,
  type WireAnswer,
  type WireDeterminism,
  type WireRequest,
} from './protocol.ts';
import { seededBytes } from './seeded-bytes.ts';

/** Operations of crypto.subtle at the same time. */
const mostCrypto = 64;
/** Room for the address and the headers of a request, as JSON. */
const headBytes = 1024 * 1024;

/** What the guest's side of one run may call. */
export interface HostServices extends Pick<HostCalls, 'call' | 'block'> {
  /** Hands the server's answer to whoever waits for it. `at`: as `ToRunner` says. */
  answer(request: number, answer: WireAnswer, at: number | null): void;
  /** The guest has come to rest: what waited for that goes on. */
  rested(): void;
  /** Lets go of everything: a thread that stands in a blocking fetch can only be stopped after it was answered. */
  close(): void;
  /** Sends what was held back. */
  flush(): void;
  /** Operations that go on in this process and cannot be stopped. */
  pending(): number;
  /** Whether the run has had work done outside its isolate. */
  usedCrypto(): boolean;
}

/** An answer as the guest reads it: `+` and the response, or `-` and the error. */
const answerText = (answer: WireAnswer): string =>
  answer.ok ? `+${JSON.stringify(answer.response)}` : `-${JSON.stringify(answer.error)}`;
const refuse = (name: string, message: string): WireAnswer => ({ ok: false, error: { class: name, message } });

/** Splits what `Realm.ask` sends: the id of the call, a space, the call. */
const readCall = (payload: string): { id: number; call: string } => {
  const space = payload.indexOf(' ');
  return { id: Number(payload.slice(0, space)), call: payload.slice(space + 1) };
};

/** A run with a clock of its own, and what decides when something reaches it. */
export interface OwnClock {
  readonly plan: WireDeterminism;
  /** No call into the guest is under way. */
  readonly resting: () => boolean;
  /** Nothing more can come: the recorded run ended at this point. */
  readonly stuck: () => void;
}

/** Serves the calls of one run. `tell` passes an event and its text to the guest. */
export const createHostServices = (
  run: number,
  limits: RunnerLimits,
  send: (message: FromRunner) => void,
  tell: (event: string, payload: string) => void,
  own: OwnClock | null,
): HostServices => {
  const log = createLogGate(run, limits, send);
  const progress = createProgressGate(run, send);
  /** Requests that the server has not answered, by id: blocking ones run downwards from -1, the guest's own upwards. */
  const requests = new Map<number, (answer: WireAnswer, at: number | null) => void>();
  /** Of those of the guest's own, the ones whose answers it still wants. */
  const wanted = new Set<number>();
  let lastBlocking = 0;
  let made = 0;
  let crypto = 0;
  let usedCrypto = false;
  let wakeTimer: NodeJS.Timeout | null = null;
  /** Requests that an answer was promised for and has not come. */
  const open = new Set<number>();
  const arrivals: Arrivals | null =
    own &&
    createArrivals({
      replay: own.plan.replay,
      resting: own.resting,
      unanswered: () => open.size,
      working: () => crypto,
      stuck: own.stuck,
    });
  /** Tells the guest something at a time on its own clock. */
  const tellAt = (at: number, event: string, payload: string): void => tell('at', `${at} ${event} ${payload}`);
  const random = own ? seededBytes(own.plan.seed, 'bytes') : randomBytes;

  /** Passes a request on; answers why not when there were too many, so that a flood ends here. */
  const ask = (id: number, call: string, reply: (answer: WireAnswer, at: number | null) => void): string => {
    made += 1;
    if (made > limits.requests) return limitMessages.requests(limits.requests);
    // The body was held against its limit where it was read; the rest of a request has room beside it.
    if (call.length > limits.requestBytes * 6 + headBytes) return 'The request is too large.';
    requests.set(id, reply);
    open.add(id);
    wanted.add(id);
    send({ type: 'request', run, request: id, call: JSON.parse(call) as WireRequest });
    return '';
  };
  const silently = (act: (payload: string) => void) => (payload: string) => {
    act(payload);
    return '';
  };
  const operations: Record<HostOperation, (payload: string) => string> = {
    url: answerUrl,
    log: silently(log),
    progress: silently(progress.push),
    wake: silently((ms) => {
      if (arrivals) {
        const [wait, due] = ms.split(' ').map(Number) as [number, number];
        return arrivals.alarm(due, () => tellAt(due, 'wake', ''), wait);
      }
      if (wakeTimer !== null) clearTimeout(wakeTimer);
      wakeTimer = setTimeout(() => tell('wake', ''), Number(ms));
    }),
    random: (count) => random(Math.min(65_536, Number(count))).toString('latin1'),
    request: (payload) => {
      const { id, call } = readCall(payload);
      return ask(id, call, (answer, at) => {
        const text = `${id} ${answerText(answer)}`;
        if (!arrivals) return tell('answer', text);
        return arrivals.answer(() => {
          // The guest may have given it up in the meantime.
          if (wanted.delete(id)) tellAt(at ?? 0, 'answer', text);
        }, at);
      });
    },
    abort: silently((id) => {
      wanted.delete(Number(id));
      open.delete(Number(id));
      if (requests.delete(Number(id))) send({ type: 'abort', run, request: Number(id) });
    }),
    crypto: (payload) => {
      if (crypto >= mostCrypto) return `A task may have ${mostCrypto} operations of crypto.subtle at once.`;
      const { id, call } = readCall(payload);
      crypto += 1;
      usedCrypto = true;
      answerCrypto(call)
        .then(
          (answer) => `+${answer}`,
          (error: Error) => `-${JSON.stringify({ class: error.name, message: error.message })}`,
        )
        .then((text) => {
          crypto -= 1;
          if (arrivals) arrivals.result(id, () => tell('answer', `${id} ${text}`));
          else tell('answer', `${id} ${text}`);
        });
      return '';
    },
  };
  const isOperation = (name: unknown): name is HostOperation =>
    typeof name === 'string' && Object.hasOwn(operations, name);

  return {
    call(operation, payload) {
      if (!isOperation(operation) || typeof payload !== 'string') return '';
      try {
        return operations[operation](payload);
      } catch {
        return ''; // What the sandbox's own code sends never throws here, and nothing of this process is for other code to see.
      }
    },
    block(payload) {
      return new Promise((resolve) => {
        lastBlocking -= 1;
        const refusal = ask(lastBlocking, String(payload), (answer, at) => {
          if (!own) return resolve(answerText(answer));
          return at === null ? own.stuck() : resolve(`@${at} ${answerText(answer)}`);
        });
        if (refusal !== '') resolve(answerText(refuse('RequestLimitError', refusal)));
      });
    },
    answer(request, answer, at) {
      const reply = requests.get(request);
      requests.delete(request);
      open.delete(request);
      reply?.(answer, at);
    },
    rested: () => arrivals?.pump(),
    close() {
      arrivals?.close();
      if (wakeTimer !== null) clearTimeout(wakeTimer);
      for (const reply of requests.values()) reply(refuse('NetworkError', 'The run has ended.'), 0);
      requests.clear();
    },
    flush: progress.flush,
    pending: () => crypto,
    usedCrypto: () => usedCrypto,
  };
};
