import { type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';

/** How many rows a statement took. */
const taken = async (db: Queryable, statement: SQL): Promise<number> => (await db.execute(statement)).rows.length;
const before = (days: number): SQL => sql`now() - make_interval(secs => ${days * 86_400})`;

/**
 * Forgets executions that ended before so many days, oldest first, at most `most`, with their events, traces and
 * recordings. One that something still needs stays: a delivery under way, a job that goes on, a stored result, a cached
 * answer, another execution that played it again or answered its result; and so does one that is kept.
 */
export const forgetExecutions = (db: Queryable, days: number, most: number): Promise<number> =>
  taken(
    db,
    sql`
    with gone as (
      select e.id from ratchet.executions e
      where e.queued_at < ${before(days)} and e.finished_at < ${before(days)}
        and e.status not in ('pending', 'running') and not e.keep
        and not exists (select 1 from ratchet.delivery_results d where d.execution_id = e.id and d.status in ('pending', 'delivering'))
        and not exists (select 1 from ratchet.jobs j where j.id = e.job_id and j.status in ('queued', 'processing', 'retrying'))
        and not exists (select 1 from ratchet.results r where r.execution_id = e.id)
        and not exists (select 1 from ratchet.result_cache c where c.execution_id = e.id and c.expires_at > now())
        and not exists (select 1 from ratchet.executions o where o.replay_of = e.id or o.cached_from = e.id)
      order by e.queued_at, e.id limit ${most} for update of e skip locked
    )
    delete from ratchet.executions e using gone where e.id = gone.id returning 1`,
  );

/** Forgets log lines and steps of progress, oldest first, of executions that have ended; what states they went through stays, and all of kept ones. */
export const forgetLogs = (db: Queryable, days: number, most: number): Promise<number> =>
  taken(
    db,
    sql`
    with gone as (
      select l.sequence from ratchet.execution_events l join ratchet.executions e on e.id = l.execution_id
      where l.time < ${before(days)} and l.type <> 'state' and e.finished_at < ${before(days)} and e.status not in ('pending', 'running')
        and not e.keep
      order by l.sequence limit ${most} for update of l skip locked
    )
    delete from ratchet.execution_events l using gone where l.sequence = gone.sequence returning 1`,
  );

/** Forgets recordings, but for those that are played again just now, and those of kept executions. */
export const forgetRecordings = (db: Queryable, days: number, most: number): Promise<number> =>
  taken(
    db,
    sql`
    with gone as (
      select r.execution_id from ratchet.recordings r
      where r.created_at < ${before(days)}
        and not exists (
          select 1 from ratchet.executions o
          where o.replay_of = r.execution_id and o.status in ('pending', 'running') or o.id = r.execution_id and o.keep)
      order by r.created_at limit ${most} for update of r skip locked
    )
    delete from ratchet.recordings r using gone where r.execution_id = gone.execution_id returning 1`,
  );

/** Forgets deliveries that came to their end, but for those of kept executions. */
export const forgetDeliveries = (db: Queryable, days: number, most: number): Promise<number> =>
  taken(
    db,
    sql`
    with gone as (
      select d.id from ratchet.delivery_results d
      where d.updated_at < ${before(days)} and d.status in ('delivered', 'failed')
        and not exists (select 1 from ratchet.executions e where e.id = d.execution_id and e.keep)
      order by d.updated_at limit ${most} for update of d skip locked
    )
    delete from ratchet.delivery_results d using gone where d.id = gone.id returning 1`,
  );

/**
 * Every place that names contents: a column that is a tree (path → [digest, mode]), or a list of documents of which each
 * has one. A column that is left out here loses its contents.
 */
export const treeColumns = {
  tree: [
    ['tasks', 'tree'],
    ['task_versions', 'tree'],
    ['specs', 'tree'],
    ['spec_versions', 'tree'],
    ['sync_bases', 'tree'],
    ['conflicts', 'base_tree'],
    ['conflicts', 'local_tree'],
    ['conflicts', 'remote_tree'],
  ],
  documents: [
    ['pull_requests', 'documents'],
    ['push_intents', 'documents'],
  ],
} as const;

const digestsOfTree = (from: SQL, tree: SQL): SQL =>
  sql`select entry.value->>0 as digest from ${from}, jsonb_each(case jsonb_typeof(${tree}) when 'object' then ${tree} else '{}'::jsonb end) as entry`;

/** Every digest that anything names. */
const named: SQL = sql.join(
  [
    ...treeColumns.tree.map(([table, column]) =>
      digestsOfTree(sql`ratchet.${sql.identifier(table)}`, sql.identifier(column) as unknown as SQL),
    ),
    ...treeColumns.documents.map(([table, column]) =>
      digestsOfTree(
        sql`ratchet.${sql.identifier(table)}, jsonb_array_elements(${sql.identifier(column)}) as document`,
        sql`document.value->'tree'`,
      ),
    ),
  ],
  sql` union all `,
);

/** Takes the mark from contents that a tree names again. */
export const unmarkBlobs = (db: Queryable): Promise<number> =>
  taken(
    db,
    sql`
    update ratchet.blobs set unreferenced_since = null
    where unreferenced_since is not null and digest in (${named}) returning 1`,
  );

/** Marks contents that no tree names, and that have been here for a day at least: a tree may be on its way to newer ones. */
export const markBlobs = (db: Queryable, most: number): Promise<number> =>
  taken(
    db,
    sql`
    with named as materialized (${named})
    update ratchet.blobs set unreferenced_since = now()
    where digest in (
      select b.digest from ratchet.blobs b
      where b.unreferenced_since is null and b.created_at < ${before(1)}
        and not exists (select 1 from named n where n.digest = b.digest)
      order by b.digest limit ${most}
    ) returning 1`,
  );

/**
 * Collects contents that have been marked for so many days and that no tree names now. Whoever stores the same content
 * meanwhile takes the mark away, and this then passes it over.
 */
export const collectBlobs = (db: Queryable, days: number, most: number): Promise<number> =>
  taken(
    db,
    sql`
    with named as materialized (${named})
    delete from ratchet.blobs
    where unreferenced_since < ${before(days)} and digest in (
      select b.digest from ratchet.blobs b
      where b.unreferenced_since < ${before(days)} and not exists (select 1 from named n where n.digest = b.digest)
      order by b.digest limit ${most}
    ) returning 1`,
  );
