import type { Task } from '@ratchet/contract/entities/task';
import { createContext, useContext } from 'react';
import type { TaskDrafts } from './drafts/draft-state.ts';
import type { Unsavable } from './drafts/plan-save.ts';

/** What every tab of the page knows of its task. */
export interface TaskSession {
  readonly task: Task;
  /** The file that holds the code. */
  readonly entry: string;
  readonly mayEdit: boolean;
  /** Why not, where `mayEdit` is false. */
  readonly readOnlyReason: string | null;
  readonly drafts: TaskDrafts;
  readonly changeDrafts: (change: (drafts: TaskDrafts) => TaskDrafts) => void;
  readonly save: (note?: string) => void;
  readonly saving: boolean;
  /** Why the last try to save sent nothing, by draft. */
  readonly unsavable: readonly Unsavable[];
  /** Takes over what an operation of ours answered, so that our own change is not taken for somebody else's. */
  readonly adopt: (after: Task) => void;
  readonly openTab: (tab: string, state?: Readonly<Record<string, string | undefined>>) => void;
  readonly askPush: () => void;
}

export const TaskContext = createContext<TaskSession | null>(null);

export function useTask(): TaskSession {
  const session = useContext(TaskContext);
  if (!session) throw new Error('There is no task around this part of the page.');
  return session;
}
