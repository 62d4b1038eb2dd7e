import type { GuestContext, WireError } from '../protocol.ts';
import type { DeterminismPlan, Realm } from './realm.ts';

export interface StartPlan {
  readonly kind: 'module' | 'script' | 'esm';
  /** Whether the task's own file is a classic script, whose functions that are not async get the blocking fetch. */
  readonly classic: boolean;
  /** `load` looks for the entry point and does not call it. */
  readonly mode: 'call' | 'load';
  readonly context: GuestContext;
  readonly limits: Realm['limits'];
  readonly determinism?: DeterminismPlan;
  /** A debugger is attached; null: none. */
  readonly debug: { /** It stops just before the entry point is called. */ readonly pauseAtEntry: boolean } | null;
}

/**
 * What connecting a context gives the host: one function that takes an event and its text. `load` hands over the plan and
 * the input, `complete` a script's completion value or a module's exports; the rest goes to `realm.on`.
 */
export type Control = (event: string, payload: string, value?: unknown) => void;

/**
 * Finds the task's entry point, calls it and says how it ended: `ok` and the output, `error` and the error, or `missing` when
 * a script has no entry point but perhaps its completion value. The code itself calls `startHook` as its last step, so that
 * loading it and running it is one crossing.
 */
export function installEntry(realm: Realm, startHook: string): Control {
  type Entry = (input: unknown, context: object) => unknown;
  const { parse, stringify } = realm.json;
  const { freeze } = Object;
  const { eval: evaluate } = globalThis;
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
      return {
        class: 'Error',
        message: `${typeof thrown === 'symbol' ? thrown.toString() : thrown}`.slice(0, 20_000),
        stack: null,
      };
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
      ...(details === null || details.length > 10_000 ? {} : { details }),
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
      throw {
        name: 'OutputError',
        message: `The output cannot be written as JSON: ${message}`,
        stack: describe(error).stack,
      };
    }
    return json ?? 'null';
  };

  const property = (holder: unknown, name: string): unknown =>
    (typeof holder === 'object' && holder !== null) || typeof holder === 'function'
      ? Reflect.get(holder, name)
      : undefined;
  const isEntry = (value: unknown): value is Entry => typeof value === 'function';
  const freshModule = { exports: {} as unknown };

  const fromExports = (exports: unknown): Entry | null => {
    const base = property(exports, 'default');
    return [base, property(base, 'main'), property(exports, 'main'), exports].find(isEntry) ?? null;
  };
  const fromGlobals = (): Entry | null => {
    const global = Reflect.get(globalThis, 'main') ?? evaluate('typeof main === "function" ? main : undefined');
    return isEntry(global) ? global : fromExports(property(Reflect.get(globalThis, 'module'), 'exports'));
  };

  let progressed = -1;
  const makeContext = (plan: GuestContext): object => {
    let made: ReturnType<Realm['createSignal']> | null = null;
    let cancelled = false;
    realm.on.cancel = () => {
      cancelled = true;
      made?.abort();
    };
    const line = (level: string) => (message: unknown, data?: unknown) => {
      const shown = realm.inspect(message).slice(0, realm.limits.logLineBytes + 1);
      const json = data === undefined ? undefined : text(() => stringify(data));
      const fits = typeof json === 'string' && json.length <= realm.limits.logLineBytes;
      const kept =
        data === undefined ? {} : fits ? { data: json } : { data: stringify(realm.inspect(data).slice(0, 1000)) };
      realm.host('log', stringify({ level, message: shown, ...kept }) as string);
    };
    const { secrets, ...plain } = plan;
    return freeze({
      ...plain,
      secrets: freeze(secrets),
      get signal() {
        if (made === null) {
          made = realm.createSignal();
          if (cancelled) made.abort();
        }
        return made.signal;
      },
      log: freeze(
        Object.assign(line('info'), {
          debug: line('debug'),
          info: line('info'),
          warn: line('warn'),
          error: line('error'),
        }),
      ),
      progress: (value: unknown, message?: unknown) => {
        const number = Number(value);
        if (!Number.isFinite(number)) throw new TypeError('progress takes a number.');
        if (number === progressed && message === undefined) return;
        progressed = number;
        const note = message === undefined ? null : `${message}`.slice(0, 1000);
        realm.host('progress', stringify({ progress: number, message: note }) as string);
      },
    });
  };

  let plan: StartPlan | null = null;
  let input = 'null';
  let started = false;

  const call = async (entry: Entry, given: StartPlan): Promise<void> => {
    try {
      realm.blocking = given.classic && tag.call(entry) !== '[object AsyncFunction]';
      const result = entry(parse(input), makeContext(given.context));
      const waits = (typeof result === 'object' && result !== null) || typeof result === 'function';
      const output = write(waits ? await result : result);
      // What is too large does not cross.
      if (output.length > realm.limits.outputBytes) realm.settle('large', '');
      else realm.settle('ok', output);
    } catch (error) {
      realm.settle('error', failure(error));
    }
  };
  /**
   * The same under a debugger, which stops at what nobody catches: it must not find a handler of ours before the task's
   * error was thrown. A `finally` does not count as one, and by then it was thrown. The names `open` and `entry` are known to
   * whoever drives the debugger.
   */
  const callDebugged = (entry: Entry, given: StartPlan): void => {
    const report = (error: unknown): void => realm.settle('error', failure(error));
    const open = async (): Promise<void> => {
      let fine = false;
      try {
        realm.blocking = given.kind === 'script' && tag.call(entry) !== '[object AsyncFunction]';
        const value = parse(input);
        const context = makeContext(given.context);
        // biome-ignore lint/suspicious/noDebugger: here a debugger that wants to stop at the entry finds it, as `entry`
        if (given.debug?.pauseAtEntry) debugger;
        const result = entry(value, context);
        const waits = (typeof result === 'object' && result !== null) || typeof result === 'function';
        realm.settle('ok', write(waits ? await result : result));
        fine = true;
      } finally {
        if (!fine) void Promise.resolve().then(() => opened.catch(report));
      }
    };
    const opened = open();
  };
  const start = (entry: Entry | null): void => {
    if (plan === null || started) return;
    if (entry === null) realm.settle('missing', '');
    else {
      started = true;
      if (plan.mode === 'load') realm.settle('ok', 'null');
      else if (plan.debug === null) void call(entry, plan);
      else callDebugged(entry, plan);
    }
  };

  for (const [name, value] of [
    ['module', freshModule],
    ['exports', freshModule.exports],
  ] as const) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  Object.defineProperty(globalThis, startHook, {
    configurable: true,
    value: (...exports: unknown[]) => {
      Reflect.deleteProperty(globalThis, startHook);
      start(exports.length > 0 ? fromExports(exports[0]) : fromGlobals());
      return {};
    },
  });

  return (event, payload, value) => {
    if (event === 'load') {
      plan = parse(payload) as StartPlan;
      input = value as string;
      Object.assign(realm.limits, plan.limits);
      if (plan.determinism !== undefined) realm.determine(plan.determinism);
      realm.startedAt = plan.determinism?.clock ?? realm.now();
    } else if (event === 'complete') start(fromExports(value));
    else realm.on[event]?.(payload);
  };
}
