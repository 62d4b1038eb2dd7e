import { RatchetError } from '@ratchet/contract/errors';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import { refuseInput } from './refuse-input.ts';
import { type RunnableTask, refuseUnfit, type TaskLoader } from './runnable-task.ts';

export type Prepare = ReturnType<typeof preparer>;

/** Checks whether a task may run with an input. */
export function preparer(load: TaskLoader, validator: SchemaValidator) {
  /** Throws what keeps this task from running with this input. */
  function check(task: RunnableTask, input: unknown): RunnableTask {
    refuseUnfit(task.row);
    refuseInput(task.row, input, validator);
    return task;
  }

  return {
    /** The task as it is now. Throws NOT_FOUND, and what `check` does. */
    fresh: async (taskId: string, input: unknown): Promise<RunnableTask> => check(await load.load(taskId), input),
    /** The same for many requests, with each task loaded once. */
    many(): (taskId: string, input: unknown) => Promise<RunnableTask> {
      const loaded = new Map<string, ReturnType<typeof outcomeOf<RunnableTask>>>();
      return async (taskId, input) => {
        const loading = loaded.get(taskId) ?? outcomeOf(() => load.load(taskId));
        loaded.set(taskId, loading);
        const task = await loading;
        if ('refused' in task) throw task.refused;
        return check(task.value, input);
      };
    },
    /** The task as it was last seen; what is stored on the strength of it must be fenced by its revision. */
    async likely(taskId: string, input: unknown): Promise<RunnableTask> {
      const known = load.remembered(taskId);
      if (known)
        try {
          return check(known, input);
        } catch {
          // It may have changed since.
        }
      return check(await load.load(taskId), input);
    },
  };
}

/** Says of a request what `work` throws for it. */
export async function outcomeOf<T>(work: () => Promise<T> | T): Promise<{ value: T } | { refused: RatchetError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof RatchetError && error.code !== 'UNAVAILABLE') return { refused: error };
    throw error;
  }
}
