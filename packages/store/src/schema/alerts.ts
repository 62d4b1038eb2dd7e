import { boolean, doublePrecision, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, ratchet } from './columns.ts';
import { repositories } from './repositories.ts';

/** A figure with a threshold, and whether it is over it now. */
export const alerts = ratchet.table(
  'alerts',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    metric: text('metric')
      .$type<
        | 'consecutive_failures'
        | 'sync_lag_seconds'
        | 'open_conflicts'
        | 'conflict_age_hours'
        | 'pending_pushes'
        | 'pushed_tasks'
        | 'failure_rate'
        | 'authentication_failures'
        | 'failed_sign_ins'
        | 'refused_calls'
      >()
      .notNull(),
    /** It fires while the figure is greater. */
    threshold: doublePrecision('threshold').notNull(),
    /** Null: every repository. */
    repositoryId: uuid('repository_id').references(() => repositories.id, { onDelete: 'cascade' }),
    enabled: boolean('enabled').notNull().default(true),
    state: text('state').$type<'ok' | 'firing'>().notNull().default('ok'),
    /** The figure at the last look, and whose it was. */
    value: doublePrecision('value'),
    subject: text('subject'),
    firedAt: instant('fired_at'),
    resolvedAt: instant('resolved_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('alerts_name').on(t.name)],
);
