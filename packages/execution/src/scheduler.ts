import { RatchetError } from '@ratchet/contract/errors';
import type { SchemaValidator } from '@ratchet/sandbox/json-schema';
import type { Database } from '@ratchet/store/database';
import { insertJobs, type NewJob } from '@ratchet/store/queries/jobs';
import {
  moveOn,
  nextDue,
  openJobsOf,
  type ScheduledTask,
  type ScheduleRow,
  scheduleChannel,
  scheduledTasks,
  type Taken,
  takeDue,
} from '@ratchet/store/queries/schedules';
import { type CronTimes, cronTimes } from './cron-times.ts';
import { jobOf, refuseJob } from './scheduled-job.ts';
import { ticksDue } from './ticks-due.ts';
import type { Log } from './worker-logger.ts';

export interface SchedulerOptions {
  readonly database: Database;
  readonly validator: SchemaValidator;
  readonly log: Log;
}

/** A notification may be lost: the clock is looked at this often anyway. */
const longestSleepMs = 1000;
/** How long others are given that hold what is due. */
const heldMs = 50;
const batch = 200;
/** Without a look for so long the ticks of that time were missed, not only late. */
const gapMs = 10_000;
/** What is a little older than the first look is only late: another server was just replaced. */
const startGraceMs = 2000;

interface Look {
  /** By the database's clock. */
  readonly at: Date;
  /** How long was worked on what it found. */
  readonly busyMs: number;
}

/**
 * Queues the jobs of schedules when their time has come, by the database's clock. Every node runs one: a tick is taken by
 * moving the schedule on, in the transaction that queues its job. Answers what stops it.
 */
export async function startScheduler({ database, validator, log }: SchedulerOptions): Promise<() => Promise<void>> {
  const { db } = database;
  const stop = new AbortController();
  let wake = () => {};
  let woken = false;
  const hear = () => {
    woken = true;
    wake();
  };
  const unlisten = await database.listen(scheduleChannel, hear);

  const sleep = async (ms: number): Promise<void> => {
    if (woken || stop.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  };

  /** What is to come of a schedule whose tick has come: the jobs to queue, and where it stands then. */
  function planOf(
    schedule: ScheduleRow,
    task: ScheduledTask | undefined,
    openJob: string | undefined,
    { now, watchedFrom }: { readonly now: Date; readonly watchedFrom: Date },
  ): { readonly taken: Taken; readonly jobs: readonly NewJob[] } {
    const due = schedule.nextRunAt as Date;
    const taken = { id: schedule.id, due, lastRunAt: due, nextRunAt: null, lastJobId: null };
    let times: CronTimes;
    try {
      times = cronTimes(schedule.cron, schedule.timezone);
    } catch (error) {
      const lastError = `The schedule cannot be read: ${(error as Error).message}. Change its cron or timezone.`;
      return { taken: { ...taken, lastError }, jobs: [] };
    }
    const ticks = ticksDue(times, { due, now, watchedFrom }, schedule.catchUp);
    const moved = { ...taken, lastRunAt: ticks.at(-1) ?? due, nextRunAt: times.next(now) };
    try {
      refuseJob(schedule, task, validator);
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      return { taken: { ...moved, lastError: error.message }, jobs: [] };
    }
    const most = schedule.overlap === 'allow' ? ticks.length : openJob ? 0 : 1;
    const name = task?.name ?? schedule.taskName;
    return { taken: { ...moved, lastError: null }, jobs: ticks.slice(0, most).map((at) => jobOf(schedule, name, at)) };
  }

  /** Takes some of what is due; answers how many schedules that were. */
  const takeSome = (look: { readonly now: Date; readonly watchedFrom: Date }, limit: number): Promise<number> =>
    database.transaction(async (tx) => {
      const due = await takeDue(tx, look.now, limit);
      const tasks = await scheduledTasks(
        tx,
        due.flatMap(({ taskId }) => taskId ?? []),
      );
      const open = await openJobsOf(
        tx,
        due.flatMap(({ id, overlap }) => (overlap === 'skip' ? [id] : [])),
      );
      const plans = due.map((each) => planOf(each, tasks.get(each.taskId ?? ''), open.get(each.id), look));
      const made = await insertJobs(
        tx,
        plans.flatMap(({ jobs }) => jobs),
      );
      const moved = await moveOn(
        tx,
        plans.map(({ taken, jobs }) => ({ ...taken, lastJobId: jobs.findLast(({ id }) => made.has(id))?.id ?? null })),
      );
      // They are locked: this only guards the rule that a tick is taken once.
      if (moved.size !== due.length) throw new Error('A tick was taken by two.');
      return due.length;
    });

  /** One that cannot be queued is passed over, so that it keeps no other from its time. */
  const passOver = (now: Date): Promise<void> =>
    database.transaction(async (tx) => {
      for (const schedule of await takeDue(tx, now, 1)) {
        const due = schedule.nextRunAt as Date;
        const nextRunAt = cronTimes(schedule.cron, schedule.timezone).next(now);
        const lastError = 'Its job could not be queued; the server’s log says why.';
        await moveOn(tx, [{ id: schedule.id, due, nextRunAt, lastRunAt: due, lastJobId: null, lastError }]);
      }
    });

  /** Takes all that is due; answers whether there was anything to be had. */
  async function takeAll(look: { readonly now: Date; readonly watchedFrom: Date }): Promise<boolean> {
    let any = false;
    let limit = batch;
    while (!stop.signal.aborted) {
      try {
        const taken = await takeSome(look, limit);
        any ||= taken > 0;
        if (taken < limit) return any;
      } catch (error) {
        if (error instanceof RatchetError && error.code === 'UNAVAILABLE') throw error;
        log('error', 'Schedules could not be queued.', { err: error });
        if (limit === 1) await passOver(look.now);
        limit = 1;
        any = true;
      }
    }
    return any;
  }

  async function run(): Promise<void> {
    let last: Look | null = null;
    let failing = false;
    while (!stop.signal.aborted) {
      woken = false;
      try {
        const { now, inMs } = await nextDue(db);
        if (failing) log('info', 'The scheduler is back.');
        failing = false;
        const watching = last !== null && now.getTime() - last.at.getTime() - last.busyMs < gapMs;
        const watchedFrom = watching ? (last as Look).at : new Date(now.getTime() - startGraceMs);
        if (inMs === null || inMs > 0) {
          last = { at: now, busyMs: 0 };
          await sleep(Math.min(longestSleepMs, Math.ceil(inMs ?? longestSleepMs)));
          continue;
        }
        const began = performance.now();
        const any = await takeAll({ now, watchedFrom });
        last = { at: now, busyMs: performance.now() - began };
        if (!any) await sleep(heldMs);
      } catch (error) {
        last = null;
        if (!failing) log('warn', 'The scheduler cannot look what is due; it goes on trying.', { err: error });
        failing = true;
        await sleep(longestSleepMs);
      }
    }
  }

  const running = run();
  return async () => {
    stop.abort();
    wake();
    await unlisten();
    await running;
  };
}
