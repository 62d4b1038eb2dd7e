import type { RemoteFile } from '../../remote.ts';

const capacity = 50_000;

/**
 * What was concluded from the contents of files, by path and token. Tokens tell contents apart only within one endpoint,
 * so each endpoint needs its own. Forgets the oldest beyond 50,000.
 */
export class Verdicts {
  readonly #known = new Map<string, { token: string; verdict: string }>();

  get(file: RemoteFile): string | undefined {
    const known = this.#known.get(file.path);
    return known?.token === file.token ? known.verdict : undefined;
  }

  set(file: RemoteFile, verdict: string): void {
    this.#known.delete(file.path);
    const oldest = this.#known.size >= capacity ? this.#known.keys().next() : null;
    if (oldest && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(file.path, { token: file.token, verdict });
  }
}
