import type { Progress } from '@ratchet/contract/dispatcher';
import type { PushResult } from '@ratchet/contract/entities/sync';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useLongAction } from '../parts/use-long-action.ts';

type Modified = OutputOf<'tasks', 'modified'>['items'][number];

interface Push {
  readonly tasks: readonly Modified[];
  /** These are all that wait: they go out together. */
  readonly all: boolean;
  readonly message: string;
}

/** Pushes all that waits of a repository in one go, or some tasks one after the other, each with a commit of its own. */
export function usePush(repositoryId: string, onDone: (results: PushResult[]) => void) {
  const act = async ({ tasks, all, message }: Push, onProgress: (progress: Progress) => void) => {
    const said = message.trim() === '' ? {} : { message: message.trim() };
    if (all) return client.repositories.push({ id: repositoryId, ...said }, { onProgress });
    const results: PushResult[] = [];
    for (const [done, task] of tasks.entries()) {
      onProgress({ stage: task.name, done, total: tasks.length });
      results.push(await client.tasks.push({ id: task.taskId, ...said }).catch((error) => refused(task, error)));
    }
    return results;
  };
  return useLongAction({
    act,
    changes: ['repositories', 'registry', 'conflicts', 'tasks', 'pushes', 'pullRequests'],
    onDone,
    onFailed: () => true,
  });
}

/** One that fails does not keep the others from going out. */
function refused({ taskId, repositoryId, repositoryPath }: Modified, error: unknown): PushResult {
  const { code = 'INTERNAL', message = String(error) } = error as { code?: string; message?: string };
  return {
    taskId,
    repositoryId,
    repositoryPath,
    success: false,
    commitHash: null,
    pullRequestUrl: null,
    error: { code, message },
  };
}
