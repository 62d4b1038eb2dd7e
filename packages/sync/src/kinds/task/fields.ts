import type { SyncProblem } from '../../problem.ts';

export type TaskForm = 'folder' | 'pair' | 'manifest' | 'script';

/** What a task's files say. A JSON value is `unknown`; schemas are objects or booleans. */
export interface TaskFields {
  readonly form: TaskForm;
  /** null: its metadata gives none. */
  readonly uuid: string | null;
  readonly name: string;
  readonly label: string | null;
  readonly description: string | null;
  /** Semantic version; `0.0.0` with a problem where there is none that parses. */
  readonly version: string;
  readonly tags: readonly string[];
  /** Everything the metadata file (or YAML, or comment) says, unknown members included. */
  readonly metadata: Record<string, unknown>;
  readonly inputSchema: Record<string, unknown> | boolean | null;
  readonly outputSchema: Record<string, unknown> | boolean | null;
  /** Path within the tree of the file with the code. */
  readonly entry: string;
  readonly sourceCode: string;
  readonly sourceType: 'javascript' | 'typescript';
  /** Bad schema, syntax error, missing entry: loads, syncs, and does not run. Paths within the tree. */
  readonly problems: readonly SyncProblem[];
}

/** A change to typed fields. Only members that are present change; null removes where the form allows it. */
export interface TaskPatch {
  name?: string;
  label?: string | null;
  description?: string | null;
  version?: string;
  tags?: readonly string[];
  /** Members of the metadata to set; null removes one. */
  metadata?: Readonly<Record<string, unknown>>;
  inputSchema?: Record<string, unknown> | boolean | null;
  outputSchema?: Record<string, unknown> | boolean | null;
  sourceCode?: string;
}

export interface NewTask {
  name: string;
  uuid: string;
  description?: string;
  version: string;
  sourceCode: string;
  sourceType: 'javascript' | 'typescript';
  inputSchema?: Record<string, unknown> | boolean | null;
  outputSchema?: Record<string, unknown> | boolean | null;
  metadata?: Readonly<Record<string, unknown>>;
}
