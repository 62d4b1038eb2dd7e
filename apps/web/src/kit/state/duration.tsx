import './palette.css';
import classes from './state.module.css';
import { durationText, isoDuration } from './times.ts';

export interface DurationProps {
  /** Milliseconds; null says `missing`. */
  ms: number | null | undefined;
  missing?: string;
}

/** A length of time. */
export function Duration({ ms, missing = '–' }: DurationProps) {
  if (ms === null || ms === undefined) return <span>{missing}</span>;
  return (
    <time dateTime={isoDuration(ms)} title={`${ms.toLocaleString('en')} ms`} className={classes.figures}>
      {durationText(ms)}
    </time>
  );
}
