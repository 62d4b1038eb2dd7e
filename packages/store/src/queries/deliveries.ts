import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { newId } from '../id.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import { deliveries, type StoredAttempt } from '../schema/work.ts';
import type { ExecutionRow } from './executions.ts';
import { type DestinationRow, destinationsFor } from './output-destinations.ts';
import { visibleOfExecution } from './visible.ts';

export type DeliveryRow = typeof deliveries.$inferSelect;
export type { StoredAttempt } from '../schema/work.ts';

/** What graphile-worker passes over while a destination has as many deliveries under way as it may. */
export const destinationFlag = (destinationId: string): string => `destination:${destinationId}`;

/** Attempts of a delivery that are kept; the oldest go first. */
const keptAttempts = 100;

/** Which ends a destination is told of: a run that was cancelled is neither a success nor a failure. */
const wants = (on: DestinationRow['on'], status: ExecutionRow['status']): boolean =>
  on === 'always' || (on === 'success' ? status === 'completed' : status === 'failed' || status === 'timed_out');

type Ended = Pick<ExecutionRow, 'id' | 'taskName' | 'status' | 'outputs' | 'replayOf'>;

/**
 * Queues the deliveries of executions that ended, in the transaction that stores their end: to enabled destinations that
 * are global or named by the execution, and want this end. A replay is not delivered.
 */
export async function queueDeliveries(tx: Queryable, executions: readonly Ended[]): Promise<void> {
  const ended = executions.filter(({ replayOf }) => replayOf === null);
  if (ended.length === 0) return;
  const destinations = await destinationsFor(tx, [...new Set(ended.flatMap(({ outputs }) => outputs))]);
  const rows = ended.flatMap((execution) =>
    destinations
      .filter(({ id, isGlobal, on }) => (isGlobal || execution.outputs.includes(id)) && wants(on, execution.status))
      .map(({ id, name, maxAttempts }) => ({
        id: newId(),
        execution_id: execution.id,
        destination_id: id,
        destination_name: name,
        task_name: execution.taskName,
        max_attempts: maxAttempts,
      })),
  );
  if (rows.length === 0) return;
  await tx.execute(sql`
    with made as (
      insert into ratchet.delivery_results (id, execution_id, destination_id, destination_name, task_name, status, max_attempts)
      select id, execution_id, destination_id, destination_name, task_name, 'pending', max_attempts
      from json_to_recordset(${jsonText(rows)}::json)
        as x(id uuid, execution_id uuid, destination_id uuid, destination_name text, task_name text, max_attempts int)
      on conflict do nothing returning id, destination_id
    )
    select count(${addJob(sql`null`)}) from made as d`);
}

/** Queues one attempt of the delivery that the alias `d` stands for. A job of it that is not begun is replaced. */
const addJob = (at: ReturnType<typeof sql>) => sql`(graphile_worker.add_job('deliver_output',
  json_build_object('deliveryId', d.id::text), run_at := ${at}::timestamptz, job_key := 'delivery:' || d.id,
  flags := array['destination:' || d.destination_id, 'delivery:' || d.id])).id`;

/** Queues an attempt for after a pause; the row says from when on. */
export async function postponeDelivery(tx: Queryable, id: string, pauseMs: number): Promise<void> {
  await tx.execute(sql`
    with later as (
      update ratchet.delivery_results
      set status = 'pending', next_attempt_at = now() + make_interval(secs => ${pauseMs / 1000}::double precision),
          revision = revision + 1, updated_at = now()
      where id = ${id} and status in ('pending', 'delivering') returning id, destination_id, next_attempt_at
    ) select ${addJob(sql`d.next_attempt_at`)} from later as d`);
}

/** Puts a job back that was taken though its destination has no room: the queue passes it over from now on. */
export async function requeueDelivery(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`
    select ${addJob(sql`d.next_attempt_at`)} from ratchet.delivery_results as d
    where d.id = ${id} and d.status in ('pending', 'delivering')`);
}

/** Queues at once what waits for a destination, whose settings have changed. Answers how many that were. */
export async function releaseDeliveries(tx: Queryable, destinationId: string): Promise<number> {
  const { rows } = await tx.execute(sql`
    with freed as (
      update ratchet.delivery_results set next_attempt_at = null, revision = revision + 1, updated_at = now()
      where destination_id = ${destinationId} and status = 'pending' returning id, destination_id
    ) select ${addJob(sql`null`)} from freed as d`);
  return rows.length;
}

/** Of an attempt whose node died: it began when the row was last changed. */
const interrupted = sql`jsonb_build_array(jsonb_build_object(
  'attempt', attempts, 'at', to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'durationMs', round(extract(epoch from now() - updated_at) * 1000),
  'error', 'The server stopped in the middle of this attempt.', 'response', null))`;

/**
 * Takes a delivery for its next attempt. One that is under way is taken from a dead node only: while another job of it is
 * locked, that one's worker lives, or is yet to be found dead. null: it is over, gone, another's, or not due yet.
 */
