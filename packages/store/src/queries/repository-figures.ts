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
}

export async function repositoryFigures(db: Queryable): Promise<RepositoryFigures[]> {
  const standings = new Map((await pushStandings(db, undefined)).map((row) => [row.repositoryId, row]));
  const { rows } = await db.execute(sql`
    select r.id, r.name, r.consecutive_failures as "consecutiveFailures",
           case when r.sync_enabled then extract(epoch from now() - r.last_sync_at)::float8 end as "lagSeconds",
           r.unreachable_since is null as reachable,
           (select count(*)::int from ratchet.tasks t where t.repository_id = r.id and t.deleted_at is null) as tasks,
           (select avg(case when x.status in ('error', 'guarded') then 1.0 else 0 end)::float8
              from (select status from ratchet.sync_runs s where s.repository_id = r.id and s.status <> 'running'
                    order by s.started_at desc limit 100) x) as "failureRate"
    from ratchet.repositories r order by r.name`);
  return (rows as unknown as Omit<RepositoryFigures, 'openConflicts' | 'pendingPushes'>[]).map((row) => ({
    ...row,
    openConflicts: standings.get(row.id)?.conflicts ?? 0,
    pendingPushes: standings.get(row.id)?.pending ?? 0,
  }));
}
