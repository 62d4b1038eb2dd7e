import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Queryable } from './database.ts';
import { isRetryable, translateDatabaseError } from './database-error.ts';
import type { GuardedPool } from './guarded-pool.ts';
import { queryable } from './queryable.ts';
import type { StatementNames } from './statement-names.ts';

const tries = 5;

/** Runs `work` in one transaction, again when it lost against another one. What it throws takes its changes back. */
export async function inTransaction<T>(
  pool: GuardedPool,
  names: StatementNames,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, names, work);
    } catch (error) {
      if (attempt === tries || !isRetryable(error)) throw translateDatabaseError(error);
    }
    await sleep(randomInt(5, 10 * 2 ** attempt));
  }
}

async function once<T>(pool: GuardedPool, names: StatementNames, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost = false;
  try {
    await client.query('begin');
    const result = await pool.insideTransaction(() => work(queryable(client, names)));
    const { command } = await client.query('commit');
    // PostgreSQL answers so, and no error, when a statement had failed before.
    if (command === 'ROLLBACK')
      throw new Error('A statement of the transaction failed and its error was passed over: nothing was kept.');
    return result;
  } catch (error) {
    lost = !(await rollBack(client));
    throw error;
  } finally {
    client.release(lost);
  }
}

/** Answers whether the client can be used again; one that cannot takes the changes with it. */
const rollBack = (client: pg.PoolClient): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false,
  );
