import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import type { StoredExecutionError } from '../schema/execution.ts';
import { batches, type batchItems } from '../schema/work.ts';
import { visibleBatches } from './visible.ts';

export type BatchRow = typeof batches.$inferSelect;
export type BatchItemRow = typeof batchItems.$inferSelect;

/** Heard when something of a batch has changed; the payload is its id. */
export const batchChannel = 'ratchet_batch';

export type NewBatch = Pick<
  BatchRow,
  'id' | 'name' | 'mode' | 'maxParallel' | 'stopOnError' | 'createdBy' | 'idempotencyKey' | 'requestDigest'
>;
/** The rest of the job that is made of an item when its turn has come. */
export interface ItemRequest {
  readonly input: unknown;
  readonly maxRetries: number;
  readonly retryBackoffMs: number;
  readonly timeoutMs: number | null;
  readonly outputs: readonly string[];
  readonly record: boolean;
}
export type NewBatchItem = Pick<
  BatchItemRow,
  'position' | 'key' | 'dependsOn' | 'dependants' | 'waitingFor' | 'rank' | 'taskId' | 'taskName' | 'priority'
> & { readonly request: ItemRequest };

/** Stores a batch with its items, all waiting. False: there is one with this idempotency key already. */
export async function insertBatch(tx: Queryable, batch: NewBatch, items: readonly NewBatchItem[]): Promise<boolean> {
  const made = await tx
    .insert(batches)
    .values({ ...batch, status: 'running' })
    .onConflictDoNothing()
    .returning({ id: batches.id });
  if (made.length === 0) return false;
  for (let at = 0; at < items.length; at += 2000) {
    const records = items.slice(at, at + 2000).map((item) => ({
      position: item.position,
      key: item.key,
      depends_on: item.dependsOn,
      dependants: item.dependants,
      waiting_for: item.waitingFor,
      rank: item.rank,
      task_id: item.taskId,
      task_name: item.taskName,
      priority: item.priority,
      // JSON within JSON, so that what it holds reaches the column as it was written.
      request: JSON.stringify({ ...item.request, input: JSON.stringify(item.request.input ?? null) }),
    }));
    await tx.execute(sql`
      insert into ratchet.batch_items (batch_id, position, key, depends_on, dependants, waiting_for, rank, task_id, task_name, priority, request, status)
      select ${batch.id}, position, key, depends_on, dependants, waiting_for, rank, task_id, task_name, priority, request::json, 'waiting'
      from json_to_recordset(${JSON.stringify(records)}::json) as x(
        position integer, key text, depends_on text[], dependants integer[], waiting_for integer, rank integer,
        task_id uuid, task_name text, priority text, request text)`);
  }
  return true;
}

export async function batchById(db: Queryable, id: string): Promise<BatchRow | null> {
  const [row] = await db.select().from(batches).where(eq(batches.id, id));
  return row ?? null;
}

export async function batchByKey(db: Queryable, key: string): Promise<BatchRow | null> {
  const [row] = await db.select().from(batches).where(eq(batches.idempotencyKey, key));
  return row ?? null;
}

/** The batch, which nobody else moves on until the transaction ends. */
export async function lockBatch(tx: Queryable, id: string): Promise<BatchRow | null> {
  const [row] = await tx.select().from(batches).where(eq(batches.id, id)).for('update');
  return row ?? null;
}

export interface EndedItem {
  readonly position: number;
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly dependants: readonly number[];
}

/** Writes into the items what became of their jobs since; a job that was deleted counts as cancelled. */
export async function collectEnded(tx: Queryable, batchId: string): Promise<EndedItem[]> {
  const { rows } = await tx.execute(sql`
    update ratchet.batch_items i set status = d.status, error = d.error, finished_at = now()
    from (
      select q.position, coalesce(j.status, 'cancelled') as status,
             case when j.status = 'completed' then null else e.error end as error
      from ratchet.batch_items q
      left join ratchet.jobs j on j.id = q.job_id
      left join ratchet.executions e on e.id = j.last_execution_id
      where q.batch_id = ${batchId} and q.status = 'queued' and (j.id is null or j.status in ('completed', 'failed', 'cancelled'))
    ) d
    where i.batch_id = ${batchId} and i.position = d.position
    returning i.position, i.status, i.dependants`);
  return rows as unknown as EndedItem[];
}

