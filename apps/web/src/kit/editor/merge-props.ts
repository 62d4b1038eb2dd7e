import type { GivenHunk, MergeSides } from './merge-document.ts';
import type { ServerChoice } from './merge-state.ts';
import type { EditorLanguage } from './types.ts';

/** What was decided so far. */
export interface MergeResult {
  /** null: the file is removed. */
  readonly text: string | null;
  /** Hunks without a choice; the text holds the local side of them. */
  readonly unresolved: number;
  /** For the resolution `merge`, by hunk; null: something is open, or only the text says what was decided. */
  readonly choices: Readonly<Record<string, ServerChoice>> | null;
  /** What is chosen, by hunk, as `begin` takes it; open hunks are left out. */
  readonly picked: Readonly<Record<string, string>>;
}

export interface HunkMergeProps extends MergeSides {
  /** The server's suggestion, with markers. Used with `hunks`; without either the three texts are compared here. */
  readonly suggested?: string | null | undefined;
  readonly hunks?: readonly GivenHunk[] | null | undefined;
  readonly language: EditorLanguage;
  readonly localLabel: string;
  readonly remoteLabel: string;
  /** The text decided on, as told last. Left out or empty at first: the merge begins with every hunk open. */
  readonly value?: string | null | undefined;
  /** What was chosen before, as `picked` told it: with `value`, a merge that was left goes on. Looked at once. */
  readonly begin?: Readonly<Record<string, string>> | undefined;
  /** Told at first and after each decision. null: the file is removed. */
  readonly onChange: (value: string | null, result: MergeResult) => void;
  readonly onUnresolved?: ((count: number) => void) | undefined;
}
