import type { RemoteFile } from '../../remote.ts';

const capacity = 100_000;

/**
 * What was concluded from the contents of files, by path and token: equal tokens mean equal contents wherever the file
 * comes from. Forgets the oldest beyond 100,000.
 */
export class Verdicts {
  readonly #known = new Map<string, string>();

  get(file: RemoteFile): string | undefined {
    return this.#known.get(keyOf(file));
  }

  set(file: RemoteFile, verdict: string): void {
    const oldest = this.#known.size >= capacity ? this.#known.keys().next() : null;
    if (oldest && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(keyOf(file), verdict);
  }
}

const keyOf = ({ path, token }: RemoteFile): string => `${path}\0${token}`;
