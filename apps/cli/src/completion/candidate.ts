/** One thing that a word may become. */
export interface Candidate {
  /** The whole word, as the program wants it: not quoted. */
  readonly value: string;
  readonly description?: string;
  /** A folder's name ends with `/` and goes on: no space follows it. */
  readonly kind: 'command' | 'option' | 'value' | 'name' | 'file' | 'folder';
}

/** Things that are known by a name or an id, and that only a server can list. */
export const nameKinds = [
  'alert',
  'api_key',
  'batch',
  'conflict',
  'credential',
  'delivery',
  'destination',
  'execution',
  'grant',
  'job',
  'project',
  'repository',
  'result',
  'schedule',
  'secret',
  'spec',
  'task',
  'template',
  'user',
  'worker',
] as const;
export type NameKind = (typeof nameKinds)[number];
