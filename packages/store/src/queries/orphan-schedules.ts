import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';

/** Disables the schedules of these tasks, which are deleted, and says why. Without ids: of every deleted task. */
export async function disableOrphans(tx: Queryable, taskIds?: readonly string[]): Promise<void> {
  if (taskIds?.length === 0) return;
  const among = taskIds ? sql`and s.task_id = any(${sql.param(taskIds)}::uuid[])` : sql``;
  await tx.execute(sql`
    update ratchet.schedules s
    set enabled = false, next_run_at = null, revision = s.revision + 1, updated_at = now(),
        last_error = 'The task ' || s.task_name || ' was deleted, so its schedule was disabled. Restore the task, or give the schedule another one; then enable it.'
    where s.enabled ${among} and not exists (select from ratchet.tasks t where t.id = s.task_id and t.deleted_at is null)`);
}
