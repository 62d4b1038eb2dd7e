import { useEffect, useState } from 'react';
import { nextTick, relativeTime } from './times.ts';

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

export interface RelativeTimeProps {
  /** ISO 8601 or milliseconds; null says `missing`. */
  time: string | number | null | undefined;
  missing?: string;
}

/** How long ago or until, kept up to date; the full local time is its title. */
export function RelativeTime({ time, missing = 'never' }: RelativeTimeProps) {
  const at = time === null || time === undefined ? Number.NaN : new Date(time).getTime();
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    void ticks;
    if (Number.isNaN(at)) return;
    const timer = setTimeout(() => setTicks((count) => count + 1), nextTick(at, Date.now()));
    return () => clearTimeout(timer);
  }, [at, ticks]);
  if (Number.isNaN(at)) return <span>{missing}</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={full.format(at)} style={{ whiteSpace: 'nowrap' }}>
      {relativeTime(at, Date.now())}
    </time>
  );
}
