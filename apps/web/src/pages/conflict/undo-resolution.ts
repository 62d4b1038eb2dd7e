import type { Conflict } from '@ratchet/contract/entities/conflict';
import { RatchetError } from '@ratchet/contract/errors';
import { client } from '../../api/client.ts';

const about = 60_000;

/** The revision that resolving a conflict made of its task; null: what was here stayed, so that there was none. */
async function revisionOf(taskId: string, { resolvedAt }: Conflict): Promise<number | null> {
  const at = Date.parse(resolvedAt ?? '');
  const { items } = await client.tasks.history({
    id: taskId,
    limit: 20,
    filters: [
      { field: 'changeDescription', op: 'like', value: 'Conflict resolved' },
      { field: 'createdAt', op: 'gte', value: new Date(at - about).toISOString() },
      { field: 'createdAt', op: 'lte', value: new Date(at + about).toISOString() },
    ],
  });
  const near = items
    .map(({ revision, createdAt }) => ({ revision, apart: Math.abs(Date.parse(createdAt) - at) }))
    .sort((a, b) => a.apart - b.apart);
  return near[0]?.revision ?? null;
}

/**
 * Brings back what was here before a conflict was resolved, as an edit: the repository is not written, and the task's history
 * keeps both. Answers the revision that the task is at then.
 */
export async function undoResolution(conflict: Conflict): Promise<number> {
  const { taskId } = conflict;
  if (taskId === null) throw new RatchetError('STATE_CONFLICT', 'There is no task of it any more.');
  const task = await client.tasks.get({ id: taskId }).catch(() => null);
  if (!task) return (await client.tasks.restore({ id: taskId })).revision;
  const made = await revisionOf(taskId, conflict);
  if (made === null || made < 2)
    throw new RatchetError(
      'STATE_CONFLICT',
      'What was here stayed when it was resolved: there is nothing to bring back. What was upstream is shown below.',
    );
  if (task.revision !== made)
    throw new RatchetError(
      'STATE_CONFLICT',
      `The task was edited since and is at revision ${task.revision}. Choose a revision in its history instead.`,
    );
  const before = await client.tasks.rollback({
    id: taskId,
    revision: made - 1,
    expectedRevision: made,
    changeDescription: 'Undid the resolution of a conflict',
  });
  return before.revision;
}
