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

/** Code by key, and the isolates that hold it. An isolate is cheap to lose: the code makes it again. */
export const createCodeCache = (isolates: Isolates) => {
  const codes = new RecentlyUsed<CompiledCode>(64, () => undefined);
  const loaded = new RecentlyUsed<LoadedCode>(8, (code) => code.dispose());
  return {
    /** Null: the code is not here and was not sent. `inspected`: in an isolate of its own, with an inspector. */
    get(key: string, sent: CompiledCode | undefined, memoryMb: number, inspected = false): LoadedCode | null {
      if (sent !== undefined) codes.set(key, sent);
      if (inspected) {
        const alone = codes.get(key);
        return alone === undefined ? null : isolates.load(alone, memoryMb, true);
      }
      const place = `${memoryMb} ${key}`;
      const ready = loaded.get(place);
      if (ready !== undefined && !ready.isolate.isDisposed) return ready;
      const code = codes.get(key);
      if (code === undefined) return null;
      const made = isolates.load(code, memoryMb);
      loaded.set(place, made);
      return made;
    },
  };
};
