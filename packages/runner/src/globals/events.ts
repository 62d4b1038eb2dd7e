import type { Realm } from './realm.ts';

/** Event, EventTarget, AbortController and AbortSignal. */
export function installEvents(realm: Realm): void {
  interface Listener {
    readonly callback: ((event: Event) => void) | { handleEvent(event: Event): void };
    readonly once: boolean;
  }

  class Event {
    readonly type: string;
    readonly cancelable: boolean;
    readonly timeStamp = Date.now();
    target: unknown = null;
    defaultPrevented = false;
    constructor(type: unknown, options: { cancelable?: boolean } = {}) {
      this.type = `${type}`;
      this.cancelable = options.cancelable === true;
    }
    preventDefault(): void {
      if (this.cancelable) this.defaultPrevented = true;
    }
  }

  class EventTarget {
    #listeners = new Map<string, Listener[]>();
    addEventListener(
      type: string,
      callback: Listener['callback'] | null,
      options: boolean | { once?: boolean } = {},
    ): void {
      if (callback === null) return;
      const held = this.#listeners.get(type) ?? [];
      if (held.some((listener) => listener.callback === callback)) return;
      this.#listeners.set(type, [...held, { callback, once: typeof options === 'object' && options.once === true }]);
    }
    removeEventListener(type: string, callback: Listener['callback'] | null): void {
      const held = this.#listeners.get(type) ?? [];
      this.#listeners.set(
        type,
        held.filter((listener) => listener.callback !== callback),
      );
    }
    dispatchEvent(event: Event): boolean {
      event.target = this;
      for (const { callback, once } of this.#listeners.get(event.type) ?? []) {
        if (once) this.removeEventListener(event.type, callback);
        // A listener that throws fails the run like any other error nobody catches, and does not stop the others.
        try {
          if (typeof callback === 'function') callback.call(this, event);
          else callback.handleEvent(event);
        } catch (error) {
          void Promise.reject(error);
        }
      }
      return !event.defaultPrevented;
    }
  }

  let permitted = false;
  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason: unknown = undefined;
    onabort: ((event: Event) => void) | null = null;
    constructor() {
      super();
      if (!permitted) throw new TypeError('Illegal constructor');
    }
    get aborted(): boolean {
      return this.#aborted;
    }
    get reason(): unknown {
      return this.#reason;
    }
    throwIfAborted(): void {
      if (this.#aborted) throw this.#reason;
    }
    static trip(signal: AbortSignal, reason: unknown): void {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason === undefined ? realm.makeError('AbortError', 'This operation was aborted') : reason;
      const event = new Event('abort');
      signal.onabort?.(event);
      signal.dispatchEvent(event);
    }
    static abort(reason?: unknown): AbortSignal {
      const signal = makeSignal();
      trip(signal, reason);
      return signal;
    }
    static timeout(ms: number): AbortSignal {
      const signal = makeSignal();
      const later = Reflect.get(globalThis, 'setTimeout') as (run: () => void, ms: number) => void;
      later(() => trip(signal, realm.makeError('TimeoutError', 'The operation was aborted due to timeout')), ms);
      return signal;
    }
    static any(signals: Iterable<AbortSignal>): AbortSignal {
      const signal = makeSignal();
      for (const source of signals) {
        if (source.aborted) trip(signal, source.reason);
        else source.addEventListener('abort', () => trip(signal, source.reason), { once: true });
      }
      return signal;
    }
  }
  const { trip } = AbortSignal;
  Reflect.deleteProperty(AbortSignal, 'trip');
  const makeSignal = (): AbortSignal => {
    permitted = true;
    try {
      return new AbortSignal();
    } finally {
      permitted = false;
    }
  };

  class AbortController {
    readonly signal = makeSignal();
    abort(reason?: unknown): void {
      trip(this.signal, reason);
    }
  }

  realm.createSignal = () => {
    const signal = makeSignal();
    return { signal, abort: (reason) => trip(signal, reason) };
  };
  realm.define('Event', Event);
  realm.define('EventTarget', EventTarget);
  realm.define('AbortSignal', AbortSignal);
  realm.define('AbortController', AbortController);
}
