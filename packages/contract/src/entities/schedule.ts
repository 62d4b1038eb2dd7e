import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';
import { JobPriority } from './job.ts';

export const CatchUp = z.enum(['skip', 'last', 'all']).meta({
  id: 'CatchUp',
  description:
    'Of the ticks that were missed while no server ran: none, only the last one, or all (the newest 100, the oldest of them first)',
});
export const Overlap = z
  .enum(['allow', 'skip'])
  .meta({ id: 'Overlap', description: 'Whether a tick runs although the job of an earlier one has not ended' });

export const Schedule = z
  .object({
    id: Id,
    name: z.string(),
    taskId: Id.nullable().describe('Null: the task is gone'),
    taskName: z.string(),
    cron: z.string().describe('5 fields, or 6 with seconds first'),
    timezone: z.string().describe('IANA name'),
    input: JsonValue,
    enabled: z.boolean(),
    catchUp: CatchUp,
    overlap: Overlap,
    priority: JobPriority,
    maxRetries: z.int(),
    retryBackoffMs: z.int(),
    timeoutMs: z.int().nullable(),
    outputs: z.array(Id),
    nextRunAt: Time.nullable(),
    lastRunAt: Time.nullable().describe('The tick that was dealt with last, or when it was triggered'),
    lastJobId: Id.nullable(),
    lastError: z.string().nullable().describe('Why the last tick queued no job'),
    createdBy: z.string(),
    revision: z.int().describe('Grows with what a person changes; ticks leave it'),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Schedule', description: 'When a task is to run by itself' });
export type Schedule = z.output<typeof Schedule>;
export const SchedulePage = pageOf(Schedule, 'SchedulePage');

export const ScheduleStats = z
  .object({
    total: z.int(),
    enabled: z.int(),
    disabled: z.int(),
    dueWithinHour: z.int(),
    nextRunAt: Time.nullable(),
    failedLast: z.int().describe('Schedules whose last tick could not be queued'),
  })
  .meta({ id: 'ScheduleStats', description: 'Counts over schedules' });

export const SchedulePreview = z
  .object({
    timezone: z.string(),
    runs: z.array(
      z.object({
        at: Time,
        local: z.string().describe('The same instant on the clock of the time zone, with its offset'),
      }),
    ),
  })
  .meta({ id: 'SchedulePreview', description: 'The next ticks' });
