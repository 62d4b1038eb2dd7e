import { useId } from 'react';
import '../state/palette.css';
import classes from './chart.module.css';
import { sparkPath } from './chart-data.ts';

export interface SparklineProps {
  values: readonly (number | null)[];
  /** What the line shows; without it the line only adorns a figure that stands beside it. */
  label?: string;
  /** A CSS colour. */
  color?: string;
  height?: number;
}

const width = 120;

/** A course in the size of a word. */
export function Sparkline({
  values,
  label,
  color = 'var(--mantine-primary-color-filled)',
  height = 32,
}: SparklineProps) {
  const path = sparkPath(values, width, height);
  const title = useId();
  if (path === null) return null;
  const said = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-labelledby': title };
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      height={height}
      preserveAspectRatio="none"
      {...said}
    >
      <title id={title}>{label ?? 'Course'}</title>
      <path d={path.area} fill={color} opacity={0.14} />
      <path
        d={path.line}
        fill="none"
        stroke={color}
        strokeWidth={1.6}
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
}
