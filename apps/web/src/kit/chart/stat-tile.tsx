import { Skeleton } from '@mantine/core';
import { IconTrendingDown, IconTrendingUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { KitLink } from '../state/kit-link.tsx';
import '../state/palette.css';
import classes from './chart.module.css';
import { changeWords } from './chart-data.ts';
import { Sparkline } from './sparkline.tsx';

export interface StatTileProps {
  label: string;
  /** The figure; null where it is not known. */
  value: ReactNode;
  /** Against what was before, as a ratio: 0.12 is `+12%`. `than` follows it: "since yesterday". */
  change?: { ratio: number; good?: 'up' | 'down' | 'neither'; than?: string };
  /** Instead of a change: a few words below the figure. */
  note?: ReactNode;
  /** The course of the figure, oldest first. */
  values?: readonly (number | null)[];
  href?: string;
  loading?: boolean;
}

/** One figure with its name; as a link, the whole tile is it. */
export function StatTile({ label, value, change, note, values, href, loading }: StatTileProps) {
  const said = change === undefined ? null : changeWords(change.ratio, change.good ?? 'up');
  const Trend = (change?.ratio ?? 0) > 0 ? IconTrendingUp : IconTrendingDown;
  const content = (
    <>
      <span className={classes.label}>{label}</span>
      {loading ? <Skeleton height={30} width="60%" /> : <span className={classes.figure}>{value ?? '–'}</span>}
      {said !== null && !loading && (
        <span className={classes.change} data-tone={said.tone}>
          {said.tone !== 'even' && <Trend size={14} aria-hidden />}
          {said.text}
          {change?.than !== undefined && ` ${change.than}`}
        </span>
      )}
      {note !== undefined && <span className={classes.label}>{note}</span>}
      {values !== undefined && !loading && <Sparkline values={values} />}
    </>
  );
  if (href === undefined) return <div className={classes.tile}>{content}</div>;
  return (
    <KitLink href={href} className={classes.tile}>
      {content}
    </KitLink>
  );
}
