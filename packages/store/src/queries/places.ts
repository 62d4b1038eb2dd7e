import { type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { specs } from '../schema/specs.ts';
import { referredBy } from './specs.ts';

/** Where something stands. `name`: of its task; null: it is the repository's and no task's. */
export interface Standing {
  readonly repositoryId: string | null;
  readonly name: string | null;
  /** Of a task that was deleted. */
  readonly deleted?: boolean;
}

/** What stands at tasks or in repositories. */
export const placedKinds = [
  'task',
  'conflict',
  'execution',
  'job',
  'batch',
  'schedule',
  'delivery',
  'result',
  'alert',
  'spec',
] as const;
export type PlacedKind = (typeof placedKinds)[number];

/** `nowhere` is true of what has no task or repository: only who may do something everywhere may do it there. */
const taskOf = (from: SQL): SQL =>
  sql`select w.id, t.repository_id as "repositoryId", t.name, t.id is null as nowhere, false as deleted ${from}`;

const rows: Readonly<Record<Exclude<PlacedKind, 'task' | 'spec'>, SQL>> = {
  conflict: sql`
    select w.id, c.repository_id as "repositoryId", t.name, false as nowhere, false as deleted
    from wanted w join ratchet.conflicts c on c.id = w.id left join ratchet.tasks t on t.id = c.document_id`,
  execution: taskOf(
    sql`from wanted w join ratchet.executions x on x.id = w.id left join ratchet.tasks t on t.id = x.task_id`,
  ),
  job: taskOf(sql`from wanted w join ratchet.jobs x on x.id = w.id left join ratchet.tasks t on t.id = x.task_id`),
  batch: taskOf(
    sql`from wanted w join ratchet.batches b on b.id = w.id
        left join ratchet.batch_items x on x.batch_id = b.id left join ratchet.tasks t on t.id = x.task_id
        group by w.id, t.id, t.repository_id, t.name`,
  ),
  schedule: taskOf(
    sql`from wanted w join ratchet.schedules x on x.id = w.id left join ratchet.tasks t on t.id = x.task_id`,
  ),
  delivery: taskOf(
    sql`from wanted w join ratchet.delivery_results d on d.id = w.id
        left join ratchet.executions x on x.id = d.execution_id left join ratchet.tasks t on t.id = x.task_id`,
  ),
  result: taskOf(
    sql`from wanted w join ratchet.results x on x.id = w.id left join ratchet.tasks t on t.id = x.task_id`,
  ),
  alert: sql`
    select w.id, a.repository_id as "repositoryId", null as name, a.repository_id is null as nowhere, false as deleted
    from wanted w join ratchet.alerts a on a.id = w.id`,
};

interface Found {
  readonly id: string;
  readonly repositoryId: string | null;
  readonly name: string | null;
  readonly nowhere: boolean;
  readonly deleted: boolean;
}

/**
 * Where each of these stands, all of its places; null among them: nowhere. What is not in the answer does not exist. An id
 * of a task may also be a uuid, which means every task that has it.
 */
export async function standingsOf(
  db: Queryable,
  kind: PlacedKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly (Standing | null)[]>> {
  const standings = new Map<string, (Standing | null)[]>();
  if (kind === 'spec') return specStandings(db, ids);
  const wanted = kind === 'task' ? ids : ids.filter(isUuid);
  if (wanted.length === 0) return standings;
  const found = await db.execute(kind === 'task' ? tasksNamed(wanted) : placed(rows[kind], wanted));
  const given = new Map(wanted.map((id) => [id.toLowerCase(), id]));
  for (const { id, repositoryId, name, nowhere, deleted } of found.rows as unknown as Found[]) {
    const asked = kind === 'task' ? id : (given.get(id) ?? id);
    const at = nowhere ? null : { repositoryId, name, deleted };
    standings.set(asked, [...(standings.get(asked) ?? []), at]);
  }
  return standings;
}

/** By any reference; a change is its project's as a whole, and no task's. */
async function specStandings(db: Queryable, ids: readonly string[]): Promise<Map<string, readonly Standing[]>> {
  const standings = new Map<string, readonly Standing[]>();
  for (const id of ids) {
    const rows = await db
      .select({ repositoryId: specs.repositoryId, deletedAt: specs.deletedAt })
      .from(specs)
      .where(referredBy(id));
    const places = rows.map(({ repositoryId, deletedAt }) => ({
      repositoryId,
      name: null,
      deleted: deletedAt !== null,
    }));
    if (places.length > 0) standings.set(id, places);
  }
  return standings;
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const placed = (select: SQL, ids: readonly string[]): SQL =>
  sql`with wanted as (select distinct id from unnest(${sql.param(ids)}::uuid[]) as u(id)) ${select}`;

/** An id is that one task's alone; what is no task's id is a uuid. */
const tasksNamed = (given: readonly string[]): SQL => sql`
  with wanted as (
    select distinct id, case when id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then id::uuid end as exact
    from unnest(${sql.param(given)}::text[]) as u(id)
  ), exactly as (
    select w.id, t.id as task_id, t.repository_id, t.name, t.deleted_at from wanted w join ratchet.tasks t on t.id = w.exact
  )
  select id, repository_id as "repositoryId", name, false as nowhere, deleted_at is not null as deleted from exactly
  union all
  select w.id, t.repository_id, t.name, false, t.deleted_at is not null
  from wanted w join ratchet.tasks t on t.uuid = w.id
  where not exists (
    select from exactly e where e.id = w.id and (e.task_id = t.id or e.task_id::text = w.id and e.deleted_at is null))`;
