import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, asc, eq, gt, gte, lt, lte, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import { auditChain, auditEvents } from '../schema/access.ts';

export type AuditRow = typeof auditEvents.$inferSelect;
export type ChainRow = typeof auditChain.$inferSelect;

const chainId = 1;

/** Where the chain stands; nobody else appends until the transaction ends. */
export async function lockChain(tx: Queryable): Promise<ChainRow> {
  const locked = () => tx.select().from(auditChain).where(eq(auditChain.id, chainId)).for('update');
  const [row] = await locked();
  if (row) return row;
  await tx.insert(auditChain).values({ id: chainId, lastSequence: 0, lastHash: '' }).onConflictDoNothing();
  const [made] = await locked();
  return made as ChainRow;
}

/** Null: nothing was ever appended. */
export async function chainState(db: Queryable): Promise<ChainRow | null> {
  const [row] = await db.select().from(auditChain).where(eq(auditChain.id, chainId));
  return row ?? null;
}

/** Adds events, which follow one another, to a locked chain. */
export async function appendEvents(tx: Queryable, rows: readonly AuditRow[]): Promise<void> {
  const last = rows.at(-1);
  if (!last) return;
  const records = rows.map((row) => ({
    id: row.id,
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor_kind: row.actorKind,
    actor_id: row.actorId,
    actor_name: row.actorName,
    surface: row.surface,
    operation: row.operation,
    outcome: row.outcome,
    error_code: row.errorCode,
    target_kind: row.targetKind,
    target_id: row.targetId,
    before_digest: row.beforeDigest,
    after_digest: row.afterDigest,
    request_id: row.requestId,
    address: row.address,
    repeats: row.repeats,
    previous_hash: row.previousHash,
    hash: row.hash,
  }));
  const names = sql.raw(Object.keys(records[0] as object).join(', '));
  await tx.execute(sql`
    insert into ratchet.audit_events (${names})
    select ${names} from jsonb_populate_recordset(null::ratchet.audit_events, ${jsonText(records)}::jsonb)`);
  await tx
    .update(auditChain)
    .set({ lastSequence: last.sequence, lastHash: last.hash })
    .where(eq(auditChain.id, chainId));
}

export interface AuditSpan {
  /** Not before; before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Events after a sequence number, in order; up to `upTo`. */
export const eventsAfter = (
  db: Queryable,
  sequence: number,
  limit: number,
  { from, to, upTo }: AuditSpan & { readonly upTo?: number } = {},
): Promise<AuditRow[]> =>
  db
    .select()
    .from(auditEvents)
    .where(
      and(
        gt(auditEvents.sequence, sequence),
        from && gte(auditEvents.at, from),
        to && lt(auditEvents.at, to),
        upTo === undefined ? undefined : lte(auditEvents.sequence, upTo),
      ),
    )
    .orderBy(asc(auditEvents.sequence))
    .limit(limit);

export async function countEvents(db: Queryable, { from, to }: AuditSpan): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(auditEvents)
    .where(and(from && gte(auditEvents.at, from), to && lt(auditEvents.at, to)));
  return row?.count ?? 0;
}

export async function hasHash(db: Queryable, hash: string): Promise<boolean> {
  const rows = await db.select({ id: auditEvents.id }).from(auditEvents).where(eq(auditEvents.hash, hash)).limit(1);
  return rows.length > 0;
}

/**
 * Takes whole events from the front of a locked chain: all before the first that is not older than `before`, at most
 * `most`. The chain remembers the hash that what is left follows. Answers how many went.
 */
export async function cutFront(tx: Queryable, chain: ChainRow, before: Date, most: number): Promise<number> {
  const { rows } = await tx.execute(sql`
    select coalesce(
      (select min(sequence) from ratchet.audit_events where at >= ${before.toISOString()}::timestamptz) - 1,
      ${chain.lastSequence}::bigint)::float8 as last`);
  const oldest = Number((rows[0] as { last: number }).last);
  const last = Math.min(oldest, chain.firstSequence - 1 + most);
  if (last < chain.firstSequence) return 0;
  const [end] = await tx.select({ hash: auditEvents.hash }).from(auditEvents).where(eq(auditEvents.sequence, last));
  // A chain that does not hold is left as it is, for somebody to look at.
  if (!end) return 0;
  await tx.execute(sql`select set_config('ratchet.audit_retention', 'on', true)`);
  const { rowCount } = await tx.delete(auditEvents).where(lte(auditEvents.sequence, last));
  await tx.execute(sql`select set_config('ratchet.audit_retention', 'off', true)`);
  await tx
    .update(auditChain)
    .set({ firstSequence: last + 1, baseHash: end.hash })
    .where(eq(auditChain.id, chainId));
  return rowCount ?? 0;
}

const spec = (fields: ListFields): PageSpec<typeof auditEvents> => ({
  table: auditEvents,
  fields,
  columns: {
    id: auditEvents.id,
    sequence: auditEvents.sequence,
    at: auditEvents.at,
    actorKind: auditEvents.actorKind,
    actorId: auditEvents.actorId,
    actorName: auditEvents.actorName,
    surface: auditEvents.surface,
    operation: auditEvents.operation,
    outcome: auditEvents.outcome,
    errorCode: auditEvents.errorCode,
    targetKind: auditEvents.targetKind,
    targetId: auditEvents.targetId,
    requestId: auditEvents.requestId,
    address: auditEvents.address,
  },
  search: [auditEvents.actorName, auditEvents.operation, auditEvents.targetId],
  id: auditEvents.sequence,
});

export const pageOfEvents = (db: Queryable, fields: ListFields, request: ListRequest): Promise<Page<AuditRow>> =>
  pageQuery(db, spec(fields), request);
