import type { Digest } from '@ratchet/sync-core/tree';
import type { Replica } from './replica.ts';

const memoryLimit = 256 * 1024 * 1024;
/** Contents read with one question. */
const loadCount = 2000;

/** Contents met during one cycle: in memory up to a bound, then in the replica, where what nothing names is collected. */
export class ByteStash {
  readonly #replica: Pick<Replica<unknown>, 'read' | 'keep'>;
  readonly #held = new Map<Digest, Uint8Array>();
  #size = 0;

  constructor(replica: Pick<Replica<unknown>, 'read' | 'keep'>) {
    this.#replica = replica;
  }

  async put(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (this.#held.has(digest)) return;
    if (this.#size + bytes.length > memoryLimit && this.#held.size > 0) await this.#spill();
    this.#held.set(digest, bytes);
    this.#size += bytes.length;
  }

  /** Reads contents ahead, all at once, as far as there is room: what is asked for next costs no question of its own. */
  async load(digests: Iterable<Digest>): Promise<void> {
    const missing = [...new Set(digests)].filter((digest) => !this.#held.has(digest));
    for (let from = 0; from < missing.length && this.#size < memoryLimit / 2; from += loadCount)
      for (const [digest, bytes] of await this.#replica.read(missing.slice(from, from + loadCount)))
        await this.put(digest, bytes);
  }

  /** Contents of all of `digests`; throws when one is nowhere, since a plan named it. */
  async get(digests: Iterable<Digest>): Promise<Map<Digest, Uint8Array>> {
    const found = new Map<Digest, Uint8Array>();
    const missing: Digest[] = [];
    for (const digest of new Set(digests)) {
      const bytes = this.#held.get(digest);
      if (bytes) found.set(digest, bytes);
      else missing.push(digest);
    }
    if (missing.length === 0) return found;
    for (const [digest, bytes] of await this.#replica.read(missing)) found.set(digest, bytes);
    const lost = missing.find((digest) => !found.has(digest));
    if (lost) throw new Error(`The content ${lost} is neither in memory nor in the store.`);
    return found;
  }

  /** Puts the contents that are still only in memory where they last. */
  async keep(digests: Iterable<Digest>): Promise<void> {
    const blobs = new Map<Digest, Uint8Array>();
    for (const digest of digests) {
      const bytes = this.#held.get(digest);
      if (bytes) blobs.set(digest, bytes);
    }
    if (blobs.size > 0) await this.#replica.keep(blobs);
  }

  async #spill(): Promise<void> {
    await this.#replica.keep(this.#held);
    this.#held.clear();
    this.#size = 0;
  }
}
