import type { PushPolicy, Repository, RepositoryType } from '@ratchet/contract/entities/repository';
import type { InputOf } from '../../../api/queries.ts';

/** A repository's settings as a form holds them: flat, and with its metadata as text. */
export interface Draft {
  readonly name: string;
  readonly uri: string;
  readonly branch: string;
  readonly subPath: string;
  readonly syncIntervalMinutes: number;
  readonly priority: number;
  readonly isWritable: boolean;
  readonly watchPatterns: readonly string[];
  readonly ignorePatterns: readonly string[];
  readonly conflictPolicy: Repository['conflictPolicy'];
  /** Stands for `pushOnChange` and for `autoPush` of the policy, which mean the same. */
  readonly pushOnChange: boolean;
  readonly branchStrategy: PushPolicy['branchStrategy'];
  readonly conflictStrategy: PushPolicy['conflictStrategy'];
  readonly batchChanges: boolean;
  readonly maxBatchSize: number;
  readonly requireApproval: boolean;
  readonly commitTemplate: string;
  readonly prTemplate: string;
  readonly metadata: string;
}
export type DraftKey = keyof Draft;
export type DraftErrors = Partial<Record<DraftKey, string>>;

export const labels: Readonly<Record<DraftKey, string>> = {
  name: 'Name',
  uri: 'Address',
  branch: 'Branch',
  subPath: 'Folder within it',
  syncIntervalMinutes: 'Minutes between syncs',
  priority: 'Priority',
  isWritable: 'Takes changes from here',
  watchPatterns: 'Watch patterns',
  ignorePatterns: 'Ignore patterns',
  conflictPolicy: 'Conflicts',
  pushOnChange: 'Push every edit by itself',
  branchStrategy: 'Where a push goes',
  conflictStrategy: 'When the branch does not take a push',
  batchChanges: 'Many tasks in one commit',
  maxBatchSize: 'Tasks in one commit, at most',
  requireApproval: 'A push waits for approval',
  commitTemplate: 'Commit message',
  prTemplate: 'Text of a pull request',
  metadata: 'Metadata',
};

/** What a new repository has where nothing else is said. */
export const newDraft: Draft = {
  name: '',
  uri: '',
  branch: '',
  subPath: '',
  syncIntervalMinutes: 5,
  priority: 0,
  isWritable: true,
  watchPatterns: [],
  ignorePatterns: [],
  conflictPolicy: 'manual',
  pushOnChange: false,
  branchStrategy: 'direct',
  conflictStrategy: 'merge',
  batchChanges: true,
  maxBatchSize: 50,
  requireApproval: false,
  commitTemplate: '',
  prTemplate: '',
  metadata: '{}',
};

export function draftOf(repository: Repository): Draft {
  const { pushPolicy: policy } = repository;
  return {
    name: repository.name,
    uri: repository.uri,
    branch: repository.branch ?? '',
    subPath: repository.subPath ?? '',
    syncIntervalMinutes: repository.syncIntervalMinutes,
    priority: repository.priority,
    isWritable: repository.isWritable,
    watchPatterns: repository.watchPatterns,
    ignorePatterns: repository.ignorePatterns,
    conflictPolicy: repository.conflictPolicy,
    pushOnChange: repository.pushOnChange || policy.autoPush,
    branchStrategy: policy.branchStrategy,
    conflictStrategy: policy.conflictStrategy,
    batchChanges: policy.batchChanges,
    maxBatchSize: policy.maxBatchSize,
    requireApproval: policy.requireApproval,
    commitTemplate: policy.commitTemplate ?? '',
    prTemplate: policy.prTemplate ?? '',
    metadata: JSON.stringify(repository.metadata, null, 2),
  };
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text);

/** The push policy whole: a part of it would set the rest back to its defaults. */
export const policyOf = (draft: Draft): PushPolicy => ({
  branchStrategy: draft.branchStrategy,
  conflictStrategy: draft.conflictStrategy,
  batchChanges: draft.batchChanges,
  maxBatchSize: draft.maxBatchSize,
  autoPush: draft.pushOnChange,
  commitTemplate: orNull(draft.commitTemplate),
  prTemplate: orNull(draft.prTemplate),
  requireApproval: draft.requireApproval,
});

type Settings = Omit<InputOf<'repositories', 'create'>, 'repositoryType' | 'isDefault'>;

