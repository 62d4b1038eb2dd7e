import type { Schedule } from '@ratchet/contract/entities/schedule';

/** What a person sets of a schedule. */
export interface ScheduleValues {
  readonly name: string;
  readonly taskId: string | null;
  readonly cron: string;
  readonly timezone: string;
  readonly input: Schedule['input'];
  readonly catchUp: Schedule['catchUp'];
  readonly overlap: Schedule['overlap'];
  readonly priority: Schedule['priority'];
  readonly maxRetries: number;
  readonly retryBackoffMs: number;
  readonly timeoutMs: number | null;
  readonly outputs: string[];
}

export const valuesOf = (schedule: Schedule): ScheduleValues => ({
  name: schedule.name,
  taskId: schedule.taskId,
  cron: schedule.cron,
  timezone: schedule.timezone,
  input: schedule.input,
  catchUp: schedule.catchUp,
  overlap: schedule.overlap,
  priority: schedule.priority,
  maxRetries: schedule.maxRetries,
  retryBackoffMs: schedule.retryBackoffMs,
  timeoutMs: schedule.timeoutMs,
  outputs: schedule.outputs,
});

export const newSchedule = (taskId: string | null, timezone: string): ScheduleValues => ({
  name: '',
  taskId,
  cron: '0 2 * * *',
  timezone,
  input: {},
  catchUp: 'last',
  overlap: 'allow',
  priority: 'normal',
  maxRetries: 0,
  retryBackoffMs: 1000,
  timeoutMs: null,
  outputs: [],
});

export const fieldNames: { readonly [K in keyof ScheduleValues]: string } = {
  name: 'Name',
  taskId: 'Task',
  cron: 'Cron expression',
  timezone: 'Time zone',
  input: 'Input',
  catchUp: 'Missed runs',
  overlap: 'Overlapping runs',
  priority: 'Priority',
  maxRetries: 'Retries',
  retryBackoffMs: 'Pause before a retry',
  timeoutMs: 'Time limit',
  outputs: 'Output destinations',
};
