import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getBlobs, putBlobs } from '../src/queries/blobs.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const bytes = new Uint8Array([1]);
const kept = async (digest: string) => (await getBlobs(database.db, [digest])).has(digest);

describe('a transaction', () => {
  it('takes its changes back when it throws', async () => {
    const failed = database.transaction(async (tx) => {
      await putBlobs(tx, [{ digest: 'taken back', bytes }]);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await kept('taken back')).toBe(false);
  });

  it('keeps nothing and says so when a failed statement was passed over', async () => {
    const failed = database.transaction(async (tx) => {
      await putBlobs(tx, [{ digest: 'passed over', bytes }]);
      await tx.execute(sql`select 1/0`).catch(() => {});
    });
    await expect(failed).rejects.toThrow('passed over');
    expect(await kept('passed over')).toBe(false);
  });

  it('runs side by side with others without mixing', async () => {
    const numbers = [...Array(20).keys()];
    await Promise.all(
      numbers.map((n) =>
        database.transaction(async (tx) => {
          await tx.execute(sql`select pg_sleep(0.001)`);
          await putBlobs(tx, [{ digest: `side ${n}`, bytes: new Uint8Array([n]) }]);
        }),
      ),
    );
    const digests = numbers.map((n) => `side ${n}`);
    const found = await getBlobs(database.db, digests);
    expect(digests.map((digest) => found.get(digest)?.[0])).toEqual(numbers);
  });

  it.each(['40001', '40P01'])('is tried again after %s', async (code) => {
    let tries = 0;
    const answer = await database.transaction(async (tx) => {
      tries++;
      await putBlobs(tx, [{ digest: `try ${code} ${tries}`, bytes }]);
      if (tries < 3) await tx.execute(sql.raw(`do $$ begin raise exception 'lost' using errcode = '${code}'; end $$`));
      return 'done';
    });
    expect([answer, tries]).toEqual(['done', 3]);
    expect(await kept(`try ${code} 1`)).toBe(false);
    expect(await kept(`try ${code} 3`)).toBe(true);
  });

  it('gives up in the end', async () => {
    let tries = 0;
    const lost = database.transaction(async (tx) => {
      tries++;
      await tx.execute(sql`do $$ begin raise exception 'lost' using errcode = '40001'; end $$`);
    });
    await expect(lost).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(tries).toBe(5);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['another transaction', () => database.transaction(async () => {})],
    ['the database', () => database.db.execute(sql`select 1`)],
    ['the pool', () => database.pool.query('select 1')],
    ['a client of the pool', () => database.pool.connect()],
  ])('refuses %s inside it', async (_, use) => {
    await expect(database.transaction(use)).rejects.toThrow('must use the Queryable');
  });

  it('lets what it started be used once it has ended', async () => {
    let later = Promise.resolve<unknown>(null);
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await database.transaction(async () => {
      later = ended.then(() => database.db.execute(sql`select 7 as n`));
    });
    end();
    expect(await later).toMatchObject({ rows: [{ n: 7 }] });
  });

  it('is gone with its client', async () => {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query(`insert into ratchet.blobs (digest, size, bytes) values ('gone', 0, '')`);
    client.release(true);
    expect(await kept('gone')).toBe(false);
  });
});

describe('errors', () => {
  const select = (text: string) => database.db.execute(sql.raw(text));
  const fails = (code: string) => `do $$ begin raise exception 'secret detail' using errcode = '${code}'; end $$`;

  it.each([
    ['a taken key', fails('23505'), 'ALREADY_EXISTS'],
    ['a broken reference', fails('23503'), 'STATE_CONFLICT'],
    ['a value out of range', 'select 1000000000000::int', 'VALIDATION_FAILED'],
    ['a malformed value', `select 'abc'::uuid`, 'VALIDATION_FAILED'],
    ['a shutdown', fails('57P01'), 'UNAVAILABLE'],
    ['a full disk', fails('53100'), 'UNAVAILABLE'],
    ['anything else', 'select secret from nowhere', 'INTERNAL'],
  ])('%s has a code and neither SQL nor values', async (_, text, code) => {
    const error = await select(text).catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'RatchetError', code });
    expect((error as Error).message).not.toMatch(/select|insert|raise|secret|params/i);
    await expect(database.transaction((tx) => tx.execute(sql.raw(text)))).rejects.toMatchObject({ code });
  });

  it('names what is taken', async () => {
    const row = { id: crypto.randomUUID(), type: 'token', keyId: 'k', sealed: bytes, name: 'twice' };
    const { credentials } = await import('../src/schema/repositories.ts');
    await database.db.insert(credentials).values(row);
    await expect(database.db.insert(credentials).values({ ...row, id: crypto.randomUUID() })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'There is a credential of this name already.',
    });
  });

  it('leave the connection usable, wherever in a statement they come', async () => {
    const client = await database.pool.connect();
    try {
      await expect(client.query('selec 1')).rejects.toThrow('syntax');
      await expect(client.query('select $1::int', ['x'])).rejects.toThrow('integer');
      await expect(client.query('select 1/($1::int)', [0])).rejects.toThrow('zero');
      await expect(client.query('select 1; select 1/0; select 2')).rejects.toThrow('zero');
      expect((await client.query('select 3 as n')).rows).toEqual([{ n: 3 }]);
    } finally {
      client.release();
    }
  });
});