/** A draft without errors as the server takes it. */
export function settingsOf(draft: Draft): Settings {
  return {
    name: draft.name.trim(),
    uri: draft.uri.trim(),
    branch: orNull(draft.branch.trim()),
    subPath: orNull(draft.subPath.trim()),
    syncIntervalMinutes: draft.syncIntervalMinutes,
    priority: draft.priority,
    isWritable: draft.isWritable,
    watchPatterns: [...draft.watchPatterns],
    ignorePatterns: [...draft.ignorePatterns],
    conflictPolicy: draft.conflictPolicy,
    pushOnChange: draft.pushOnChange,
    pushPolicy: policyOf(draft),
    metadata: JSON.parse(draft.metadata) as Settings['metadata'],
  };
}

const policyKeys: ReadonlySet<string> = new Set([
  'branchStrategy',
  'conflictStrategy',
  'batchChanges',
  'maxBatchSize',
  'requireApproval',
  'commitTemplate',
  'prTemplate',
]);

/** Only what changed, so that what somebody else changed meanwhile stays. */
export function changesOf(draft: Draft, keys: readonly DraftKey[]): Partial<Settings> {
  const settings = settingsOf(draft) as Record<string, unknown>;
  const names = new Set<string>(keys.map((key) => (policyKeys.has(key) ? 'pushPolicy' : key)));
  if (names.has('pushOnChange')) names.add('pushPolicy');
  return Object.fromEntries([...names].map((name) => [name, settings[name]])) as Partial<Settings>;
}

const keysOf = (draft: Draft): DraftKey[] => Object.keys(draft) as DraftKey[];
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const changedKeys = (before: Draft, after: Draft): DraftKey[] =>
  keysOf(after).filter((key) => !same(before[key], after[key]));

export interface Rebased {
  /** What was edited, on top of what the settings are now. */
  readonly draft: Draft;
  /** What both changed, and not to the same. The draft holds what was edited here. */
  readonly clashes: readonly DraftKey[];
  /** What somebody else alone changed: taken over. */
  readonly taken: readonly DraftKey[];
}

/** Brings an edit that began at `base` on top of what the settings are now. */
export function rebase(base: Draft, mine: Draft, theirs: Draft): Rebased {
  const edited = new Set(changedKeys(base, mine));
  const moved = changedKeys(base, theirs);
  const clashes = moved.filter((key) => edited.has(key) && !same(mine[key], theirs[key]));
  const taken = moved.filter((key) => !edited.has(key));
  const draft = { ...theirs, ...Object.fromEntries([...edited].map((key) => [key, mine[key]])) } as Draft;
  return { draft, clashes, taken };
}

export const textOf = (value: Draft[DraftKey]): string =>
  Array.isArray(value) ? value.join('\n') : typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);

const addressHelp: Readonly<Record<RepositoryType, string>> = {
  git: 'Write the address of the repository, such as https://git.example.org/team/tasks.git',
  filesystem: 'Write the absolute path of a folder on the server, such as /srv/tasks',
  http: 'Write the address of the registry, such as https://registry.example.org/tasks',
  zip: 'Write the absolute path of an archive on the server, such as /srv/tasks.zip',
};

/** What is wrong before the server is asked. */
export function errorsOf(draft: Draft, type: RepositoryType): DraftErrors {
  const errors: DraftErrors = {};
  const uri = draft.uri.trim();
  if (draft.name.trim() === '') errors.name = 'Give it a name';
  else if (draft.name.trim().length > 200) errors.name = 'At most 200 characters';
  if (uri === '') errors.uri = addressHelp[type];
  else if ((type === 'filesystem' || type === 'zip') && !/^(\/|[A-Za-z]:[\\/])/.test(uri))
    errors.uri = addressHelp[type];
  else if (type === 'http' && !/^https?:\/\//i.test(uri)) errors.uri = addressHelp[type];
  if (!within(draft.syncIntervalMinutes, 0, 525_600)) errors.syncIntervalMinutes = 'From 0 to 525,600 minutes';
  if (!within(draft.priority, -1000, 1000)) errors.priority = 'From -1,000 to 1,000';
  if (!within(draft.maxBatchSize, 1, 10_000)) errors.maxBatchSize = 'From 1 to 10,000';
  const wrong = metadataProblem(draft.metadata);
  if (wrong) errors.metadata = wrong;
  return errors;
}

const within = (value: number, least: number, most: number): boolean =>
  Number.isFinite(value) && value >= least && value <= most;

function metadataProblem(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'Write a JSON object';
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
