const day = 86_400_000;
/** No zone is further from UTC than this, nor jumps further. */
const reach = 26 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/**
 * What the clock on the wall shows in a zone, in milliseconds as if it were UTC. The instant must be on a whole second.
 * Throws RangeError for an unknown zone.
 */
export function wallAt(zone: string, instant: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

const offsetAt = (zone: string, instant: number): number => wallAt(zone, instant) - instant;

/**
 * The instant at which a zone's clock shows a time: the first one where it shows it twice, and the end of the gap where it
 * never shows it.
 */
export function instantOf(zone: string, wall: number): number {
  const before = offsetAt(zone, wall - reach);
  const after = offsetAt(zone, wall + reach);
  const fits = [wall - before, wall - after].filter((instant) => wallAt(zone, instant) === wall);
  if (fits.length > 0) return Math.min(...fits);
  // The clock jumps over it: the jump lies between the two readings.
  let [low, high] = [wall - reach - day, wall + reach + day];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (wallAt(zone, middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}

/** ISO 8601 on the clock of a zone, with its offset: 2026-03-29T03:00:00+02:00. */
export function localTime(zone: string, instant: number): string {
  const offset = offsetAt(zone, instant);
  const clock = new Date(Math.abs(offset)).toISOString();
  const shown = new Date(instant + offset).toISOString().slice(0, 19);
  return `${shown}${offset < 0 ? '-' : '+'}${clock.slice(11, clock.slice(17, 19) === '00' ? 16 : 19)}`;
}

/** The name of a zone in its usual spelling; null where there is none of this name. */
export function zoneNamed(name: string): string | null {
  if (!/^[a-z]/i.test(name)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    return null;
  }
}
