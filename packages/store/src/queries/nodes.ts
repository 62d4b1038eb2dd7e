import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { notify } from '../events.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import { nodes, type StoredLoad } from '../schema/execution.ts';

export type NodeRow = typeof nodes.$inferSelect;

/** Heard when an operator asked something of a node; the payload is its id. */
export const nodeChannel = 'ratchet_node_asked';
/** Heard when a node came, went or was asked something; the payload is its id. */
export const nodeChangedChannel = 'ratchet_node_changed';

/** What a node says of itself with each heartbeat. */
export interface NodeReport {
  readonly workerIds: readonly string[];
  readonly concurrency: number;
  readonly load: StoredLoad;
}

/** What an operator wants of a node. */
export type NodeOrders = Pick<NodeRow, 'status' | 'desiredConcurrency'>;

const living = sql`${nodes.status} in ('active', 'draining')`;
/** Executions that a node began so long ago. The partial index over them is only used where both its states are named. */
const runsSince = (seconds: number) =>
  sql`exists (select from ratchet.executions e where e.node_id = ${nodes.id} and e.status in ('pending', 'running') and e.status = 'running'
      and e.started_at <= now() - make_interval(secs => ${seconds}::double precision))`;
const silentFor = (seconds: number) =>
  sql`${nodes.heartbeatAt} < now() - make_interval(secs => ${seconds}::double precision)`;
/** What a node says, as columns; `heartbeat_at` by the database's clock. */
const said = ({ workerIds, concurrency, load }: NodeReport) => ({
  workerIds: [...workerIds],
  concurrency,
  load: sql`${jsonText(load)}::jsonb`,
  heartbeatAt: sql`now()`,
});

/** Puts a node on record as living, or back when it was given up though it lives. */
export async function registerNode(
  db: Queryable,
  node: Pick<NodeRow, 'id' | 'hostname' | 'pid' | 'role' | 'version'>,
  report: NodeReport = { workerIds: [], concurrency: 0, load: noLoad },
  status: 'active' | 'draining' = 'active',
): Promise<void> {
  await db
    .insert(nodes)
    .values({ ...node, status, ...said(report) })
    .onConflictDoUpdate({ target: nodes.id, set: { status, ...said(report) } });
  await notify(db, nodeChangedChannel, node.id);
}

const noLoad: StoredLoad = { running: 0, runners: 0, completed: 0, failed: 0, rssBytes: 0, cpu: 0 };

/** Answers what is wanted of the node; null: it counts as dead, or as none. */
export async function heartbeat(db: Queryable, id: string, report: NodeReport): Promise<NodeOrders | null> {
  const [row] = await db
    .update(nodes)
    .set(said(report))
    .where(and(eq(nodes.id, id), living))
    .returning({ status: nodes.status, desiredConcurrency: nodes.desiredConcurrency });
  return row ?? null;
}

/**
 * Unlocks queued work that a worker holds which belongs to no living node, once it has held it for so long. Answers how
 * many workers that were. The queue itself would wait for four hours.
 */
export async function unlockLostWork(db: Queryable, seconds: number): Promise<number> {
  const { rows } = await db.execute(sql`
    select distinct locked_by as worker from graphile_worker.jobs
    where locked_by is not null and locked_at <= now() - make_interval(secs => ${seconds}::double precision)
      and locked_by <> all (select unnest(worker_ids) from ratchet.nodes where status in ('active', 'draining'))`);
  const workers = (rows as unknown as { worker: string }[]).map(({ worker }) => worker);
  if (workers.length > 0)
    await db.execute(sql`select graphile_worker.force_unlock_workers(${sql.param(workers)}::text[])`);
  return workers.length;
}

