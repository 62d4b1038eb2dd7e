import { RatchetError } from '@ratchet/contract/errors';
import { editTask } from '@ratchet/sync/kinds/task/edit-task';
import type { TaskPatch } from '@ratchet/sync/kinds/task/fields';
import type { RefusedEdit } from '@ratchet/sync/kinds/task/replace-text';
import { type Files, invalid } from './task-store.ts';

export const contentsOf = (files: Files): Map<string, Uint8Array> =>
  new Map([...files].map(([name, { bytes }]) => [name, bytes]));

/** The files of a task at a path with a patch applied. Throws VALIDATION_FAILED. */
export function patchFiles(path: string, files: Files, patch: TaskPatch): Files {
  const result = editTask(path, contentsOf(files), patch);
  if ('invalid' in result) throw invalid(result.invalid);
  const next = new Map(files);
  for (const [name, bytes] of result.files) {
    if (bytes === null) next.delete(name);
    else next.set(name, { bytes, mode: files.get(name)?.mode ?? '100644' });
  }
  return next;
}

/** Each with its path in the input, the file, how often the text was found, and the line that looks like it. */
export const refusedEdits = (refused: readonly RefusedEdit[]): RatchetError =>
  new RatchetError(
    'VALIDATION_FAILED',
    refused.map(({ at, message }) => `edits.${at}: ${message}`).join(' '),
    refused.map(({ at, path, member, message, found, nearest }) => ({
      path: `edits.${at}.${member}`,
      message,
      file: path,
      found,
      nearest,
    })),
  );
