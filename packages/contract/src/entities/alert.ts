import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { Name } from '../name.ts';
import { pageOf } from '../paging.ts';

export const AlertMetric = z
  .enum(['consecutive_failures', 'sync_lag_seconds', 'open_conflicts', 'pending_pushes', 'failure_rate'])
  .meta({ id: 'AlertMetric', description: 'A figure of a repository; failure_rate is over its last 100 runs, 0 to 1' });

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
