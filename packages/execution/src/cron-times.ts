import { type Issue, RatchetError } from '@ratchet/contract/errors';
import { Cron, CronPattern } from 'croner';
import { instantOf, wallAt, zoneNamed } from './zone-clock.ts';

/** When a cron expression fires in a time zone. */
export interface CronTimes {
  /** The first tick after an instant; null: there is none. */
  next(after: Date): Date | null;
  /** At most `count` ticks up to an instant and with it, the newest first. */
  last(count: number, upTo: Date): Date[];
}

const options = { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' } as const;
const nicknames = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
/** No clock jumps further, so that a time of a day is at most this far from where the clock says it is. */
const reach = 26 * 3_600_000;
const kept = 1000;
const known = new Map<string, CronTimes>();

/**
 * The ticks of a cron expression, by the rules of Vixie cron where clocks change. An expression that names its times (no
 * `*` and no step in seconds, minutes and hours) fires once a time: right after the gap when the clock jumps over it, and
 * the first time when the clock shows it twice. Any other one goes by the time that passes: it fires whenever the clock
 * shows what it says.
 */
export function cronTimes(cron: string, timezone: string): CronTimes {
  const key = `${timezone} ${cron}`;
  const found = known.get(key);
  if (found) return found;
  const made = isFixed(cron) ? fixedTimes(cron, timezone) : passingTimes(cron, timezone);
  known.set(key, made);
  for (const oldest of known.keys()) {
    if (known.size <= kept) break;
    known.delete(oldest);
  }
  return made;
}

const isFixed = (cron: string): boolean => new CronPattern(cron, undefined, options).isFixedTime;

function passingTimes(cron: string, timezone: string): CronTimes {
  const times = new Cron(cron, { ...options, timezone, paused: true });
  return {
    next: (after) => times.nextRun(after),
    last: (count, upTo) => times.previousRuns(count, new Date(Math.floor(upTo.getTime() / 1000) * 1000 + 1000)),
  };
}

/** The expression is asked on a clock that never changes; what it answers is looked up on the zone's. */
function fixedTimes(cron: string, timezone: string): CronTimes {
  const clock = new Cron(cron, { ...options, timezone: 'UTC', paused: true });
  const instant = (wall: Date) => new Date(instantOf(timezone, wall.getTime()));
  const wallNear = (time: Date) => wallAt(timezone, Math.floor(time.getTime() / 1000) * 1000);
  return {
    next(after) {
      for (let wall = new Date(wallNear(after) - reach); ; ) {
        const candidate = clock.nextRun(wall);
        if (!candidate) return null;
        const at = instant(candidate);
        if (at > after) return at;
        wall = candidate;
      }
    },
    last(count, upTo) {
      const ticks: Date[] = [];
      for (let wall = new Date(wallNear(upTo) + reach); ticks.length < count; ) {
        const [candidate] = clock.previousRuns(1, wall);
        if (!candidate) break;
        const at = instant(candidate);
        // Several times within one gap are one tick.
        if (at <= upTo && at.getTime() !== ticks.at(-1)?.getTime()) ticks.push(at);
        wall = candidate;
      }
      return ticks;
    },
  };
}

const invalid = (path: string, message: string): RatchetError => {
  const details: Issue[] = [{ path, message }];
  return new RatchetError('VALIDATION_FAILED', `${path}: ${message}`, details);
};

/** A cron expression and a zone as they are stored. Throws VALIDATION_FAILED, which says what is wrong with which. */
export function checkCron(cron: string, timezone: string): { cron: string; timezone: string } {
  const zone = zoneNamed(timezone);
  if (zone === null)
    throw invalid(
      'timezone',
      `There is no time zone ${JSON.stringify(timezone)}. Use an IANA name, such as Europe/Berlin or UTC.`,
    );
  const text = cron.trim().replace(/\s+/g, ' ');
  const fields = text.split(' ').length;
  if (text.startsWith('@')) {
    if (!nicknames.includes(text.toLowerCase()))
      throw invalid('cron', `There is no ${JSON.stringify(text)}; there are ${nicknames.join(', ')}.`);
  } else if (fields !== 5 && fields !== 6)
    throw invalid(
      'cron',
      `${JSON.stringify(text)} has ${fields} ${fields === 1 ? 'field' : 'fields'}. Give 5 (minute, hour, day of month, month, day of week), or 6 with seconds first.`,
    );
  let times: CronTimes;
  try {
    times = cronTimes(text, zone);
  } catch (error) {
    const said = (error as Error).message.replace(/^Cron\w*: */, '');
    throw invalid('cron', `${JSON.stringify(text)} is not a cron expression: ${said}${/[.!]$/.test(said) ? '' : '.'}`);
  }
  if (times.next(new Date()) === null)
    throw invalid('cron', `${JSON.stringify(text)} never fires: no date fits day of month, month and day of week.`);
  return { cron: text, timezone: zone };
}
