import { fullRights, type Rights } from '@ratchet/contract/access';
import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { visibleTasks } from './visible.ts';

export interface DayRow {
  day: string;
  pulls: number;
  pushes: number;
  failures: number;
  tasksChanged: number;
  conflicts: number;
  averageDurationMs: number | null;
}

/** Runs of a repository by day (UTC), for as many days back as given, days without any included. */
export async function runsByDay(db: Queryable, repositoryId: string, days: number): Promise<DayRow[]> {
  const { rows } = await db.execute(sql`
    select to_char(d.day, 'YYYY-MM-DD') as day,
           count(r.id) filter (where r.direction = 'pull')::int as pulls,
           count(r.id) filter (where r.direction = 'push')::int as pushes,
           count(r.id) filter (where r.status in ('error', 'guarded'))::int as failures,
           coalesce(sum(r.tasks_added + r.tasks_updated + r.tasks_deleted + r.tasks_merged), 0)::int as "tasksChanged",
           coalesce(sum(r.conflicts), 0)::int as conflicts,
           avg(r.duration_ms)::float8 as "averageDurationMs"
    from generate_series(date_trunc('day', now() at time zone 'UTC') - make_interval(days => ${days - 1}::int),
                         date_trunc('day', now() at time zone 'UTC'), interval '1 day') as d(day)
    left join ratchet.sync_runs r
      on r.repository_id = ${repositoryId} and date_trunc('day', r.started_at at time zone 'UTC') = d.day
     and r.started_at >= now() - make_interval(days => ${days + 1}::int)
    group by d.day order by d.day`);
  return rows as unknown as DayRow[];
}

export async function runsByTrigger(
  db: Queryable,
  repositoryId: string,
  days: number,
): Promise<Record<string, number>> {
  const { rows } = await db.execute(sql`
    select trigger, count(*)::int as count from ratchet.sync_runs
    where repository_id = ${repositoryId} and started_at >= now() - make_interval(days => ${days}::int)
    group by trigger order by trigger`);
  return Object.fromEntries((rows as unknown as { trigger: string; count: number }[]).map((r) => [r.trigger, r.count]));
}

/** The tasks of a repository with the most revisions lately. */
export async function mostChangedTasks(
  db: Queryable,
  repositoryId: string,
  days: number,
  reader: Rights = fullRights,
): Promise<{ taskId: string; name: string; changes: number }[]> {
  const seen = visibleTasks(reader, { repositoryId: sql`t.repository_id`, name: sql`t.name` });
  const { rows } = await db.execute(sql`
    select t.id as "taskId", t.name, count(*)::int as changes
    from ratchet.tasks t join ratchet.task_versions v on v.task_id = t.id
    where t.repository_id = ${repositoryId} and v.revision > 1 ${seen ? sql`and ${seen}` : sql``}
      and v.created_at >= now() - make_interval(days => ${days}::int)
    group by t.id, t.name order by changes desc, t.name limit 10`);
  return rows as unknown as { taskId: string; name: string; changes: number }[];
}

/** What went wrong most often in runs of a repository lately. */
export async function commonProblems(
  db: Queryable,
  repositoryId: string,
  days: number,
): Promise<{ code: string; count: number; example: string }[]> {
  const { rows } = await db.execute(sql`
    select p.value ->> 'code' as code, count(*)::int as count,
           min((p.value ->> 'path') || ': ' || (p.value ->> 'message')) as example
    from ratchet.sync_runs r, jsonb_array_elements(r.problems) as p(value)
    where r.repository_id = ${repositoryId} and r.started_at >= now() - make_interval(days => ${days}::int)
    group by 1 order by count desc, code limit 10`);
  return rows as unknown as { code: string; count: number; example: string }[];
}