/** One less to wait for, for each time that a position is given. */
export async function unblockItems(tx: Queryable, batchId: string, positions: readonly number[]): Promise<void> {
  if (positions.length === 0) return;
  await tx.execute(sql`
    update ratchet.batch_items i set waiting_for = i.waiting_for - d.n
    from (select p, count(*)::integer as n from unnest(${sql.param(positions)}::integer[]) p group by p) d
    where i.batch_id = ${batchId} and i.position = d.p`);
}

/** Items that wait, with who depends on them. */
export async function waitingItems(tx: Queryable, batchId: string): Promise<Map<number, readonly number[]>> {
  const { rows } = await tx.execute(
    sql`select position, dependants from ratchet.batch_items where batch_id = ${batchId} and status = 'waiting'`,
  );
  return new Map((rows as unknown as EndedItem[]).map(({ position, dependants }) => [position, dependants]));
}

/** Ends items that wait, without a job. null: every one that waits. */
export async function endWaiting(
  tx: Queryable,
  batchId: string,
  positions: readonly number[] | null,
  status: 'skipped' | 'cancelled',
  error: StoredExecutionError,
): Promise<void> {
  const which = positions === null ? sql`true` : sql`position = any(${sql.param(positions)}::integer[])`;
  await tx.execute(sql`
    update ratchet.batch_items set status = ${status}, error = ${jsonText(error)}::jsonb, finished_at = now()
    where batch_id = ${batchId} and status = 'waiting' and ${which}`);
}

export interface Frontier {
  /** Items whose job has not ended. */
  readonly running: number;
  /** Items that have not begun, ready or not. */
  readonly waiting: number;
  /** Items that ended otherwise than completed. */
  readonly unsuccessful: number;
  /** The first positions whose turn can come, in order. */
  readonly ready: readonly number[];
}

export async function frontierOf(tx: Queryable, batchId: string, most: number): Promise<Frontier> {
  const { rows } = await tx.execute(sql`
    select (select count(*)::int from ratchet.batch_items where batch_id = ${batchId} and status = 'queued') as running,
           (select count(*)::int from ratchet.batch_items where batch_id = ${batchId} and status = 'waiting') as waiting,
           (select count(*)::int from ratchet.batch_items where batch_id = ${batchId} and status in ('failed', 'cancelled', 'skipped')) as unsuccessful,
           array(select position from ratchet.batch_items
                 where batch_id = ${batchId} and status = 'waiting' and waiting_for = 0
                 order by rank, position limit ${most}) as ready`);
  return rows[0] as unknown as Frontier;
}

/** Makes a job of each of these items and queues it, in one statement. */
export async function releaseItems(
  tx: Queryable,
  batchId: string,
  released: readonly { readonly position: number; readonly jobId: string }[],
): Promise<void> {
  if (released.length === 0) return;
  await tx.execute(sql`
    with taken as (
      update ratchet.batch_items i set status = 'queued', job_id = g."jobId"
      from json_to_recordset(${JSON.stringify(released)}::json) as g(position integer, "jobId" uuid)
      where i.batch_id = ${batchId} and i.position = g.position and i.status = 'waiting'
      returning i.*
    ), made as (
      insert into ratchet.jobs (id, task_id, task_name, status, priority, input, max_retries, retry_backoff_ms, timeout_ms,
             outputs, record, batch_id, created_by)
      select t.job_id, t.task_id, t.task_name, 'queued', t.priority, (r.input)::json, r."maxRetries", r."retryBackoffMs",
             r."timeoutMs", r.outputs, r.record, t.batch_id, b.created_by
      from taken t
      join ratchet.batches b on b.id = t.batch_id,
      json_to_record(t.request) as r(input text, "maxRetries" integer, "retryBackoffMs" integer, "timeoutMs" integer,
                                     outputs uuid[], record boolean)
      returning id, task_id, priority
    )
    select count(*) from graphile_worker.add_jobs(array(
      select row('run_job', json_build_object('jobId', m.id, 'taskId', m.task_id), null, null, null, 'job:' || m.id,
                 case m.priority when 'urgent' then -20 when 'high' then -10 when 'low' then 10 else 0 end,
                 null)::graphile_worker.job_spec
      from made m join taken t on t.job_id = m.id order by t.rank, t.position))`);
}

