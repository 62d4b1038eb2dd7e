import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '../src/database.ts';

describe('a test’s database', () => {
  it('has the schema and is its own', async () => {
    const [first, second] = [await openTestDatabase(), await openTestDatabase()];
    await first.pool.query(`insert into ratchet.blobs (digest, size, bytes) values ('d', 0, '')`);
    const count = async ({ pool }: typeof first) =>
      (await pool.query('select count(*)::int as n from ratchet.blobs')).rows[0].n;
    expect([await count(first), await count(second)]).toEqual([1, 0]);
    const reopened = await first.reopen();
    expect(await count(reopened)).toBe(1);
    await reopened.close();
    await second.close();
  });

  it('fails the test that leaves a client or a transaction behind', async () => {
    const database = await openTestDatabase();
    const client = await database.pool.connect();
    await client.query('begin');
    client.on('error', () => {});
    await expect(database.close()).rejects.toThrow('left 1 clients checked out');
  });
});
