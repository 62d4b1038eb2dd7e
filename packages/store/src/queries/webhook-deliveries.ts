import { lt, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { webhookDeliveries } from '../schema/repositories.ts';

/** Takes a delivery once; false: it was taken before. */
export async function takeDelivery(db: Queryable, repositoryId: string, delivery: string): Promise<boolean> {
  const { rowCount } = await db.insert(webhookDeliveries).values({ repositoryId, delivery }).onConflictDoNothing();
  return rowCount === 1;
}

/** Forgets deliveries that no sender would send again. */
export async function forgetDeliveries(db: Queryable, olderThanDays: number): Promise<void> {
  await db
    .delete(webhookDeliveries)
    .where(lt(webhookDeliveries.receivedAt, sql`now() - make_interval(days => ${olderThanDays}::int)`));
}
