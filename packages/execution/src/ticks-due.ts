import type { ScheduleRow } from '@ratchet/store/queries/schedules';
import type { CronTimes } from './cron-times.ts';

/** Jobs at most that one schedule queues at once. */
export const mostTicks = 100;

/**
 * The ticks to run of a schedule whose tick `due` has come, the oldest first. Those since `watchedFrom` were seen by a
 * running server, which is only late; those before were missed, and the policy decides.
 */
export function ticksDue(
  times: CronTimes,
  { due, now, watchedFrom }: { readonly due: Date; readonly now: Date; readonly watchedFrom: Date },
  catchUp: ScheduleRow['catchUp'],
): Date[] {
  const following = times.next(due);
  const all =
    following && following <= now
      ? times
          .last(mostTicks, now)
          .filter((tick) => tick >= due)
          .reverse()
      : [due];
  if (catchUp === 'all') return all;
  const seen = all.filter((tick) => tick >= watchedFrom);
  return seen.length > 0 || catchUp === 'skip' ? seen : all.slice(-1);
}
