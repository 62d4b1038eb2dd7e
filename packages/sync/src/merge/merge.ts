export interface MergeInput {
  readonly path: string;
  /** null: the file is new on both sides. */
  readonly base: Uint8Array | null;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** One place that both sides changed. Lines of text, or one value of a JSON or YAML file. */
export interface Hunk {
  readonly id: string;
  readonly kind: 'lines' | 'value';
  /** RFC 6901, for a value. */
  readonly pointer?: string;
  /** Line of the suggestion where it begins, from 1, for lines. */
  readonly line?: number;
  readonly base?: unknown;
  readonly local?: unknown;
  readonly remote?: unknown;
}

export type MergeOutcome =
  | { readonly clean: true; readonly bytes: Uint8Array }
  | {
      readonly clean: false;
      /** The suggestion: conflict markers in text, the local value where a JSON or YAML value is open. */
      readonly bytes: Uint8Array;
      /** The same with the remote side of everything open. */
      readonly fallback: Uint8Array;
      readonly hunks: readonly Hunk[];
    };

export type Choice = 'local' | 'remote' | 'both';
export type Choices = Readonly<Record<string, Choice>>;

export interface Merge {
  readonly outcome: MergeOutcome;
  /** The bytes with these choices; asked only when every hunk has one. */
  readonly choose: (choices: Choices) => Promise<Uint8Array> | Uint8Array;
}
