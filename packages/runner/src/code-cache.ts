import type { Isolates, LoadedCode } from './isolate.ts';
import type { CompiledCode } from './protocol.ts';

/** A map that forgets what was used longest ago. */
class RecentlyUsed<Value> {
  readonly #held = new Map<string, Value>();
  readonly #most: number;
  readonly #drop: (value: Value) => void;
  constructor(most: number, drop: (value: Value) => void) {
    this.#most = most;
    this.#drop = drop;
  }
  get(key: string): Value | undefined {
    const value = this.#held.get(key);
    if (value !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, value);
    }
    return value;
  }
  set(key: string, value: Value): void {
    this.#held.set(key, value);
    for (const [oldest, dropped] of this.#held) {
      if (this.#held.size <= this.#most) break;
      this.#held.delete(oldest);
      this.#drop(dropped);
    }
  }
}

/** Runs of the same code in a row after which it gets a second isolate. */
const busyAfter = 3;

/**
 * The isolates of one task's code: one, or two while it runs again and again, so that the next run's context is made in one
 * while a run goes on in the other.
 */
export class IsolatePair {
  readonly #load: () => LoadedCode;
  #held: LoadedCode[] = [];
  #runs = 0;
  constructor(load: () => LoadedCode) {
    this.#load = load;
  }
  /** An isolate in which nothing runs. */
  take(): LoadedCode {
    this.#runs += 1;
    this.#held = this.#held.filter((code) => !code.isolate.isDisposed);
    const ready = this.#held.find((code) => code.prepared) ?? this.#held[0];
    if (ready !== undefined) return ready;
    const made = this.#load();
    this.#held.push(made);
    return made;
  }
  /** Makes the next run's context ahead. `running` is the isolate that a run is going on in. */
  prepare(running: LoadedCode | null): void {
    const idle = this.#held.filter((code) => code !== running && !code.isolate.isDisposed);
    if (idle.some((code) => code.prepared)) return;
    if (idle.length === 0 && this.#runs > busyAfter) {
      idle.push(this.#load());
      this.#held.push(...idle);
    }
    idle[0]?.prepare();
  }
  /** Says that other code ran in between. */
  rest(): void {
    this.#runs = 0;
  }
  dispose(): void {
    for (const code of this.#held) code.dispose();
  }
}

/** Code by key, and the isolates that hold it. An isolate is cheap to lose: the code makes it again. */
export const createCodeCache = (isolates: Isolates) => {
  const codes = new RecentlyUsed<CompiledCode>(64, () => undefined);
  const pairs = new RecentlyUsed<IsolatePair>(8, (pair) => pair.dispose());
  let last: IsolatePair | undefined;
  return {
    /** Null: the code is not here and was not sent. */
    get(key: string, sent: CompiledCode | undefined, memoryMb: number): IsolatePair | null {
      if (sent !== undefined) codes.set(key, sent);
      const place = `${memoryMb} ${key}`;
      let pair = pairs.get(place);
      if (pair === undefined) {
        const code = codes.get(key);
        if (code === undefined) return null;
        pair = new IsolatePair(() => isolates.load(code, memoryMb));
        pairs.set(place, pair);
      }
      if (pair !== last) last?.rest();
      last = pair;
      return pair;
    },
  };
};
