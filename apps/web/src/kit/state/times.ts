const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Each unit up to where the next says as much: 34 hours are told as such, because neither "tomorrow" nor "in 1 day" would
 * say whether it is tomorrow.
 */
const steps = [
  { unit: 'minute', ms: minute, below: hour },
  { unit: 'hour', ms: hour, below: 2 * day },
  { unit: 'day', ms: day, below: 60 * day },
  { unit: 'month', ms: 30 * day, below: 720 * day },
  { unit: 'year', ms: 365 * day, below: Number.POSITIVE_INFINITY },
] as const;

const relative = new Intl.RelativeTimeFormat('en');
/** The server's clock may go before the browser's by this much: what has just happened is not to come. */
const clocksDiffer = 3_000;

/** `3 minutes ago`, `in 34 hours`; what is nearer than 45 seconds is now. */
export function relativeTime(time: number, now: number): string {
  const apart = time - now;
  const distance = Math.abs(apart);
  if (!Number.isFinite(apart)) return 'unknown';
  if (distance < 45_000) return apart <= clocksDiffer ? 'just now' : 'in a moment';
  // 59.6 minutes are an hour, and not 60 minutes.
  const { unit, ms } = steps.find((step) => Math.round(distance / step.ms) * step.ms < step.below) ?? steps[4];
  return relative.format(Math.sign(apart) * Math.max(1, Math.round(distance / ms)), unit);
}

/** Milliseconds after which the text of `relativeTime` may differ; what is to come is looked at when it has come. */
export function nextTick(time: number, now: number): number {
  const distance = Math.abs(time - now);
  if (distance < 2 * minute) return time - now > clocksDiffer ? Math.min(15_000, time - now - clocksDiffer) : 15_000;
  return distance < 2 * hour ? 30_000 : 10 * minute;
}

/** A length of time: `0.4 ms`, `120 ms`, `3.2 s`, `4 min 5 s`, `2 h 3 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown';
  if (ms < 0) return `-${durationText(-ms)}`;
  if (ms === 0) return '0 ms';
  if (ms < 10) return `${Number(ms.toFixed(ms < 1 ? 2 : 1))} ms`;
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  if (Math.round(ms / 1000) < 60) return `${Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'min', 's');
  const minutes = Math.round(ms / minute);
  if (minutes < 24 * 60) return pair(minutes, 60, 'h', 'min');
  return pair(Math.round(ms / hour), 24, 'd', 'h');
}

function pair(count: number, size: number, big: string, small: string): string {
  const rest = count % size;
  return rest === 0 ? `${Math.floor(count / size)} ${big}` : `${Math.floor(count / size)} ${big} ${rest} ${small}`;
}

/** ISO 8601: `PT3.2S`. */
export const isoDuration = (ms: number): string => `PT${Number((Math.max(0, ms) / 1000).toFixed(3))}S`;

/** A count as people read it: `1,234`. */
export const countText = (count: number): string => count.toLocaleString('en');