/** Whether one of these names has locked work for some seconds that is none of `known`: the answer that told it was lost. */
export async function holdsUnknown(
  db: Queryable,
  names: readonly string[],
  known: readonly string[],
  seconds: number,
): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select exists (select from graphile_worker.jobs
      where locked_by = any(${sql.param(names)}::text[]) and id <> all(${sql.param(known)}::bigint[])
        and locked_at < now() - make_interval(secs => ${seconds}::double precision)) as held`);
  return Boolean((rows[0] as { held: boolean } | undefined)?.held);
}

/**
 * Nodes that should live and were not heard of for so long, by the database's clock; and those that are gone and left
 * work behind, which they began after they were given up or could not hand back.
 */
export const listStaleNodes = (db: Queryable, seconds: number): Promise<NodeRow[]> =>
  db
    .select()
    .from(nodes)
    .where(and(sql`(${living} or ${runsSince(seconds)})`, silentFor(seconds)));

export async function markNode(db: Queryable, id: string, status: NodeRow['status']): Promise<void> {
  await db.update(nodes).set({ status }).where(eq(nodes.id, id));
  await notify(db, nodeChangedChannel, id);
}

/** Nodes that count as living, or left work behind, but are not this one: in embedded mode they are all dead, since one process holds the folder. */
export const otherNodes = (db: Queryable, id: string): Promise<NodeRow[]> =>
  db
    .select()
    .from(nodes)
    .where(and(sql`(${living} or ${runsSince(0)})`, sql`${nodes.id} <> ${id}`));

/** Forgets nodes that went so many days ago. */
export async function forgetNodes(db: Queryable, days: number): Promise<void> {
  await db
    .delete(nodes)
    .where(
      sql`not (${living}) and not (${runsSince(0)}) and ${nodes.heartbeatAt} < now() - make_interval(days => ${days})`,
    );
}

export async function nodeById(db: Queryable, id: string): Promise<NodeRow | null> {
  const [row] = await db.select().from(nodes).where(eq(nodes.id, id));
  return row ?? null;
}

/** Living nodes that run tasks. */
export const workingNodes = (db: Queryable): Promise<NodeRow[]> =>
  db
    .select()
    .from(nodes)
    .where(and(living, sql`${nodes.role} <> 'api'`))
    .orderBy(asc(nodes.startedAt), asc(nodes.id));

/** Asks something of a living node; null: it is gone. */
export async function orderNode(db: Queryable, id: string, orders: Partial<NodeOrders>): Promise<NodeRow | null> {
  const [row] = await db
    .update(nodes)
    .set(orders)
    .where(and(eq(nodes.id, id), living))
    .returning();
  if (row) await notify(db, nodeChangedChannel, id);
  return row ?? null;
}

export interface NodeCounts {
  readonly byStatus: Record<string, number>;
  readonly concurrency: number;
  readonly running: number;
  readonly waiting: number;
}

export async function nodeCounts(db: Queryable): Promise<NodeCounts> {
  const { rows } = await db.execute<{ status: string; count: number; concurrency: number }>(sql`
    select status, count(*)::int as count, coalesce(sum(concurrency) filter (where status = 'active'), 0)::int as concurrency
    from ratchet.nodes group by status`);
  const { rows: work } = await db.execute<{ running: number; waiting: number }>(sql`
    select (select count(*)::int from ratchet.executions where status = 'running') as running,
           (select count(*)::int from graphile_worker.jobs
            where task_identifier in ('run_job', 'run_execution') and locked_at is null and run_at <= now() and attempts < max_attempts) as waiting`);
  return {
    byStatus: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
    concurrency: rows.reduce((sum, row) => sum + row.concurrency, 0),
    running: work[0]?.running ?? 0,
    waiting: work[0]?.waiting ?? 0,
  };
}

const spec = (fields: ListFields): PageSpec<typeof nodes> => ({
  table: nodes,
  fields,
  columns: {
    id: nodes.id,
    hostname: nodes.hostname,
    role: nodes.role,
    status: nodes.status,
    startedAt: nodes.startedAt,
    heartbeatAt: nodes.heartbeatAt,
  },
  search: [nodes.hostname],
  id: nodes.id,
});

export const pageOfNodes = (db: Queryable, fields: ListFields, request: ListRequest): Promise<Page<NodeRow>> =>
  pageQuery(db, spec(fields), request);
