import { randomBytes } from 'node:crypto';
import type { HostOperation } from './globals/realm.ts';
import { answerCrypto } from './host-crypto.ts';
import { answerUrl } from './host-url.ts';
import type { HostCalls } from './isolate.ts';
import { createLogGate } from './log-gate.ts';
import { createProgressGate } from './progress-gate.ts';
import type { FromRunner, RunnerLimits, WireAnswer, WireRequest } from './protocol.ts';

/** Operations of crypto.subtle at the same time. */
const mostCrypto = 64;

/** What the guest's side of one run may call. */
export interface HostServices extends Pick<HostCalls, 'call' | 'block'> {
  /** Hands the server's answer to whoever waits for it. */
  answer(request: number, answer: WireAnswer): void;
  /** Lets go of everything: a thread that stands in a blocking fetch can only be stopped after it was answered. */
  close(): void;
  /** Sends what was held back. */
  flush(): void;
  /** Operations that go on in this process and cannot be stopped. */
  pending(): number;
}

/** An answer as the guest reads it: `+` and the response, or `-` and the error. */
const answerText = (answer: WireAnswer): string =>
  answer.ok ? `+${JSON.stringify(answer.response)}` : `-${JSON.stringify(answer.error)}`;
const refuse = (message: string): WireAnswer => ({ ok: false, error: { class: 'NetworkError', message } });

/** Splits what `Realm.ask` sends: the id of the call, a space, the call. */
const readCall = (payload: string): { id: number; call: string } => {
  const space = payload.indexOf(' ');
  return { id: Number(payload.slice(0, space)), call: payload.slice(space + 1) };
};

/** Serves the calls of one run. `tell` passes an event and its text to the guest. */
export const createHostServices = (
  run: number,
  limits: RunnerLimits,
  send: (message: FromRunner) => void,
  tell: (event: string, payload: string) => void,
): HostServices => {
  const log = createLogGate(run, limits, send);
  const progress = createProgressGate(run, send);
  /** Requests that the server has not answered, by id: blocking ones run downwards from -1, the guest's own upwards. */
  const requests = new Map<number, (answer: WireAnswer) => void>();
  let lastBlocking = 0;
  let made = 0;
  let crypto = 0;
  let wakeTimer: NodeJS.Timeout | null = null;

  /** Passes a request on; answers why not when there were too many, so that a flood ends here. */
  const ask = (id: number, call: string, reply: (answer: WireAnswer) => void): string => {
    made += 1;
    if (made > limits.requests) return `A task may make ${limits.requests} requests in one execution.`;
    requests.set(id, reply);
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
      if (wakeTimer !== null) clearTimeout(wakeTimer);
      wakeTimer = setTimeout(() => tell('wake', ''), Number(ms));
    }),
    random: (count) => randomBytes(Math.min(65_536, Number(count))).toString('latin1'),
    request: (payload) => {
      const { id, call } = readCall(payload);
      return ask(id, call, (answer) => tell('answer', `${id} ${answerText(answer)}`));
    },
    abort: silently((id) => {
      if (requests.delete(Number(id))) send({ type: 'abort', run, request: Number(id) });
    }),
    crypto: (payload) => {
      if (crypto >= mostCrypto) return `A task may have ${mostCrypto} operations of crypto.subtle at once.`;
      const { id, call } = readCall(payload);
      crypto += 1;
      answerCrypto(call)
        .then(
          (answer) => `+${answer}`,
          (error: Error) => `-${JSON.stringify({ class: error.name, message: error.message })}`,
        )
        .then((text) => {
          crypto -= 1;
          tell('answer', `${id} ${text}`);
        });
      return '';
    },
  };
  const isOperation = (name: unknown): name is HostOperation =>
    typeof name === 'string' && Object.hasOwn(operations, name);

  return {
    call(operation, payload) {
      return isOperation(operation) && typeof payload === 'string' ? operations[operation](payload) : '';
    },
    block(payload) {
      return new Promise((resolve) => {
        lastBlocking -= 1;
        const refusal = ask(lastBlocking, String(payload), (answer) => resolve(answerText(answer)));
        if (refusal !== '') resolve(answerText(refuse(refusal)));
      });
    },
    answer(request, answer) {
      const reply = requests.get(request);
      requests.delete(request);
      reply?.(answer);
    },
    close() {
      if (wakeTimer !== null) clearTimeout(wakeTimer);
      for (const reply of requests.values()) reply(refuse('The run has ended.'));
      requests.clear();
    },
    flush: progress.flush,
    pending: () => crypto,
  };
};
