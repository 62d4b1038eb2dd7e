import { notFound, RatchetError } from '@ratchet/contract/errors';
import { readTaskBytes, type TaskEdit } from '@ratchet/sync/kinds/openspec/edit-tasks';
import { conflictOf, type Seen } from './spec-edit.ts';
import type { SpecFiles } from './spec-files.ts';

const list = 'tasks.md';
const empty = new Uint8Array();

/** The bytes of a change's tasks. */
export const taskBytes = (files: SpecFiles): Uint8Array => files.get(list)?.bytes ?? empty;

/**
 * Where the task is now that stood at a position when the edit was asked for: the list may have changed on disk since. One
 * that cannot be told from others any more is refused with SYNC_CONFLICT.
 */
export function positionNow({ before, now }: Pick<Seen, 'before' | 'now'>, n: number, expectedText?: string): number {
  const [was, is] = [readTaskBytes(taskBytes(before)).tasks, readTaskBytes(taskBytes(now)).tasks];
  const asked = was[n];
  if (!asked) throw notFound('task', String(n));
  if (expectedText !== undefined && asked.text !== expectedText)
    throw new RatchetError(
      'STATE_CONFLICT',
      `Task ${n} is ${JSON.stringify(asked.text)}, not ${JSON.stringify(expectedText)}. Read the change again, then edit.`,
      { text: asked.text },
    );
  const alike = (task: (typeof is)[number] | undefined) => task?.text === asked.text && task.number === asked.number;
  if (alike(is[n])) return n;
  const places = is.flatMap((task, at) => (alike(task) ? [at] : []));
  const [only] = places;
  if (only === undefined || places.length > 1) throw conflictOf(['tasks'], null);
  return only;
}

/** The files with an edit of their tasks. */
export function withTasks(files: SpecFiles, edit: TaskEdit): SpecFiles {
  if ('refused' in edit) {
    if (edit.refused === 'no_such_task') throw new RatchetError('NOT_FOUND', edit.message);
    const path = edit.refused === 'invalid_group' ? 'group' : 'text';
    throw new RatchetError('VALIDATION_FAILED', `${path}: ${edit.message}`, [{ path, message: edit.message }]);
  }
  if (!edit.bytes) return files;
  return new Map([...files, [list, { bytes: edit.bytes, mode: files.get(list)?.mode ?? '100644' }]]);
}
