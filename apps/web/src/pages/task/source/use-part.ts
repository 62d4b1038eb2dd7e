import { dropped, type Part, written } from '../drafts/draft-state.ts';
import { partText } from '../drafts/plan-save.ts';
import { useTask } from '../task-context.ts';
import { fileInTheWay } from './carriers.ts';

/** A part of the task as text: what is saved, or the unsaved edit of it. */
export function usePart(part: Part) {
  const { task, entry, drafts, changeDrafts, mayEdit } = useTask();
  const saved = partText(task, part);
  const draft = drafts.items[part];
  const text = draft?.text ?? saved;
  const blockedBy = fileInTheWay(task, entry, part, drafts);
  return {
    text,
    dirty: draft !== undefined,
    /** A file that holds the part and has unsaved edits of its own. */
    blockedBy,
    mayChange: mayEdit && blockedBy === null,
    change: (next: string) =>
      changeDrafts((all) => written(all, part, { base: saved, text: next, revision: task.revision })),
    discard: () => changeDrafts((all) => dropped(all, [part])),
  };
}

/** The value of a text; undefined where it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const printed = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
