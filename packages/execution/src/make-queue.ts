import { runMigrations } from 'graphile-worker';
import type pg from 'pg';

/** Sees to it that the queue's own tables are in the database. They are brought up to date where they are there. */
export const makeQueue = (pool: pg.Pool): Promise<void> => runMigrations({ pgPool: pool });
