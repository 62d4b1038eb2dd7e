import { fullRights, type Rights } from '@ratchet/contract/access';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { alerts } from '../schema/alerts.ts';
import { visibleInRepository } from './visible.ts';

export type AlertRow = typeof alerts.$inferSelect;

export async function alertById(db: Queryable, id: string): Promise<AlertRow | null> {
  const [row] = await db.select().from(alerts).where(eq(alerts.id, id));
  return row ?? null;
}

export async function insertAlert(tx: Queryable, row: typeof alerts.$inferInsert): Promise<AlertRow> {
  const [made] = await tx.insert(alerts).values(row).returning();
  return made as AlertRow;
}

/** Changes settings; the revision grows by one. Null: there is no such alert at that revision. */
export async function updateAlert(
  tx: Queryable,
  id: string,
  changes: Partial<Pick<AlertRow, 'name' | 'threshold' | 'enabled'>>,
): Promise<AlertRow | null> {
  const [row] = await tx
    .update(alerts)
    .set({ ...changes, revision: sql`${alerts.revision} + 1`, updatedAt: sql`now()` })
    .where(eq(alerts.id, id))
    .returning();
  return row ?? null;
}

export async function deleteAlert(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.delete(alerts).where(eq(alerts.id, id));
  return rowCount === 1;
}

export const enabledAlerts = (db: Queryable): Promise<AlertRow[]> =>
  db.select().from(alerts).where(eq(alerts.enabled, true)).orderBy(alerts.name);

/** Records a look at the figure. Answers whether the state changed: of several nodes that look, one hears true. */
export async function recordAlert(
  db: Queryable,
  id: string,
  look: { state: AlertRow['state']; value: number | null; subject: string | null },
): Promise<boolean> {
  const { rows } = await db.execute(sql`
    with before as (select state from ratchet.alerts where id = ${id} for update)
    update ratchet.alerts a set state = ${look.state}, value = ${look.value}, subject = ${look.subject},
      fired_at = case when before.state = 'ok' and ${look.state} = 'firing' then now() else a.fired_at end,
      resolved_at = case when before.state = 'firing' and ${look.state} = 'ok' then now() else a.resolved_at end
    from before where a.id = ${id} returning before.state <> ${look.state} as changed`);
  return (rows as unknown as { changed: boolean }[])[0]?.changed === true;
}

const spec = (fields: ListFields): PageSpec<typeof alerts> => ({
  table: alerts,
  fields,
  columns: {
    id: alerts.id,
    name: alerts.name,
    metric: alerts.metric,
    state: alerts.state,
    enabled: alerts.enabled,
    repositoryId: alerts.repositoryId,
    createdAt: alerts.createdAt,
    firedAt: alerts.firedAt,
  },
  search: [alerts.name],
  id: alerts.id,
});

export const pageOfAlerts = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
  reader: Rights = fullRights,
): Promise<Page<AlertRow>> => pageQuery(db, spec(fields), request, visibleInRepository(reader, alerts.repositoryId));
