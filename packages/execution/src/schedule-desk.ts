import type { Rights } from '@ratchet/contract/access';
import type { Job } from '@ratchet/contract/entities/job';
import type { Schedule } from '@ratchet/contract/entities/schedule';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest } from '@ratchet/contract/paging';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Database, Queryable } from '@ratchet/store/database';
import { notify } from '@ratchet/store/events';
import { newId } from '@ratchet/store/id';
import { insertJob } from '@ratchet/store/queries/jobs';
import {
  changeSchedule,
  databaseTime,
  deleteSchedule,
  insertSchedule,
  lockSchedule,
  noteTriggered,
  openJobsOf,
  pageOfSchedules,
  type ScheduleChanges,
  type ScheduledTask,
  type ScheduleRow,
  scheduleById,
  scheduleChannel,
  scheduleCounts,
  scheduledTasks,
  scheduleNamesLike,
} from '@ratchet/store/queries/schedules';
import { checkCron, cronTimes } from './cron-times.ts';
import { jobView, time } from './execution-view.ts';
import { checkDestinations } from './outputs/check-destinations.ts';
import { refuseInput } from './refuse-input.ts';
import { jobOf, refuseJob } from './scheduled-job.ts';
import { localTime } from './zone-clock.ts';

/** What a person sets of a schedule. */
export type ScheduleSettings = Pick<
  ScheduleRow,
  | 'cron'
  | 'timezone'
  | 'input'
  | 'enabled'
  | 'catchUp'
  | 'overlap'
  | 'priority'
  | 'maxRetries'
  | 'retryBackoffMs'
  | 'timeoutMs'
  | 'outputs'
> & { readonly name?: string | undefined; readonly taskId: string };

export type ScheduleEdit = { readonly [K in keyof ScheduleSettings]?: ScheduleSettings[K] | undefined };

export type ScheduleDesk = ReturnType<typeof scheduleDesk>;

