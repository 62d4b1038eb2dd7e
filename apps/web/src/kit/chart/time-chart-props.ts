import type { ReactNode } from 'react';
import type { Point, Series } from './chart-data.ts';

export interface TimeChartProps {
  /** What the chart shows: "Executions an hour". Its heading is the page's matter. */
  label: string;
  kind?: 'line' | 'area' | 'bar';
  /** Areas and bars on top of each other. */
  stacked?: boolean;
  series: readonly Series[];
  /** Oldest first. */
  points: readonly Point[];
  /** How a figure reads, with its unit. */
  format?: (value: number) => string;
  height?: number;
  loading?: boolean;
  empty?: ReactNode;
}
