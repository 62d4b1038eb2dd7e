/** What is taken beyond the slots runs within about so long: a task that runs longer has a slot, or is not taken. */
const aheadMs = 100;
/** Of tasks that run short, per slot at most. */
const ahead = 16;
/** What was taken and has not ended after so long holds a slot, whatever was thought of it. */
const staleMs = 200;
/** How long what was fetched waits for its turn before it goes back for other nodes. */
const patienceMs = 100;
const remembered = 2000;

export type Pace = ReturnType<typeof createPace>;

export interface Turn {
  /** `ranMs`: how long it ran; null: it did not run. */
  end(ranMs: number | null): void;
}

interface Taken {
  readonly long: boolean;
  readonly since: number;
}
interface Waiting {
  readonly long: boolean;
  readonly go: (turn: Taken | null) => void;
}

/**
 * How much a node takes from the queue. Of tasks that run long, or are not known, one per slot. Of those known to run
 * short a few more, so that the next is claimed while one runs: as many as run within a tenth of a second. So a node never
 * sits for long on work that another could begin.
 */
export function createPace(slots: number, now: () => number = () => performance.now()) {
  const taken = new Set<Taken>();
  const waiting: Waiting[] = [];
  const gates: (() => void)[] = [];
  const averages = new Map<string, number>();
  /** Of all runs lately; unknown at first. */
  let average = Number.POSITIVE_INFINITY;
  let admitted = 0;
  let closed = false;

  const limit = () => slots * (1 + Math.min(ahead - 1, Math.floor(aheadMs / Math.max(average, 1))));
  const holdSlots = () => {
    let count = 0;
    const at = now();
    for (const { long, since } of taken) if (long || at - since > staleMs) count += 1;
    return count;
  };
  const mayTake = (long: boolean) =>
    holdSlots() < slots && taken.size < (long ? Math.max(limit(), slots * 2) : limit());
  const mayFetch = () => holdSlots() < slots && admitted + taken.size < limit();

  function take(long: boolean): Taken {
    const one: Taken = { long, since: now() };
    taken.add(one);
    return one;
  }

  function pump(): void {
    for (let n = 0; n < waiting.length; ) {
      const next = waiting[n] as Waiting;
      if (!mayTake(next.long)) {
        n += 1;
        continue;
      }
      waiting.splice(n, 1);
      next.go(take(next.long));
    }
    while (gates.length > 0 && mayFetch()) {
      admitted += 1;
      gates.shift()?.();
    }
  }

  function remember(key: string, ranMs: number): void {
    const before = averages.get(key);
    averages.delete(key);
    averages.set(key, before === undefined ? ranMs : before * 0.7 + ranMs * 0.3);
    for (const oldest of averages.keys()) {
      if (averages.size <= remembered) break;
      averages.delete(oldest);
    }
    average = Number.isFinite(average) ? average * 0.9 + ranMs * 0.1 : ranMs;
  }

  const runsLong = (key: string) => (averages.get(key) ?? Number.POSITIVE_INFINITY) > aheadMs;
  const turnOf = (key: string, one: Taken): Turn => ({
    end(ranMs) {
      if (!taken.delete(one)) return;
      if (ranMs !== null) remember(key, ranMs);
      pump();
    },
  });

  return {
    /** Before a worker fetches: waits until there is room. Every fetch ends with `fetched`. */
    gate(): Promise<void> | undefined {
      if (closed || (gates.length === 0 && mayFetch())) {
        admitted += 1;
        return undefined;
      }
      return new Promise((resolve) => gates.push(resolve));
    },
    fetched(): void {
      admitted = Math.max(0, admitted - 1);
      // What was fetched takes its turn first.
      setImmediate(pump);
    },
    /** A turn for work of this kind (a task's id) that need not wait for one; null: there is none now. */
    turnNow(key: string): Turn | null {
      const long = runsLong(key);
      return !closed && waiting.length === 0 && mayTake(long) ? turnOf(key, take(long)) : null;
    },
    /** The turn of work of this kind; null: there is none here now, another node should have it. */
    turn(key: string): Promise<Turn | null> {
      const long = runsLong(key);
      if (closed) return Promise.resolve(null);
      if (waiting.length === 0 && mayTake(long)) return Promise.resolve(turnOf(key, take(long)));
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(entry), 1);
          resolve(null);
        }, patienceMs);
        const entry: Waiting = {
          long,
          go(one) {
            clearTimeout(timer);
            resolve(one && turnOf(key, one));
          },
        };
        waiting.push(entry);
      });
    },
    /** Executions at once; 0: nothing more is taken. */
    setSlots(wanted: number): void {
      slots = wanted;
      pump();
    },
    /** Nobody waits any longer: gates open, turns are refused. */
    close(): void {
      closed = true;
      for (const { go } of waiting.splice(0)) go(null);
      for (const open of gates.splice(0)) open();
    },
  };
}
