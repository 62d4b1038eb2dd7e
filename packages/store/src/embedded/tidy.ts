import type pg from 'pg';
import type { Warn } from '../listener.ts';

const everyMs = 60_000;
/** As autovacuum's own: rows that any table may have, and a share of the table, before it is worth the work. */
const rows = 500;
const deadShare = 0.2;
const changedShare = 0.1;
/** New rows cost every read of an index alone a look at the table, until a vacuum has seen them. */
const addedShare = 0.2;

interface Work {
  readonly table: string;
  readonly staleMap: boolean;
}

/**
 * Removes dead rows and renews the planner's statistics where enough has changed. The embedded database has no background
 * process that would; without it, tables that change all the time grow for ever.
 */
export async function tidy(pool: pg.Pool): Promise<void> {
  const { rows: work } = await pool.query<Work>(
    `select * from (
       select format('%I.%I', schemaname, relname) as table,
         n_dead_tup > $1 + $2::float8 * n_live_tup or n_ins_since_vacuum > $1 + $4::float8 * n_live_tup as "staleMap",
         n_mod_since_analyze > $1 + $3::float8 * n_live_tup as "staleStatistics"
       from pg_stat_user_tables) as standing
     where "staleMap" or "staleStatistics"`,
    [rows, deadShare, changedShare, addedShare],
  );
  // One at a time, each a turn of its own: others come in between.
  for (const { table, staleMap } of work) await pool.query(`${staleMap ? 'vacuum (analyze)' : 'analyze'} ${table}`);
}

/** Tidies now and then, until the function that it answers is called, which waits for what is under way. */
export function keepTidy(pool: pg.Pool, warn: Warn): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => tidy(pool)).catch((error) => warn('The embedded database was not tidied.', error));
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
