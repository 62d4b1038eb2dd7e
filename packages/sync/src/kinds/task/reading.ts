/** A structured text that parses. */
export interface Reading {
  readonly value: unknown;
  /** Keys that stand more than once in one object; the last one counts. */
  readonly duplicates: readonly { readonly key: string; readonly line: number }[];
  /** The text held characters that cannot be stored: U+FFFD stands for them in `value`. */
  readonly replaced: boolean;
  /** The line of a member, from 1; of its nearest parent where it is absent. */
  lineOf(path: readonly (string | number)[]): number;
}

/** A structured text that does not parse: why, and on which line from 1. */
export interface Fault {
  readonly fault: string;
  readonly line: number;
}

export const isFault = (reading: Reading | Fault): reading is Fault => 'fault' in reading;
