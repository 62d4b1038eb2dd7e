import type { Actor } from '@ratchet/contract/dispatcher';
import type { UndoResult } from '@ratchet/contract/entities/repository';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { revisionsOfRun, runById } from '@ratchet/store/queries/run-undo';
import { taskById, versionAt } from '@ratchet/store/queries/tasks';
import type * as z from 'zod';
import type { RepositoriesContext } from './context.ts';
import type { TaskEditor } from './task-editor.ts';

type Result = z.output<typeof UndoResult>;

/**
 * Takes back here what a sync run wrote, as edits: each task goes to what it was before. The base stays, so the next sync
 * does not bring the change again; a push would carry the undoing upstream. What was edited since stays as it is.
 */
export async function undoRun(
  { database }: RepositoriesContext,
  editor: TaskEditor,
  { repositoryId, runId, actor }: { repositoryId: string; runId: string; actor: Actor },
): Promise<Result> {
  const run = await runById(database.db, runId);
  if (run?.repositoryId !== repositoryId) throw notFound('run', runId);
  if (run.status === 'running')
    throw new RatchetError('STATE_CONFLICT', 'The run is still under way. Wait for its end.');
  const undone: Result['undone'] = [];
  const skipped: Result['skipped'] = [];
  for (const { taskId, first, last } of await revisionsOfRun(database.db, runId)) {
    const task = await taskById(database.db, taskId);
    if (!task) continue;
    const { name } = task;
    if (task.revision !== last) {
      skipped.push({ taskId, name, reason: `It was changed since, and is at revision ${task.revision}.` });
      continue;
    }
    const before = await versionAt(database.db, taskId, first - 1);
    const was = before && !before.deleted ? before : null;
    const options = { actor, expectedRevision: last, changeDescription: `Undid sync run ${runId}` };
    try {
      if (!was && !task.deletedAt) await editor.delete(taskId, options);
      else if (was) {
        if (task.deletedAt) await editor.restore(taskId, actor, options);
        await editor.rollback(taskId, was.revision, { ...options, expectedRevision: undefined });
      }
      const change = !was ? 'deleted' : task.deletedAt ? 'restored' : 'rolled back';
      undone.push({ taskId, name, revision: (await taskById(database.db, taskId))?.revision ?? last, change });
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      skipped.push({ taskId, name, reason: error.message });
    }
  }
  return { runId, undone, skipped };
}
