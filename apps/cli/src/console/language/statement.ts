/** One piece of a word: text as it stands, or a variable. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** `${ENV:NAME}`: of the environment, not of the console. */
      readonly fromEnvironment: boolean;
      /** Members to go down to, as in `${LAST.items.0.id}`. */
      readonly path: readonly string[];
      /** `:-` gives another value where there is none, `:+` where there is one. */
      readonly otherwise: { readonly when: 'missing' | 'present'; readonly parts: readonly Part[] } | null;
      readonly quoted: boolean;
    };

/** Text that is one argument, whatever its variables hold. */
export type Word = readonly Part[];

/** One command of a line or a script. */
export interface Statement {
  readonly words: readonly Word[];
  /** Where it begins, from 1. */
  readonly line: number;
}

/** Text that cannot be read as commands. */
export class SyntaxFault extends Error {
  /** From 1. */
  readonly line: number;
  /** Whether more text could make it whole: a quote is still open, or the last line goes on. */
  readonly unfinished: boolean;
  constructor(message: string, line: number, unfinished = false) {
    super(message);
    this.name = 'SyntaxFault';
    this.line = line;
    this.unfinished = unfinished;
  }
}
