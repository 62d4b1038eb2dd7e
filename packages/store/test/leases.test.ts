import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLease } from '../src/hold-lease.ts';
import { acquireLease, checkFence, releaseLease, renewLease } from '../src/queries/leases.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const acquire = (name: string, holder: string, seconds = 60) => acquireLease(database.db, { name, holder, seconds });
async function taken(name: string, holder: string, seconds = 60): Promise<number> {
  const lease = await acquire(name, holder, seconds);
  if ('fence' in lease) return lease.fence;
  throw new Error(`${lease.heldBy} holds ${name}.`);
}

describe('a lease', () => {
  it('is held by one, and passed on with a greater fence', async () => {
    const first = await taken('l', 'a');
    const refused = await acquire('l', 'b');
    expect(refused).toMatchObject({ heldBy: 'a', expiresAt: expect.any(Date) });
    await releaseLease(database.db, 'l', first);
    const second = await taken('l', 'b');
    expect(second).toBeGreaterThan(first);
    await expect(database.transaction((tx) => checkFence(tx, 'l', first))).rejects.toMatchObject({
      code: 'REPOSITORY_BUSY',
    });
    await database.transaction((tx) => checkFence(tx, 'l', second));
  });

  it('goes to exactly one of many that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => acquire('rush', `h${i}`)));
    expect(answers.filter((answer) => 'fence' in answer)).toHaveLength(1);
  });

  it('expires by the database’s clock, and cannot be renewed or relied on then', async () => {
    const first = await taken('short', 'a', 0);
    expect(await renewLease(database.db, 'short', first, 60)).toBe(false);
    await expect(database.transaction((tx) => checkFence(tx, 'short', first))).rejects.toThrow('took over');
    expect(await taken('short', 'b')).toBeGreaterThan(first);
  });

  it('is not given back by one who lost it', async () => {
    const first = await taken('late', 'a', 0);
    const second = await taken('late', 'b');
    await releaseLease(database.db, 'late', first);
    expect(await acquire('late', 'c')).toMatchObject({ heldBy: 'b' });
    expect(await renewLease(database.db, 'late', second, 60)).toBe(true);
  });
});

describe('working under a lease', () => {
  const busy = () => new Error('busy');
  const options = { name: 'work', holder: 'x', seconds: 30, waitMs: 30_000, busy };

  it('goes one at a time', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 5 }, () =>
        withLease(database, options, async () => {
          most = Math.max(most, ++inside);
          await database.db.execute(sql`select pg_sleep(0.01)`);
          inside--;
        }),
      ),
    );
    expect(most).toBe(1);
  });

  it('gives the lease back when the work throws', async () => {
    const failed = withLease(database, options, () => Promise.reject(new Error('broken')));
    await expect(failed).rejects.toThrow('broken');
    await withLease(database, { ...options, waitMs: 0 }, async () => {});
  });

  it('does not wait longer than asked', async () => {
    await withLease(database, options, async () => {
      await expect(withLease(database, { ...options, waitMs: 0 }, async () => {})).rejects.toThrow('busy');
    });
  });

  it('is renewed while it lasts, and ended when it is lost', async () => {
    const short = { ...options, name: 'short work', seconds: 0.3 };
    const expiry = async () => {
      const { rows } = await database.pool.query(`select expires_at from ratchet.leases where name = 'short work'`);
      return Number(rows[0].expires_at);
    };
    await withLease(database, short, async ({ signal }) => {
      const first = await expiry();
      await expect.poll(expiry).toBeGreaterThan(first);
      expect(signal.aborted).toBe(false);
      await database.pool.query(
        `update ratchet.leases set fence = fence + 1, holder = 'thief' where name = 'short work'`,
      );
      await expect.poll(() => signal.aborted).toBe(true);
      expect(signal.reason).toMatchObject({ message: 'busy' });
    });
  });
});
