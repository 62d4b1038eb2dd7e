import type { OutputOf } from '../../api/queries.ts';

export type RatchetAlert = OutputOf<'alerts', 'get'>;
export type Metric = RatchetAlert['metric'];

interface MetricWords {
  readonly label: string;
  readonly text: string;
  readonly usual: number;
  /** Of the whole server, and of no repository. */
  readonly ofServer?: boolean;
  readonly unit?: string;
  /** Between 0 and 1. */
  readonly ratio?: boolean;
}

export const metrics: Readonly<Record<Metric, MetricWords>> = {
  consecutive_failures: { label: 'Syncs that failed in a row', text: 'Of a repository', usual: 3 },
  sync_lag_seconds: { label: 'Time since the last sync', text: 'Of a repository', usual: 3600, unit: 'seconds' },
  open_conflicts: { label: 'Open conflicts', text: 'In a repository', usual: 0 },
  conflict_age_hours: { label: 'Age of the oldest conflict', text: 'In a repository', usual: 24, unit: 'hours' },
  pending_pushes: { label: 'Changes that wait to be pushed', text: 'Of a repository', usual: 50 },
  pushed_tasks: { label: 'Tasks pushed', text: 'In the last hour, of a repository', usual: 100 },
  failure_rate: {
    label: 'Syncs that fail',
    text: 'The part of a repository’s last 100 runs, between 0 and 1',
    usual: 0.5,
    ratio: true,
  },
  authentication_failures: {
    label: 'Sign-ins that a repository refused',
    text: 'In the last hour',
    usual: 0,
  },
  failed_sign_ins: {
    label: 'Wrong passwords',
    text: 'On the whole server, in the last 15 minutes',
    usual: 20,
    ofServer: true,
  },
  refused_calls: {
    label: 'Refused calls of who had signed in',
    text: 'On the whole server, in the last 15 minutes',
    usual: 50,
    ofServer: true,
  },
};

export const figureText = (metric: Metric, value: number | null): string => {
  if (value === null) return 'not looked at yet';
  const { unit, ratio } = metrics[metric];
  const figure = ratio ? `${Math.round(value * 1000) / 10} %` : String(Math.round(value * 100) / 100);
  return unit ? `${figure} ${unit}` : figure;
};
