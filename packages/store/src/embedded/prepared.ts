import { eachMessage, parseComplete } from './protocol.ts';

const parse = 'P'.charCodeAt(0);
const preparesNone = 0;

/** What of a batch reaches the database, and what the client hears before the database's own answer. */
export interface Spared {
  readonly batch: Buffer;
  readonly before: Buffer | null;
  /** To be told of the answer. */
  answered(answer: Buffer): void;
}

/**
 * The prepared statements of the one session. Each client believes that names are its own: one that prepares what another
 * has prepared under the same name is told that it is done.
 */
export class PreparedStatements {
  readonly #made = new Map<string, Buffer>();

  /** `batch`: whole messages of one client, whose turn it is. A statement is prepared by a batch's first message, as pg does. */
  spare(batch: Buffer): Spared {
    const unchanged = { batch, before: null, answered: () => {} };
    if (batch[0] !== parse || batch[5] === preparesNone || batch[5] === undefined) return unchanged;
    const size = 1 + batch.readInt32BE(1);
    const statement = batch.subarray(0, size);
    const name = statement.toString('utf8', 5, statement.indexOf(0, 5));
    if (this.#made.get(name)?.equals(statement))
      return { batch: batch.subarray(size), before: parseComplete, answered: () => {} };
    return {
      batch,
      before: null,
      answered: (answer) =>
        eachMessage(answer, (type) => {
          if (type === '1') this.#made.set(name, Buffer.from(statement));
        }),
    };
  }
}
