import { and, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { nodes } from '../schema/execution.ts';

export type NodeRow = typeof nodes.$inferSelect;

export async function registerNode(
  db: Queryable,
  node: Pick<NodeRow, 'id' | 'hostname' | 'pid' | 'role' | 'version'>,
): Promise<void> {
  await db.insert(nodes).values({ ...node, status: 'active' });
}

/** Answers whether the node still counts as living. */
export async function heartbeat(db: Queryable, id: string): Promise<boolean> {
  const rows = await db
    .update(nodes)
    .set({ heartbeatAt: sql`now()` })
    .where(and(eq(nodes.id, id), sql`${nodes.status} in ('active', 'draining')`))
    .returning({ id: nodes.id });
  return rows.length === 1;
}

/** Nodes that should live and were not heard of for so long, by the database's clock. */
export const listStaleNodes = (db: Queryable, seconds: number): Promise<NodeRow[]> =>
  db
    .select()
    .from(nodes)
    .where(
      and(
        sql`${nodes.status} in ('active', 'draining')`,
        sql`${nodes.heartbeatAt} < now() - make_interval(secs => ${seconds}::double precision)`,
      ),
    );

export async function markNode(db: Queryable, id: string, status: NodeRow['status']): Promise<void> {
  await db.update(nodes).set({ status }).where(eq(nodes.id, id));
}

/** Nodes that count as living but are not this one: in embedded mode they are all dead, since one process holds the folder. */
export const otherNodes = (db: Queryable, id: string): Promise<NodeRow[]> =>
  db
    .select()
    .from(nodes)
    .where(and(sql`${nodes.status} in ('active', 'draining')`, sql`${nodes.id} <> ${id}`));
