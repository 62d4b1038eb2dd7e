import { createHash } from 'node:crypto';

export interface StatementNamesOptions {
  /** How often a statement comes before it gets a name. */
  readonly after?: number;
  /** Names at most: each is a plan in every connection that has used it. */
  readonly most?: number;
  /** Statements without a name whose uses are counted. */
  readonly watched?: number;
}

/** Characters; a longer one is one of a kind. */
const longest = 20_000;

/** A search: which plan is good hangs on the pattern that is given, and a prepared plan serves any. */
const search = /\bi?like \$\d/i;

/**
 * Names for the statements that come again and again, so that a connection parses and plans each once: planning is half of
 * a short statement's cost, and more than that embedded. The thresholds are those of pgjdbc's prepareThreshold and
 * preparedStatementCacheQueries.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #uses = new Map<string, number>();
  readonly #after: number;
  readonly #most: number;
  readonly #watched: number;
  #generation = 0;

  constructor({ after = 5, most = 256, watched = 1000 }: StatementNamesOptions = {}) {
    this.#after = after;
    this.#most = most;
    this.#watched = watched;
  }

  /** Counts one use of a statement; answers its name once it has one. */
  nameOf(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#names.size >= this.#most || text.length > longest) return name;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    // Put last again: the first of the map is the one that was used longest ago.
    this.#uses.delete(text);
    if (uses < this.#after || search.test(text)) {
      this.#uses.set(text, uses);
      if (this.#uses.size > this.#watched) this.#uses.delete(this.#uses.keys().next().value as string);
      return undefined;
    }
    const given = `ratchet_${this.#generation}_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    this.#names.set(text, given);
    return given;
  }

  /** Every statement is prepared anew, under another name: tables have changed under the plans that connections hold. */
  renew(): void {
    this.#generation += 1;
    this.#names.clear();
    this.#uses.clear();
  }
}
