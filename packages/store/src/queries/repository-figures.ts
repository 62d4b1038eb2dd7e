import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { pushStandings } from './pending-pushes.ts';

/** How a repository stands, in numbers. */
export interface RepositoryFigures {
  id: string;
  name: string;
  tasks: number;
  /** Since it was last seen in step; null: it never was, or is paused. */
  lagSeconds: number | null;
  consecutiveFailures: number;
  openConflicts: number;
  pendingPushes: number;
  /** Of its last 100 runs, 0 to 1; null: there were none. */
  failureRate: number | null;
  reachable: boolean;
  /** Of the oldest open conflict; null: there is none. */
  conflictAgeHours: number | null;
  /** Tasks that went out within the last hour. */
  pushedTasks: number;
  /** Runs of the last hour whose credential was not accepted. */
  authenticationFailures: number;
}

export async function repositoryFigures(db: Queryable): Promise<RepositoryFigures[]> {
  const standings = new Map((await pushStandings(db, undefined)).map((row) => [row.repositoryId, row]));
  const { rows } = await db.execute(sql`
    select r.id, r.name, r.consecutive_failures as "consecutiveFailures",
           case when r.sync_enabled then extract(epoch from now() - r.last_sync_at)::float8 end as "lagSeconds",
           r.unreachable_since is null as reachable,
           (select extract(epoch from now() - min(c.created_at))::float8 / 3600 from ratchet.conflicts c
             where c.repository_id = r.id and c.status = 'open') as "conflictAgeHours",
           (select coalesce(sum(s.tasks_added + s.tasks_updated + s.tasks_deleted), 0)::int from ratchet.sync_runs s
             where s.repository_id = r.id and s.direction = 'push' and s.started_at > now() - interval '1 hour') as "pushedTasks",
           (select count(*)::int from ratchet.sync_runs s
             where s.repository_id = r.id and s.status = 'error' and s.started_at > now() - interval '1 hour'
               and s.problems @> '[{"path": "", "code": "unauthenticated"}]'::jsonb) as "authenticationFailures",
           (select count(*)::int from ratchet.tasks t where t.repository_id = r.id and t.deleted_at is null) as tasks,
           (select avg(case when x.status in ('error', 'guarded') then 1.0 else 0 end)::float8
              from (select status from ratchet.sync_runs s where s.repository_id = r.id and s.status <> 'running'
                    order by s.started_at desc limit 100) x) as "failureRate"
    from ratchet.repositories r where r.document_kind = 'task' order by r.name`);
  return (rows as unknown as Omit<RepositoryFigures, 'openConflicts' | 'pendingPushes'>[]).map((row) => ({
    ...row,
    openConflicts: standings.get(row.id)?.conflicts ?? 0,
    pendingPushes: standings.get(row.id)?.pending ?? 0,
  }));
}
