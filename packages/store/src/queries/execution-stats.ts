import { fullRights, type Rights } from '@ratchet/contract/access';
import { type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { visibleOfTask } from './visible.ts';

export interface StatsFilter {
  readonly taskId?: string | undefined;
  readonly taskName?: string | undefined;
  readonly jobId?: string | undefined;
  readonly status?: string | undefined;
  readonly triggeredBy?: string | undefined;
  /** Queued at or after; before. */
  readonly from?: Date | null;
  readonly to?: Date | null;
  /** Only what they may see. */
  readonly reader?: Rights;
}

export interface DurationFigures {
  readonly average: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}
export interface StatsFigures extends DurationFigures {
  readonly queueP50: number | null;
  readonly queueP95: number | null;
  readonly lastHour: number;
}
export interface TaskFigures extends DurationFigures {
  readonly taskId: string | null;
  readonly taskName: string;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly ended: number;
  readonly lastQueuedAt: Date;
}

const conditions = (filter: StatsFilter): SQL => {
  const seen = visibleOfTask(filter.reader ?? fullRights, sql`task_id`);
  const wanted = [
    ...(seen ? [seen] : []),
    ...(filter.taskId === undefined ? [] : [sql`task_id = ${filter.taskId}`]),
    ...(filter.taskName === undefined ? [] : [sql`task_name = ${filter.taskName}`]),
    ...(filter.jobId === undefined ? [] : [sql`job_id = ${filter.jobId}`]),
    ...(filter.status === undefined ? [] : [sql`status = ${filter.status}`]),
    ...(filter.triggeredBy === undefined ? [] : [sql`triggered_by = ${filter.triggeredBy}`]),
    ...(filter.from ? [sql`queued_at >= ${filter.from}`] : []),
    ...(filter.to ? [sql`queued_at < ${filter.to}`] : []),
  ];
  return wanted.length === 0 ? sql`true` : sql.join(wanted, sql` and `);
};

const percentile = (share: number, of: SQL) =>
  sql`percentile_cont(${sql.raw(String(share))}) within group (order by ${of})`;
const took = sql`duration_ms`;
const durations = sql`avg(${took})::float8 as average, ${percentile(0.5, took)} as p50, ${percentile(0.95, took)} as p95, ${percentile(0.99, took)} as p99`;

export async function countsByStatus(db: Queryable, filter: StatsFilter): Promise<Record<string, number>> {
  const { rows } = await db.execute(
    sql`select status, count(*)::int as n from ratchet.executions where ${conditions(filter)} group by status`,
  );
  return Object.fromEntries((rows as { status: string; n: number }[]).map(({ status, n }) => [status, n]));
}

export async function statsFigures(db: Queryable, filter: StatsFilter): Promise<StatsFigures> {
  const waited = sql`(extract(epoch from started_at - queued_at) * 1000)::float8`;
  const { rows } = await db.execute(sql`
    select ${durations}, ${percentile(0.5, waited)} as "queueP50", ${percentile(0.95, waited)} as "queueP95",
           (count(*) filter (where queued_at > now() - interval '1 hour'))::int as "lastHour"
    from ratchet.executions where ${conditions(filter)}`);
  return rows[0] as unknown as StatsFigures;
}

/** The tasks with the most executions, most first. */
export async function figuresByTask(db: Queryable, filter: StatsFilter, most: number): Promise<TaskFigures[]> {
  const { rows } = await db.execute(sql`
    select task_id as "taskId", (array_agg(task_name order by queued_at desc))[1] as "taskName", count(*)::int as total,
           (count(*) filter (where status = 'completed'))::int as completed,
           (count(*) filter (where status in ('failed', 'timed_out')))::int as failed,
           (count(*) filter (where status not in ('pending', 'running')))::int as ended,
           max(queued_at) as "lastQueuedAt", ${durations}
    from ratchet.executions where ${conditions(filter)}
    group by task_id, case when task_id is null then task_name end
    order by count(*) desc, max(queued_at) desc limit ${most}`);
  return (rows as unknown as TaskFigures[]).map((row) => ({ ...row, lastQueuedAt: new Date(row.lastQueuedAt) }));
}
