import type { Conflict } from '@ratchet/contract/entities/conflict';

export type ConflictFile = Conflict['files'][number];

export const localLabel = 'Here';
export const remoteLabel = 'Upstream';

/** What happened, and what there is to decide. */
export const explained: Readonly<Record<Conflict['conflictType'], string>> = {
  both_modified:
    'It was changed here and upstream since the two were last in step. What fits together is merged already; the rest is yours to decide.',
  local_deleted: 'It was deleted here and changed upstream. Decide whether it stays, and with which text.',
  remote_deleted: 'It was changed here and deleted upstream. Decide whether it stays, and with which text.',
  no_base: 'Both sides have something at this path, and they were never in step. Decide which parts of each hold.',
  name_clash: 'Another task has its name. Give one of the two another name in its metadata, or take one side.',
};

export const resolutionNames: Readonly<Record<string, string>> = {
  take_local: 'kept what was here',
  take_remote: 'took what was upstream',
  merge: 'merged both, place by place',
  manual: 'wrote the files',
};

export const stateNames: Readonly<Record<ConflictFile['state'], string>> = {
  merged: 'Merged',
  conflict: 'Conflict',
  local_only: 'Changed here',
  remote_only: 'Changed upstream',
  local_deleted: 'Deleted here',
  remote_deleted: 'Deleted upstream',
};

/** What happened to a file: one that went with its whole task was not merely changed on that side. */
export const stateOf = (file: ConflictFile, { conflictType }: Pick<Conflict, 'conflictType'>): string =>
  conflictType === 'local_deleted' || conflictType === 'remote_deleted'
    ? stateNames[conflictType]
    : stateNames[file.state];

/** How a file is decided. */
export type FileKind = 'settled' | 'lines' | 'values' | 'presence' | 'whole';

/** `whole`: it is not text, so that it can only be taken from one side. */
export function kindOf(file: ConflictFile): FileKind {
  if (file.hunks.length === 0) return 'settled';
  if (file.state === 'local_deleted') return file.remote === null ? 'whole' : 'presence';
  if (file.state === 'remote_deleted') return file.local === null ? 'whole' : 'presence';
  if (file.local === null || file.remote === null) return 'whole';
  return file.hunks.some(({ kind }) => kind === 'lines') ? 'lines' : 'values';
}

/** One side does not have the task at all: it stays or goes as a whole. */
export const isDeletion = ({ conflictType }: Pick<Conflict, 'conflictType'>): boolean =>
  conflictType === 'local_deleted' || conflictType === 'remote_deleted';

export const openPlaces = ({ files }: Pick<Conflict, 'files'>): number =>
  files.reduce((count, { hunks }) => count + hunks.length, 0);