/** Ends a batch. */
export async function endBatch(tx: Queryable, id: string, status: BatchRow['status']): Promise<void> {
  await tx
    .update(batches)
    .set({ status, finishedAt: sql`now()`, revision: sql`${batches.revision} + 1` })
    .where(eq(batches.id, id));
}

/** Batches that should be moved on: a job of theirs has ended unnoticed, or nothing of them runs although they do. */
export async function restingBatches(db: Queryable): Promise<string[]> {
  const { rows } = await db.execute(sql`
    select b.id from ratchet.batches b where b.status = 'running'
      and not exists (select 1 from ratchet.batch_items i where i.batch_id = b.id and i.status = 'queued')
    union
    select i.batch_id from ratchet.batch_items i left join ratchet.jobs j on j.id = i.job_id
    join ratchet.batches b on b.id = i.batch_id
    where i.status = 'queued' and (b.status = 'cancelled' or j.id is null or j.status in ('completed', 'failed', 'cancelled'))`);
  return (rows as unknown as { id: string }[]).map(({ id }) => id);
}

/** Jobs of a batch whose items have not ended. */
export async function queuedJobsOf(db: Queryable, batchId: string): Promise<string[]> {
  const { rows } = await db.execute(
    sql`select job_id as id from ratchet.batch_items where batch_id = ${batchId} and status = 'queued'`,
  );
  return (rows as unknown as { id: string }[]).map(({ id }) => id);
}

/** Items by status, per batch. */
export async function itemCounts(
  db: Queryable,
  batchIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
  if (batchIds.length === 0) return new Map();
  const { rows } = await db.execute(sql`
    select batch_id as id, status, count(*)::int as n from ratchet.batch_items
    where batch_id = any(${sql.param(batchIds)}::uuid[]) group by batch_id, status`);
  const counts = new Map<string, Record<string, number>>();
  for (const { id, status, n } of rows as unknown as { id: string; status: string; n: number }[])
    counts.set(id, { ...counts.get(id), [status]: n });
  return counts;
}

export interface ItemResult {
  readonly position: number;
  readonly key: string;
  readonly dependsOn: readonly string[];
  readonly taskId: string | null;
  readonly taskName: string;
  readonly priority: BatchItemRow['priority'];
  readonly status: BatchItemRow['status'];
  readonly jobId: string | null;
  readonly executionId: string | null;
  readonly output: unknown;
  readonly outputOmitted: boolean;
  readonly error: StoredExecutionError | null;
  readonly finishedAt: string | null;
}

/** Every item with what became of it. Outputs come in order until they make `outputBytes` together. */
export async function itemResults(db: Queryable, batchId: string, outputBytes: number): Promise<ItemResult[]> {
  const { rows } = await db.execute(sql`
    with found as (
      select i.position, i.key, i.depends_on, i.task_id, i.task_name, i.priority, i.status, i.job_id,
             j.last_execution_id, i.error, i.finished_at,
             case when i.status = 'completed' then octet_length(e.output::text) end as size
      from ratchet.batch_items i
      left join ratchet.jobs j on j.id = i.job_id
      left join ratchet.executions e on e.id = j.last_execution_id
      where i.batch_id = ${batchId}
    ), measured as (select *, sum(size) over (order by position) <= ${outputBytes} as fits from found)
    select m.position, m.key, m.depends_on as "dependsOn", m.task_id as "taskId", m.task_name as "taskName", m.priority,
           m.status, m.job_id as "jobId", m.last_execution_id as "executionId", o.output,
           m.size is not null and not m.fits as "outputOmitted", m.error, m.finished_at as "finishedAt"
    from measured m left join ratchet.executions o on o.id = m.last_execution_id and m.size is not null and m.fits
    order by m.position`);
  return rows as unknown as ItemResult[];
}

const spec = (fields: ListFields): PageSpec<typeof batches> => ({
  table: batches,
  fields,
  columns: {
    id: batches.id,
    name: batches.name,
    mode: batches.mode,
    status: batches.status,
    createdAt: batches.createdAt,
    finishedAt: batches.finishedAt,
  },
  search: [batches.name],
  id: batches.id,
});

export const pageOfBatches = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<BatchRow>> => pageQuery(db, spec(fields), request, visibleBatches(reader, batches.id));
