import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { Name } from '../name.ts';
import { pageOf } from '../paging.ts';

export const AlertMetric = z
  .enum([
    'consecutive_failures',
    'sync_lag_seconds',
    'open_conflicts',
    'conflict_age_hours',
    'pending_pushes',
    'pushed_tasks',
    'failure_rate',
    'authentication_failures',
    'failed_sign_ins',
    'refused_calls',
  ])
  .meta({
    id: 'AlertMetric',
    description:
      'A figure of a repository: failure_rate is over its last 100 runs, 0 to 1; pushed_tasks and authentication_failures are those of the last hour. failed_sign_ins and refused_calls are of the whole server, in the last 15 minutes',
  });
/** Figures of the whole server, and of no repository. */
export const serverMetrics = ['failed_sign_ins', 'refused_calls'] as const;

export const Alert = z
  .object({
    id: Id,
    name: z.string(),
    metric: AlertMetric,
    threshold: z.number().describe('It fires while the figure is greater'),
    repositoryId: Id.nullable().describe('Null: every repository, each judged by itself'),
    enabled: z.boolean(),
    state: z.enum(['ok', 'firing']),
    value: z.number().nullable().describe('The highest figure at the last look'),
    subject: z.string().nullable().describe('The repository that figure is of'),
    firedAt: Time.nullable(),
    resolvedAt: Time.nullable(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Alert', description: 'A threshold on a figure, and whether it is passed now' });
export type Alert = z.output<typeof Alert>;
export const AlertPage = pageOf(Alert, 'AlertPage');

export const alertSettings = {
  name: Name,
  metric: AlertMetric,
  threshold: z.number().min(0),
  repositoryId: Id.nullable().default(null),
  enabled: z.boolean().default(true),
};
