import { RatchetError } from '@ratchet/contract/errors';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import { newId } from '@ratchet/store/id';
import type { NewJob } from '@ratchet/store/queries/jobs';
import type { ScheduledTask, ScheduleRow } from '@ratchet/store/queries/schedules';
import { refuseInput } from './refuse-input.ts';
import { refuseUnfit } from './runnable-task.ts';

/** Throws what keeps a schedule's task from being queued with its input. */
export function refuseJob(schedule: ScheduleRow, task: ScheduledTask | undefined, validator: SchemaValidator): void {
  if (!task || task.deletedAt)
    throw new RatchetError(
      'STATE_CONFLICT',
      `The task ${schedule.taskName} is gone. Restore it, or give the schedule another task.`,
    );
  refuseUnfit(task);
  refuseInput(task, schedule.input, validator);
}

/** The job of a tick, of which there is one however often it is made; null: one that was asked for by hand. */
export const jobOf = (schedule: ScheduleRow, taskName: string, tick: Date | null): NewJob => ({
  id: newId(),
  taskId: schedule.taskId,
  taskName,
  priority: schedule.priority,
  input: schedule.input,
  scheduledFor: null,
  maxRetries: schedule.maxRetries,
  retryBackoffMs: schedule.retryBackoffMs,
  timeoutMs: schedule.timeoutMs,
  idempotencyKey: tick === null ? null : `schedule:${schedule.id}:${tick.toISOString()}`,
  createdBy: `schedule:${schedule.name}`,
  outputs: schedule.outputs,
  scheduleId: schedule.id,
});
