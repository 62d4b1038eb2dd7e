import { type PrivatePostgres, startPostgres } from '@ratchet/testing/postgres';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database.ts';
import { notify } from '../src/events.ts';
import { openDatabase } from '../src/open-database.ts';

const server = await startPostgres();
if (!server) console.warn('PostgreSQL is not installed: how a server that goes away is met is not tested.');
afterAll(() => server?.stop());

/** Runs with a new database of the server. */
async function withDatabases<T>(
  name: string,
  work: (url: string, open: (warn?: (message: string) => void) => Promise<Database>) => Promise<T>,
): Promise<T> {
  const { url, databaseUrl } = server as PrivatePostgres;
  const maintenance = await openDatabase({ url, poolSize: 1 });
  await maintenance.pool.query(`create database ${name}`);
  await maintenance.close();
  const opened: Database[] = [];
  try {
    return await work(databaseUrl(name), async (warn) => {
      const database = await openDatabase({ url: databaseUrl(name), poolSize: 4 }, warn);
      opened.push(database);
      return database;
    });
  } finally {
    for (const database of opened) await database.close();
  }
}

describe.skipIf(!server)('a PostgreSQL server', () => {
  it('gets its schema once from many nodes that start at once', async () => {
    await withDatabases('many_nodes', async (_, open) => {
      const nodes = await Promise.all([open(), open(), open(), open()]);
      const { rows } = await (nodes[0] as Database).pool.query('select count(*)::int as n from ratchet.migrations');
      expect(rows[0].n).toBeGreaterThan(0);
      const held = await (nodes[1] as Database).pool.query(`select 1 from pg_locks where locktype = 'advisory'`);
      expect(held.rows).toEqual([]);
    });
  });

  it('may end connections, in use or not, without ending us', async () => {
    await withDatabases('ended', async (_, open) => {
      const warnings: string[] = [];
      const [database, other] = [await open((message) => warnings.push(message)), await open()];
      const endAll = () =>
        other.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid not in (select pid from pg_stat_activity where query like '%terminate%')`,
        );
      const lost = database.transaction(async (tx) => {
        await tx.execute(sql`select 1`);
        await endAll();
        await tx.execute(sql`select 2`);
      });
      await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.not.stringContaining('select') });
      await expect
        .poll(() =>
          database.db.execute(sql`select 3 as n`).then(
            (r) => r.rows,
            () => null,
          ),
        )
        .toEqual([{ n: 3 }]);
      expect(database.pool.totalCount - database.pool.idleCount).toBe(0);
      expect(warnings.length).toBeGreaterThan(0);
    });
  });

  it('may be restarted: queries fail plainly meanwhile, and listeners are told to look and hear again', async () => {
    await withDatabases('restarted', async (_, open) => {
      const database = await open();
      const heard: string[] = [];
      await database.listen('news', (payload) => heard.push(payload));
      await notify(database.db, 'news', 'before');
      await expect.poll(() => heard).toEqual(['before']);
      await server?.restart();
      await expect.poll(() => heard).toEqual(['before', '']);
      await expect
        .poll(() =>
          notify(database.db, 'news', 'after').then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      await expect.poll(() => heard).toEqual(['before', '', 'after']);
    });
  });

  it.each([
    ['UNAVAILABLE', 'does not exist', () => (server as PrivatePostgres).databaseUrl('nowhere')],
    ['UNAVAILABLE', 'refuses the user', () => (server as PrivatePostgres).url.replace('ratchet@', 'stranger@')],
    ['UNAVAILABLE', 'cannot be reached', () => 'postgresql://me:hush@127.0.0.1:1/none'],
    ['VALIDATION_FAILED', 'DATABASE_URL', () => 'mysql://me:hush@127.0.0.1/none'],
    ['VALIDATION_FAILED', 'DATABASE_URL', () => 'hush'],
  ])('that cannot be opened answers %s and says why: %s', async (code, text, url) => {
    const error = await openDatabase({ url: url() }).catch((e: Error) => e);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(JSON.stringify([error, (error as Error).message, String((error as Error).cause)])).not.toContain('hush');
  });
});
