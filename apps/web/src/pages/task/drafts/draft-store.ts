import { useCallback, useSyncExternalStore } from 'react';
import { isDirty, noDrafts, readDrafts, type TaskDrafts } from './draft-state.ts';

/*
 * Unsaved edits outlive the page that made them: they are kept beside the pages while the application is open, and in the
 * session's storage over a reload.
 */
const all = new Map<string, TaskDrafts>();
const watchers = new Set<() => void>();
const waiting = new Map<string, ReturnType<typeof setTimeout>>();
const unkept = new Set<string>();
const pauseMs = 250;
const nameOf = (taskId: string): string => `ratchet:task-drafts:${taskId}`;

function keep(taskId: string): void {
  clearTimeout(waiting.get(taskId));
  waiting.delete(taskId);
  const drafts = all.get(taskId) ?? noDrafts;
  try {
    if (isDirty(drafts)) sessionStorage.setItem(nameOf(taskId), JSON.stringify(drafts));
    else sessionStorage.removeItem(nameOf(taskId));
    unkept.delete(taskId);
  } catch {
    // Larger than the browser lets a page keep: the edits stay as long as the page does.
    unkept.add(taskId);
  }
}

addEventListener('pagehide', () => {
  for (const taskId of [...waiting.keys()]) keep(taskId);
});

const kept = (taskId: string): TaskDrafts | null => {
  try {
    return readDrafts(sessionStorage.getItem(nameOf(taskId)));
  } catch {
    return null;
  }
};

export function draftsOf(taskId: string): TaskDrafts {
  const known = all.get(taskId);
  if (known) return known;
  const found = kept(taskId) ?? noDrafts;
  all.set(taskId, found);
  return found;
}

export function changeDrafts(taskId: string, change: (drafts: TaskDrafts) => TaskDrafts): void {
  const before = draftsOf(taskId);
  const after = change(before);
  if (after === before) return;
  all.set(taskId, after);
  if (!waiting.has(taskId))
    waiting.set(
      taskId,
      setTimeout(() => keep(taskId), pauseMs),
    );
  for (const watcher of watchers) watcher();
}

/** Whether the edits would be there after a reload. */
export const outlivesReload = (taskId: string): boolean => !unkept.has(taskId);

const watch = (changed: () => void): (() => void) => {
  watchers.add(changed);
  return () => watchers.delete(changed);
};

/** The unsaved edits of a task, and how they change. */
export function useDrafts(taskId: string): [TaskDrafts, (change: (drafts: TaskDrafts) => TaskDrafts) => void] {
  const drafts = useSyncExternalStore(watch, () => draftsOf(taskId));
  const change = useCallback((how: (drafts: TaskDrafts) => TaskDrafts) => changeDrafts(taskId, how), [taskId]);
  return [drafts, change];
}
