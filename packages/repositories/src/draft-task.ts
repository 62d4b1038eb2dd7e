import type { TaskRow } from '@ratchet/store/queries/documents';
import { editTask } from '@ratchet/sync/kinds/task/edit-task';
import type { TaskFields, TaskPatch } from '@ratchet/sync/kinds/task/fields';
import { isIgnoredPath } from '@ratchet/sync/kinds/task/ignored';
import { projectTask } from '@ratchet/sync/kinds/task/project-task';
import { rootOf, shapeOf } from '@ratchet/sync/kinds/task/shape';
import { checkPath } from '@ratchet/sync/paths';
import type { SyncProblem } from '@ratchet/sync/problem';
import { contentsOf } from './change-files.ts';
import { documentPath, type Files, isFilePair } from './task-store.ts';

/** Edits of a task that are not stored. */
export interface TaskEdits {
  /** Files as they would be, by path within the task; null: it is gone. */
  readonly files: ReadonlyMap<string, string | null>;
  readonly patch: TaskPatch;
}

/** A task as it would be, or why it could not be saved so. */
export type DraftTask =
  | { readonly files: Files; readonly fields: TaskFields }
  | { readonly problems: readonly SyncProblem[] };

export const leavesItsForm = 'Without this change it stays a task; with it, it would not. Delete the task instead.';

/** A task with edits, by the rules that saving them goes by. Nothing is stored. */
export function draftTask(row: TaskRow, saved: Files, { files, patch }: TaskEdits): DraftTask {
  const path = documentPath(row);
  const next = new Map(saved);
  for (const [name, text] of files) {
    if (text === null) {
      next.delete(name);
      continue;
    }
    const wrong = whyNoFile(row, next, name);
    if (wrong) return refused(name, wrong);
    next.set(name, { bytes: Buffer.from(text, 'utf8'), mode: next.get(name)?.mode ?? '100644' });
  }
  const edited = editTask(path, contentsOf(next), patch);
  if ('invalid' in edited) {
    const carrier = shapeOf(path, (name) => next.has(name))?.carrier ?? row.entry;
    return { problems: edited.invalid.map((issue) => fault(carrier, said(issue))) };
  }
  for (const [name, bytes] of edited.files) {
    if (bytes === null) next.delete(name);
    else next.set(name, { bytes, mode: next.get(name)?.mode ?? '100644' });
  }
  const projected = projectTask(path, contentsOf(next));
  if ('unreadable' in projected) return { problems: [projected.unreadable] };
  const { fields } = projected;
  if (fields.form !== row.storageType || rootOf(path, next.keys()) !== rootOf(path, Object.keys(row.tree)))
    return refused([...files.keys()][0] ?? row.entry, leavesItsForm);
  return { files: next, fields };
}

/** Why a task cannot have a file at a path; null: it can. */
export function whyNoFile(row: TaskRow, files: Files, path: string): string | null {
  const wrong = checkPath(path) ?? (isIgnoredPath(path) ? 'files of this name are never synced' : null);
  if (wrong) return wrong;
  if (!files.has(path) && isFilePair(row))
    return `This task is kept in ${[...files.keys()].join(' and ')}; it has no folder for further files.`;
  const clash = [...files.keys()].find((name) => name.startsWith(`${path}/`) || path.startsWith(`${name}/`));
  return clash ? `${clash} stands there already.` : null;
}

const fault = (path: string, message: string): SyncProblem => ({
  path,
  code: 'not_savable',
  message,
  severity: 'error',
});
const refused = (path: string, message: string): DraftTask => ({ problems: [fault(path, message)] });
const said = ({ path, message }: { path: string; message: string }): string => (path ? `${path}: ${message}` : message);
