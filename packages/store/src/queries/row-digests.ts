import type { TargetKind } from '@ratchet/contract/operation';
import { type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';

/** Where targets are kept. Debug sessions and the like are in no table. */
const tables: Readonly<Record<TargetKind, string>> = {
  task: 'tasks',
  repository: 'repositories',
  project: 'repositories',
  spec: 'specs',
  conflict: 'conflicts',
  execution: 'executions',
  job: 'jobs',
  batch: 'batches',
  schedule: 'schedules',
  delivery: 'delivery_results',
  result: 'results',
  alert: 'alerts',
  credential: 'credentials',
  secret: 'secrets',
  output_destination: 'output_destinations',
  user: 'users',
  api_key: 'api_keys',
  grant: 'grants',
  worker: 'nodes',
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface RowDigest {
  /** The row's id; what was asked for where that means several rows. */
  readonly id: string;
  /** SHA-256, hexadecimal, of the row as PostgreSQL writes it; of several, of all of them in the order of their ids. */
  readonly digest: string;
}

/** How else than by its id a row of a kind is named. */
const otherwise: Readonly<Partial<Record<TargetKind, SQL>>> = {
  task: sql`x.uuid = w.id`,
  spec: sql`x.deleted_at is null and (x.folder = w.id or exists (
    select from ratchet.repositories r where r.id = x.repository_id and r.name || '/' || x.folder = w.id))`,
};

/** Digests of rows by what names them: an id, of a task also a uuid, of a change of OpenSpec also its place. What is not there is not in the answer. */
export async function rowDigests(
  db: Queryable,
  kind: TargetKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RowDigest>> {
  const named = otherwise[kind];
  const wanted = named ? ids : ids.filter((id) => uuid.test(id));
  if (wanted.length === 0) return new Map();
  const table = sql.raw(`ratchet.${tables[kind]}`);
  const { rows } = await db.execute(sql`
    with wanted as (
      select distinct id, case when id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then id::uuid end as exact
      from unnest(${sql.param(wanted)}::text[]) as u(id))
    select w.id as asked, case when count(*) = 1 then min(x.id::text) else w.id end as id,
           encode(sha256(convert_to(string_agg(x::text, E'\n' order by x.id), 'UTF8')), 'hex') as digest
    from wanted w join ${table} x on ${named ? sql`x.id = w.exact or (${named})` : sql`x.id = w.exact`} group by w.id`);
  return new Map(
    (rows as unknown as (RowDigest & { asked: string })[]).map(({ asked, id, digest }) => [asked, { id, digest }]),
  );
}
