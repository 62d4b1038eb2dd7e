import { sql } from 'drizzle-orm';
import type { Queryable } from './database.ts';

/** Tells every listener of the channel, when the transaction is committed. Payload: an id, never content. */
export async function notify(tx: Queryable, channel: string, payload: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${payload})`);
}
