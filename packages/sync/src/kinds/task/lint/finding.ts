import type { EntryFunction } from './entry-function.ts';
import type { Node } from './syntax-tree.ts';

/** Something in the code that should be looked at. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly line?: number | undefined;
}

/** One file of code, as a rule sees it. */
export interface LintedCode {
  readonly program: Node;
  /** Of the file with the entry point only. */
  readonly entry: EntryFunction | null;
  /** Names that the file declares anywhere. */
  readonly declared: ReadonlySet<string>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly inputSchema: unknown;
  /** Names of secrets that the task is granted; null: that is not known here. */
  readonly granted: ReadonlySet<string> | null;
}

export type Rule = (code: LintedCode) => Iterable<Finding>;
