/**
 * Keeps at most `most` values, the ones used last, each for at most `forMs`. A value that was being loaded while something
 * was forgotten is not kept: it may be from before.
 */
export class BoundedCache<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();
  readonly #most: number;
  readonly #forMs: number;
  #forgotten = 0;

  constructor(most: number, forMs: number) {
    this.#most = most;
    this.#forMs = forMs;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.until <= Date.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  async load(key: string, read: () => Promise<V>): Promise<V> {
    const kept = this.get(key);
    if (kept !== undefined) return kept;
    const before = this.#forgotten;
    const value = await read();
    if (before === this.#forgotten) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: Date.now() + this.#forMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) return;
      this.#entries.delete(oldest);
    }
  }

  forget(which: (value: V, key: string) => boolean): void {
    this.#forgotten++;
    for (const [key, { value }] of this.#entries) if (which(value, key)) this.#entries.delete(key);
  }
}
