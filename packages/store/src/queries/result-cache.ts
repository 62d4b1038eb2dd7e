import { and, eq, gt, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { resultCache } from '../schema/work.ts';

export interface CachedResult {
  readonly executionId: string;
  readonly output: unknown;
}

/** A stored answer that has not expired. */
export async function cachedResult(db: Queryable, key: string): Promise<CachedResult | null> {
  const [row] = await db
    .select({ executionId: resultCache.executionId, output: resultCache.output })
    .from(resultCache)
    .where(and(eq(resultCache.key, key), gt(resultCache.expiresAt, sql`now()`)));
  return row ?? null;
}

export interface NewCachedResult extends CachedResult {
  readonly key: string;
  readonly taskId: string;
  readonly ttlSeconds: number;
}

/** Stores answers; a newer one takes the place of one that is there. */
export async function storeResults(db: Queryable, results: readonly NewCachedResult[]): Promise<void> {
  if (results.length === 0) return;
  // One statement may not write a row twice.
  const byKey = new Map(results.map((result) => [result.key, result]));
  const records = [...byKey.values()].map((r) => ({
    key: r.key,
    task_id: r.taskId,
    execution_id: r.executionId,
    output: JSON.stringify(r.output ?? null),
    ttl: r.ttlSeconds,
  }));
  await db.execute(sql`
    insert into ratchet.result_cache (key, task_id, execution_id, output, expires_at)
    select key, task_id, execution_id, output::json, now() + make_interval(secs => ttl)
    from json_to_recordset(${JSON.stringify(records)}::json) as x(key text, task_id uuid, execution_id uuid, output text, ttl double precision)
    order by key
    on conflict (key) do update set execution_id = excluded.execution_id, output = excluded.output,
       created_at = now(), expires_at = excluded.expires_at`);
}

/** Forgets what has expired, and what is of tasks that are gone. Answers how many answers that were. */
export async function tidyResults(db: Queryable): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from ratchet.result_cache c where c.expires_at <= now()
      or not exists (select 1 from ratchet.tasks t where t.id = c.task_id and t.deleted_at is null)`);
  return rowCount ?? 0;
}
