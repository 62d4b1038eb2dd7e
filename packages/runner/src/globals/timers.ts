import type { Realm } from './realm.ts';

/**
 * setTimeout, setInterval, setImmediate and queueMicrotask. The guest keeps its own timers; the host only knows when to wake
 * it next, so that no number of timers costs the host anything.
 */
export function installTimers(realm: Realm): void {
  interface Timer {
    readonly id: number;
    readonly run: (...values: unknown[]) => void;
    readonly values: unknown[];
    /** Null: once. Otherwise the milliseconds between two calls. */
    readonly every: number | null;
    due: number;
  }
  const timers = new Map<number, Timer>();
  const most = 10_000;
  const now = (): number => realm.now();
  const { apply } = Reflect;
  let lastId = 0;
  /** When the host wakes the guest next, ms since the epoch. */
  let alarm = Number.POSITIVE_INFINITY;

  const arm = (due: number): void => {
    if (due >= alarm) return;
    alarm = due;
    const wait = Math.max(0, due - now());
    // On a clock of its own the run says when it is due there, too.
    realm.host('wake', realm.elapsed === null ? `${wait}` : `${wait} ${due - realm.startedAt}`);
  };

  const start = (run: unknown, ms: unknown, values: unknown[], repeat: boolean): number => {
    if (typeof run !== 'function') throw new TypeError('The callback of a timer must be a function.');
    if (timers.size >= most) throw new RangeError(`A task may have ${most} timers at once.`);
    const asked = Number(ms);
    const wait = asked >= 1 && asked <= 0x7fffffff ? asked : 1;
    lastId += 1;
    const timer: Timer = {
      id: lastId,
      run: run as Timer['run'],
      values,
      every: repeat ? wait : null,
      due: now() + wait,
    };
    timers.set(timer.id, timer);
    arm(timer.due);
    return timer.id;
  };
  const stop = (id: unknown): void => {
    timers.delete(Number(id));
  };

  realm.on.wake = () => {
    alarm = Number.POSITIVE_INFINITY;
    const due = [...timers.values()].filter((timer) => timer.due <= now()).sort((a, b) => a.due - b.due || a.id - b.id);
    for (const timer of due) {
      if (!timers.has(timer.id)) continue;
      if (timer.every === null) timers.delete(timer.id);
      else timer.due = now() + timer.every;
      // Microtasks of one callback run before the next callback only if the callback is a job of its own.
      void Promise.resolve().then(() => apply(timer.run, undefined, timer.values));
    }
    let next = Number.POSITIVE_INFINITY;
    for (const timer of timers.values()) next = Math.min(next, timer.due);
    if (next !== Number.POSITIVE_INFINITY) arm(next);
  };

  realm.define('setTimeout', (run: unknown, ms?: unknown, ...values: unknown[]) => start(run, ms, values, false));
  realm.define('setInterval', (run: unknown, ms?: unknown, ...values: unknown[]) => start(run, ms, values, true));
  realm.define('setImmediate', (run: unknown, ...values: unknown[]) => start(run, 0, values, false));
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) realm.define(name, stop);
  realm.define('queueMicrotask', (run: unknown) => {
    if (typeof run !== 'function') throw new TypeError('The callback of queueMicrotask must be a function.');
    void Promise.resolve().then(() => {
      run();
    });
  });
  const performance = {
    now: () => now() - realm.startedAt,
    get timeOrigin() {
      return realm.startedAt;
    },
  };
  realm.define('performance', performance);
}
