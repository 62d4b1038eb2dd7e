export type EditorLanguage = 'javascript' | 'typescript' | 'json' | 'yaml' | 'markdown' | 'text';

/** Something wrong with a text. Lines and columns count from 1. */
export interface Problem {
  readonly line: number;
  readonly column?: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

export interface Breakpoints {
  /** Lines, from 1. */
  readonly breakpoints: readonly number[];
  readonly onToggle: (line: number) => void;
  /** The line where execution stands. */
  readonly current?: number | undefined;
}

export interface CodeEditorProps {
  readonly value: string;
  /** Left out, the text cannot be edited. */
  readonly onChange?: ((value: string) => void) | undefined;
  readonly language: EditorLanguage;
  /** Names the editor to assistive technology. */
  readonly label: string;
  readonly readOnly?: boolean | undefined;
  readonly problems?: readonly Problem[] | undefined;
  /** JSON Schema of the text: completes names and values, and describes what the pointer is over. */
  readonly schema?: object | null | undefined;
  /** Asked a moment after the last edit. */
  readonly validate?: ((text: string) => Promise<readonly Problem[]>) | undefined;
  /** Control-S or Command-S. */
  readonly onSave?: (() => void) | undefined;
  readonly gutter?: Breakpoints | undefined;
  /** A CSS length, or pixels. */
  readonly minHeight?: number | string | undefined;
  readonly maxHeight?: number | string | undefined;
  readonly autoFocus?: boolean | undefined;
  /** Goes to a line when it is first shown, and anew whenever this is another value. */
  readonly reveal?: Reveal | undefined;
}

export interface Reveal {
  /** From 1; one outside the text means the nearest. */
  readonly line: number;
  /** Another number asks again for the same line. */
  readonly asked?: number;
}

export interface DiffViewProps {
  /** null: there is no such file on that side. */
  readonly before: string | null;
  readonly after: string | null;
  readonly beforeLabel: string;
  readonly afterLabel: string;
  readonly language: EditorLanguage;
  /** Left out: side by side where there is room. */
  readonly mode?: 'split' | 'unified' | undefined;
  readonly collapseUnchanged?: boolean | undefined;
  readonly maxHeight?: number | string | undefined;
}