export async function claimDelivery(db: Queryable, id: string, jobId: string): Promise<DeliveryRow | null> {
  const free = sql`not exists (select 1 from graphile_worker.jobs j
    where j.locked_at is not null and j.id <> ${jobId}::bigint and j.flags ? ${`delivery:${id}`})`;
  const [row] = await db
    .update(deliveries)
    .set({
      status: 'delivering',
      attempts: sql`${deliveries.attempts} + 1`,
      history: sql`case when status = 'delivering' then history || ${interrupted} else history end`,
      nextAttemptAt: null,
      revision: sql`${deliveries.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(
      sql`${deliveries.id} = ${id} and case ${deliveries.status}
        when 'pending' then ${deliveries.nextAttemptAt} is null or ${deliveries.nextAttemptAt} <= now() + interval '1 second'
        when 'delivering' then ${free} else false end`,
    )
    .returning();
  return row ?? null;
}

const appended = (attempt: StoredAttempt) => sql`(
  select coalesce(jsonb_agg(entry order by n), '[]'::jsonb) from (
    select entry, n from jsonb_array_elements(history || ${jsonText([attempt])}::jsonb) with ordinality as e(entry, n)
    order by n desc limit ${keptAttempts}) kept)`;

/** It arrived. Counts even where the delivery was given up meanwhile: what arrived, arrived. */
export async function recordDelivered(
  tx: Queryable,
  { id, attempts }: Pick<DeliveryRow, 'id' | 'attempts'>,
  attempt: StoredAttempt,
  delivered: { readonly target: string; readonly bytes: number },
): Promise<void> {
  await tx.execute(sql`
    update ratchet.delivery_results
    set status = 'delivered', target = ${delivered.target}, bytes = ${delivered.bytes}, delivered_at = now(),
        last_error = null, next_attempt_at = null, history = ${appended(attempt)}, revision = revision + 1, updated_at = now()
    where id = ${id} and attempts = ${attempts}`);
}

/** It did not arrive. `retry`: it is tried again, the caller queues it. Answers whether this attempt still counted. */
export async function recordFailed(
  tx: Queryable,
  { id, attempts }: Pick<DeliveryRow, 'id' | 'attempts'>,
  attempt: StoredAttempt,
  { target, retry }: { readonly target: string | null; readonly retry: boolean },
): Promise<boolean> {
  const { rowCount } = await tx.execute(sql`
    update ratchet.delivery_results
    set status = ${retry ? 'pending' : 'failed'}, target = coalesce(${target}, target), last_error = ${attempt.error},
        history = ${appended(attempt)}, revision = revision + 1, updated_at = now()
    where id = ${id} and attempts = ${attempts} and status = 'delivering'`);
  return rowCount === 1;
}

/** An attempt that was not made to its end, for a reason of this server's: it does not count, and is made after a pause. */
export async function handBackDelivery(
  tx: Queryable,
  { id, attempts }: Pick<DeliveryRow, 'id' | 'attempts'>,
  pauseMs: number,
): Promise<void> {
  await tx.execute(sql`
    with back as (
      update ratchet.delivery_results
      set status = 'pending', attempts = attempts - 1, revision = revision + 1, updated_at = now(),
          next_attempt_at = now() + make_interval(secs => ${pauseMs / 1000}::double precision)
      where id = ${id} and attempts = ${attempts} and status = 'delivering' returning id, destination_id, next_attempt_at
    ) select ${addJob(sql`d.next_attempt_at`)} from back as d`);
}

/** Gives up one that is open, without an attempt. */
export async function failDelivery(db: Queryable, id: string, why: string): Promise<void> {
  await db.execute(sql`
    update ratchet.delivery_results
    set status = 'failed', last_error = ${why}, next_attempt_at = null, revision = revision + 1, updated_at = now()
    where id = ${id} and status in ('pending', 'delivering')`);
}

/** Gives up all that is open of a destination, and takes it out of the queue. */
export async function failDeliveriesOf(tx: Queryable, destinationId: string, why: string): Promise<void> {
  await tx.execute(sql`
    with over as (
      update ratchet.delivery_results
      set status = 'failed', last_error = ${why}, next_attempt_at = null, revision = revision + 1, updated_at = now()
      where destination_id = ${destinationId} and status in ('pending', 'delivering') returning id
    ) select graphile_worker.remove_job('delivery:' || id) from over`);
}

/** Queues one again at once, with as many attempts as its destination gives. null: it is under way, or gone. */
export async function resendDelivery(tx: Queryable, id: string, maxAttempts: number): Promise<DeliveryRow | null> {
  const [row] = await tx
    .update(deliveries)
    .set({
      status: 'pending',
      maxAttempts: sql`${deliveries.attempts} + ${maxAttempts}::int`,
      nextAttemptAt: null,
      revision: sql`${deliveries.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(sql`${deliveries.id} = ${id} and ${deliveries.status} <> 'delivering'`)
    .returning();
  if (row) await requeueDelivery(tx, id);
  return row ?? null;
}

export async function deliveryById(db: Queryable, id: string): Promise<DeliveryRow | null> {
  const [row] = await db.select().from(deliveries).where(eq(deliveries.id, id));
  return row ?? null;
}

const spec = (fields: ListFields): PageSpec<typeof deliveries> => ({
  table: deliveries,
  fields,
  columns: {
    id: deliveries.id,
    executionId: deliveries.executionId,
    destinationId: deliveries.destinationId,
    destinationName: deliveries.destinationName,
    taskName: deliveries.taskName,
    status: deliveries.status,
    attempts: deliveries.attempts,
    createdAt: deliveries.createdAt,
    deliveredAt: deliveries.deliveredAt,
  },
  search: [deliveries.taskName, deliveries.destinationName],
  id: deliveries.id,
});

export const pageOfDeliveries = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<DeliveryRow>> =>
  pageQuery(db, spec(fields), request, visibleOfExecution(reader, deliveries.executionId));

/** Heard when a destination's circuit changes; the payload is `{id, state, until}`. */
export const circuitChannel = 'ratchet_output_circuit';

/** Tells every node. */
export async function tellCircuit(db: Queryable, circuit: { id: string; state: string; until: number }): Promise<void> {
  await db.execute(sql`select pg_notify(${circuitChannel}, ${JSON.stringify(circuit)})`);
}