const view = (row: ScheduleRow): Schedule => ({
  ...row,
  input: row.input as Schedule['input'],
  nextRunAt: time(row.nextRunAt),
  lastRunAt: time(row.lastRunAt),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** Schedules as people and programs look after them; the scheduler does what they say. */
export function scheduleDesk(database: Database, validator: SchemaValidator) {
  const { db } = database;

  const found = <T>(id: string, row: T | null): T => {
    if (!row) throw notFound('schedule', id);
    return row;
  };

  function checkRevision({ name, revision }: ScheduleRow, expected: number | undefined): void {
    if (expected === undefined || expected === revision) return;
    throw new RatchetError(
      'REVISION_MISMATCH',
      `The schedule ${name} is at revision ${revision}, not ${expected}: someone changed it. Read it again, then edit.`,
      { expectedRevision: expected, currentRevision: revision },
    );
  }

  /** A task that a schedule can be given. One that is disabled can: its ticks say so until it is enabled. */
  async function taskFor(tx: Queryable, taskId: string, input: unknown): Promise<ScheduledTask> {
    const task = (await scheduledTasks(tx, [taskId])).get(taskId);
    if (!task || task.deletedAt) throw notFound('task', taskId);
    refuseInput(task, input, validator);
    return task;
  }

  async function ticksOf(cron: string, timezone: string, count: number, from: string | undefined) {
    const times = cronTimes(cron, timezone);
    const runs: { at: string; local: string }[] = [];
    // Zones have rules from then on.
    const after = from === undefined ? await databaseTime(db) : new Date(Math.max(0, Date.parse(from)));
    for (let at = times.next(after); at; at = times.next(at)) {
      runs.push({ at: at.toISOString(), local: localTime(timezone, at.getTime()) });
      if (runs.length === count) break;
    }
    return { timezone, runs };
  }

  async function freeName(tx: Queryable, wanted: string): Promise<string> {
    const taken = await scheduleNamesLike(tx, wanted);
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted} (${n})`;
      if (!taken.has(name)) return name;
    }
  }

  /**
   * The next tick after the transaction began, so that none is lost that comes while it goes on; one that is due is still
   * to be taken. The clock may have been set back since the last tick, which is not repeated.
   */
  async function nextOf(
    tx: Queryable,
    { cron, timezone, lastRunAt, nextRunAt }: Pick<ScheduleRow, 'cron' | 'timezone' | 'lastRunAt' | 'nextRunAt'>,
  ): Promise<Date | null> {
    const at = await databaseTime(tx);
    if (nextRunAt && nextRunAt <= at) return nextRunAt;
    return cronTimes(cron, timezone).next(lastRunAt && lastRunAt > at ? lastRunAt : at);
  }

  /** Locks a schedule, changes it as `decide` says, and wakes the schedulers. */
  const change = (
    id: string,
    expectedRevision: number | undefined,
    decide: (tx: Queryable, row: ScheduleRow) => Promise<ScheduleChanges>,
  ): Promise<Schedule> =>
    database.transaction(async (tx) => {
      const row = found(id, await lockSchedule(tx, id));
      checkRevision(row, expectedRevision);
      const changed = await changeSchedule(tx, id, await decide(tx, row));
      await notify(tx, scheduleChannel, id);
      return view(changed);
    });

  async function edited(tx: Queryable, row: ScheduleRow, edit: ScheduleEdit): Promise<ScheduleChanges> {
    const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
    const next: ScheduleRow = { ...row, ...given };
    Object.assign(next, checkCron(next.cron, next.timezone));
    if (edit.taskId !== undefined || edit.input !== undefined || (next.enabled && !row.enabled)) {
      const task = await taskFor(tx, next.taskId ?? '', next.input);
      next.taskName = task.name;
    }
    if (edit.outputs !== undefined) await checkDestinations(tx, edit.outputs);
    const moved = next.cron !== row.cron || next.timezone !== row.timezone || next.enabled !== row.enabled;
    const { cron, timezone, taskName } = next;
    const nextRunAt = next.enabled ? (moved ? await nextOf(tx, next) : row.nextRunAt) : null;
    return { ...given, cron, timezone, taskName, nextRunAt, ...(moved || edit.taskId ? { lastError: null } : {}) };
  }

  return {
    /** Throws NOT_FOUND, VALIDATION_FAILED, TASK_INVALID, ALREADY_EXISTS. `taskId` is a task's id. */
    async create(settings: ScheduleSettings, createdBy: string): Promise<Schedule> {
      const { taskId, name } = settings;
      const when = checkCron(settings.cron, settings.timezone);
      return database.transaction(async (tx) => {
        const task = await taskFor(tx, taskId, settings.input);
        await checkDestinations(tx, settings.outputs);
        const id = newId();
        const row = await insertSchedule(tx, {
          ...settings,
          ...when,
          id,
          name: name ?? (await freeName(tx, `${task.name} ${when.cron}`.slice(0, 190))),
          taskName: task.name,
          nextRunAt: settings.enabled ? await nextOf(tx, { ...when, lastRunAt: null, nextRunAt: null }) : null,
          createdBy,
        });
        await notify(tx, scheduleChannel, id);
        return view(row);
      });
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      checkRevision(found(id, await scheduleById(db, id)), expected);
    },
    update: (id: string, edit: ScheduleEdit, expectedRevision?: number): Promise<Schedule> =>
      change(id, expectedRevision, (tx, row) => edited(tx, row, edit)),
    /** Runs from now on. Throws STATE_CONFLICT where the task is gone. */
    enable: (id: string): Promise<Schedule> =>
      change(id, undefined, async (tx, row) => {
        const task = (await scheduledTasks(tx, row.taskId ? [row.taskId] : [])).get(row.taskId ?? '');
        if (!task || task.deletedAt)
          throw new RatchetError(
            'STATE_CONFLICT',
            `The task ${row.taskName} is gone. Restore it, or give the schedule another task; then enable it.`,
          );
        return row.enabled ? {} : { enabled: true, lastError: null, nextRunAt: await nextOf(tx, row) };
      }),
    disable: (id: string): Promise<Schedule> =>
      change(id, undefined, async () => ({ enabled: false, nextRunAt: null })),
    async delete(id: string): Promise<void> {
      if (!(await deleteSchedule(db, id))) throw notFound('schedule', id);
    },
    /** Queues the job now. Throws what keeps the task from running, STATE_CONFLICT where its jobs may not overlap. */
    trigger: (id: string): Promise<Job> =>
      database.transaction(async (tx) => {
        const row = found(id, await lockSchedule(tx, id));
        const task = (await scheduledTasks(tx, row.taskId ? [row.taskId] : [])).get(row.taskId ?? '');
        refuseJob(row, task, validator);
        const open = row.overlap === 'skip' ? (await openJobsOf(tx, [id])).get(id) : undefined;
        if (open)
          throw new RatchetError(
            'STATE_CONFLICT',
            `The job ${open} of the schedule has not ended, and its jobs may not overlap. Wait for it or cancel it.`,
          );
        const job = await insertJob(tx, jobOf(row, task?.name ?? row.taskName, null));
        if (!job) throw new RatchetError('UNAVAILABLE', 'The job could not be stored. Try again.');
        await noteTriggered(tx, id, job.id);
        return jobView(job);
      }),
    get: async (id: string): Promise<Schedule> => view(found(id, await scheduleById(db, id))),
    async list(fields: ListFields, request: ListRequest, reader?: Rights) {
      const page = await pageOfSchedules(db, fields, request, reader);
      return { items: page.items.map(view), meta: page.meta };
    },
    async stats(reader?: Rights) {
      const { total, enabled, dueWithinHour, nextRunAt, failedLast } = await scheduleCounts(db, reader);
      return { total, enabled, disabled: total - enabled, dueWithinHour, nextRunAt: time(nextRunAt), failedLast };
    },
    /** The next ticks, whether the schedule is enabled or not. */
    async preview(id: string, count: number, from?: string) {
      const { cron, timezone } = found(id, await scheduleById(db, id));
      return ticksOf(cron, timezone, count, from);
    },
    /** The same of an expression that no schedule has yet. Throws VALIDATION_FAILED, as to make the schedule would. */
    async previewCron(cron: string, timezone: string, count: number, from?: string) {
      const checked = checkCron(cron, timezone);
      return ticksOf(checked.cron, checked.timezone, count, from);
    },
  };
}
