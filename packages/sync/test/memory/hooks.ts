/** The process ends here: nothing after it happens. */
export class Crash extends Error {}

/**
 * Stands before and after every call of the parts in memory: it counts them, and at one of them lets the process end, or
 * lets someone else do something.
 */
export class Hooks {
  calls = 0;
  #at = -1;
  #act: (() => void | Promise<void>) | null = null;

  /** At the n-th point from now on. */
  at(n: number, act: () => void | Promise<void>): void {
    this.calls = 0;
    this.#at = n;
    this.#act = act;
  }

  async point(): Promise<void> {
    if (this.calls++ !== this.#at) return;
    const act = this.#act;
    this.#act = null;
    await act?.();
  }

  /** A call with a point before it and one after it, as a process may end before and after it. */
  async around<T>(work: () => T | Promise<T>): Promise<T> {
    await this.point();
    const result = await work();
    await this.point();
    return result;
  }
}
