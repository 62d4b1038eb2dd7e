import type { GuestContext, WireError } from '../protocol.ts';
import type { Realm } from './realm.ts';

export interface StartPlan {
  readonly kind: 'module' | 'script' | 'esm';
  /** `load` looks for the entry point and does not call it. */
  readonly mode: 'call' | 'load';
  readonly context: GuestContext;
  readonly limits: Realm['limits'];
}

/** What connecting a context gives the host: one function that takes an event and its text. */
export type Control = (event: string, payload: string, input?: string, completion?: unknown) => string | undefined;

/**
 * Finds the task's entry point, calls it and says how it ended. Answers the function that the host drives the context with.
 *
 * `realm.settle` tells the end of an asynchronous run; a run that ends at once is answered with `+` and its output, or `-` and its
 * error, so that it costs one crossing.
 */
export function installEntry(realm: Realm): Control {
  type Entry = (input: unknown, context: object) => unknown;
  const { parse, stringify } = realm.json;
  const { freeze } = Object;
  const evaluate = globalThis.eval;
  const tag = Object.prototype.toString;

  const text = (read: () => unknown): string | null => {
    try {
      const value = read();
      return typeof value === 'string' ? value.slice(0, 20_000) : null;
    } catch {
      return null; // A getter of the task's own error threw; the error is reported without that part.
    }
  };
  const describe = (thrown: unknown): WireError => {
    if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) {
      return { class: 'Error', message: `${typeof thrown === 'symbol' ? thrown.toString() : thrown}`.slice(0, 20_000), stack: null };
    }
    const field = (name: string): string | null => text(() => Reflect.get(thrown, name));
    const made = text(() => (Reflect.get(thrown, 'constructor') as { name?: unknown }).name);
    const named = field('name') ?? made ?? 'Error';
    const message = field('message') ?? (thrown instanceof Error ? '' : realm.inspect(thrown).slice(0, 20_000));
    const details = text(() => stringify(Reflect.get(thrown, 'details')));
    return {
      class: named === '' ? 'Error' : named.slice(0, 200),
      message,
      stack: field('stack'),
      ...(details === null || details.length > 10_000 ? {} : { details: parse(details) }),
    };
  };
  const failure = (error: unknown): string => stringify(describe(error)) as string;

  /** Turns a result into the text of the output, or throws what keeps it from being one. */
  const write = (result: unknown): string => {
    let json: string | undefined;
    try {
      json = stringify(result);
    } catch (error) {
      const { message } = describe(error);
      throw { name: 'OutputError', message: `The output cannot be written as JSON: ${message}`, stack: describe(error).stack };
    }
    if (json === undefined) return 'null';
    if (json.length > realm.limits.outputBytes) {
      throw { name: 'OutputLimitError', message: `The output is larger than ${realm.limits.outputBytes} bytes.` };
    }
    return json;
  };

  const property = (holder: unknown, name: string): unknown =>
    (typeof holder === 'object' && holder !== null) || typeof holder === 'function' ? Reflect.get(holder, name) : undefined;
  const isEntry = (value: unknown): value is Entry => typeof value === 'function';
  const freshModule = { exports: {} as unknown };

  const findEntry = (kind: StartPlan['kind'], completion: unknown): Entry | null => {
    const fromExports = (exports: unknown): Entry | null => {
      const base = property(exports, 'default');
      const found = [base, property(base, 'main'), property(exports, 'main'), exports].find(isEntry);
      return found ?? null;
    };
    if (kind !== 'script') return fromExports(completion);
    const global = Reflect.get(globalThis, 'main') ?? evaluate('typeof main === "function" ? main : undefined');
    if (isEntry(global)) return global;
    const fromModule = fromExports(property(Reflect.get(globalThis, 'module'), 'exports'));
    return fromModule ?? (isEntry(completion) ? completion : null);
  };

  let progressed = -1;
  const makeContext = (plan: GuestContext): { context: object; abort: () => void } => {
    const { signal, abort } = realm.createSignal();
    const line = (level: string) => (message: unknown, data?: unknown) => {
      const shown = realm.inspect(message).slice(0, realm.limits.logLineBytes + 1);
      const json = data === undefined ? undefined : text(() => stringify(data));
      const fits = typeof json === 'string' && json.length <= realm.limits.logLineBytes;
      const kept = data === undefined ? {} : fits ? { data: json } : { data: stringify(realm.inspect(data).slice(0, 1000)) };
      realm.host('log', stringify({ level, message: shown, ...kept }) as string);
    };
    const { secrets, ...plain } = plan;
    const context = freeze({
      ...plain,
      secrets: freeze(secrets),
      signal,
      log: freeze({ debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }),
      progress: (value: unknown, message?: unknown) => {
        const number = Number(value);
        if (!Number.isFinite(number)) throw new TypeError('progress takes a number.');
        if (number === progressed && message === undefined) return;
        progressed = number;
        const note = message === undefined ? null : `${message}`.slice(0, 1000);
        realm.host('progress', stringify({ progress: number, message: note }) as string);
      },
    });
    return { context, abort };
  };

  const start = (plan: StartPlan, input: string, completion: unknown): string | undefined => {
    Object.assign(realm.limits, plan.limits);
    realm.startedAt = Date.now();
    const entry = findEntry(plan.kind, completion);
    if (entry === null) {
      throw realm.makeError(
        'ConfigurationError',
        'The code has no entry point. Export a default function or main, define a global function main, or let the script be a function.',
      );
    }
    if (plan.mode === 'load') return '+null';
    const asynchronous = plan.kind !== 'script' || tag.call(entry) === '[object AsyncFunction]';
    if (Reflect.get(globalThis, 'fetch') === realm.fetch) realm.define('fetch', asynchronous ? realm.fetch : realm.blockingFetch);
    const { context, abort } = makeContext(plan.context);
    realm.on.cancel = abort;
    const result = entry(parse(input), context);
    const waits = ((typeof result === 'object' && result !== null) || typeof result === 'function') && isEntry(property(result, 'then'));
    if (!waits) return `+${write(result)}`;
    void (async () => {
      try {
        realm.settle('ok', write(await result));
      } catch (error) {
        realm.settle('error', failure(error));
      }
    })();
    return undefined;
  };

  realm.define('module', freshModule);
  realm.define('exports', freshModule.exports);

  return (event, payload, input, completion) => {
    if (event !== 'start') {
      realm.on[event]?.(payload);
      return undefined;
    }
    try {
      return start(parse(payload) as StartPlan, input as string, completion);
    } catch (error) {
      return `-${failure(error)}`;
    }
  };
}
