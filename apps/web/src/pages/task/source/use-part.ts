import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { dropped, type Part, written } from '../drafts/draft-state.ts';
import { partText } from '../drafts/part-text.ts';
import { useTask } from '../task-context.ts';
import { carrierOf, fileInTheWay } from './carriers.ts';
import { fileContent } from './file-content.ts';

/** A part as it is saved; null while that is not known. */
export function useSavedPart(part: Part): string | null {
  const { task, entry } = useTask();
  const path = task.storageType === 'folder' ? carrierOf(task, entry, part) : null;
  const file = task.files.find((one) => one.path === path);
  const { data, isError } = useQuery({
    ...fileContent(task.id, file ?? { path: part, digest: '' }),
    enabled: file !== undefined,
    // Only the order of members is taken from it, for which the one before will do.
    placeholderData: keepPreviousData,
  });
  if (file && !data && !isError) return null;
  return partText(task, part, file && data?.encoding === 'utf8' ? data.content : null);
}

/** A part of the task as text: what is saved, or the unsaved edit of it. */
export function usePart(part: Part) {
  const { task, entry, drafts, changeDrafts, mayEdit } = useTask();
  const known = useSavedPart(part);
  const saved = known ?? '';
  const draft = drafts.items[part];
  const text = draft?.text ?? saved;
  const blockedBy = fileInTheWay(task, entry, part, drafts);
  return {
    /** Whether what is saved is known. */
    ready: known !== null,
    text,
    dirty: draft !== undefined,
    /** A file that holds the part and has unsaved edits of its own. */
    blockedBy,
    mayChange: mayEdit && blockedBy === null && known !== null,
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
