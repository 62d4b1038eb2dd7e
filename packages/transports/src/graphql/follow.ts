import type { Operation } from '@ratchet/contract/operation';
import type { Ask } from './ask.ts';

/** How often a stream asks whether whoever follows it still may. */
const recheckMs = 30_000;

/**
 * The events of a stream for one subscription. It ends when it is returned from, when the client goes away, and with an
 * error when the caller's proof is good no longer; a source that is silent keeps none of these waiting.
 */
export function follow(
  ask: Ask,
  operation: Operation,
  input: Record<string, unknown>,
  everyMs = recheckMs,
): AsyncIterableIterator<unknown> {
  const giveBack = ask.takePlace();
  const gone = new AbortController();
  const signal = ask.caller.signal ? AbortSignal.any([ask.caller.signal, gone.signal]) : gone.signal;
  const source = ask.dispatcher.stream(operation, input, { ...ask.caller, signal })[Symbol.asyncIterator]();
  const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let waiting: { end(): void; fail(error: unknown): void } | null = null;
  let failure: { error: unknown } | null = null;
  let ended = false;

  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(checks);
    ask.caller.signal?.removeEventListener('abort', end);
    gone.abort();
    giveBack();
    // The source may be waiting for an event that never comes: it hears of the end by its signal.
    void Promise.resolve(source.return?.()).catch(() => undefined);
    if (failure) waiting?.fail(failure.error);
    else waiting?.end();
  };
  const checks = setInterval(() => {
    ask.recheck().catch((error: unknown) => {
      failure = { error };
      end();
    });
  }, everyMs);
  checks.unref();
  ask.caller.signal?.addEventListener('abort', end, { once: true });

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      new Promise((resolve, reject) => {
        if (ended) return failure ? reject(failure.error) : resolve(done);
        waiting = { end: () => resolve(done), fail: reject };
        source.next().then(
          (event) => {
            waiting = null;
            // What relations loaded for one event is not what they are at the next.
            ask.loaders.clear();
            if (event.done) end();
            resolve(event.done ? done : event);
          },
          (error: unknown) => {
            waiting = null;
            end();
            reject(error);
          },
        );
      }),
    return: async () => {
      end();
      return done;
    },
  };
}
