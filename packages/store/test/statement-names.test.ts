import { openTestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { StatementNames } from '../src/statement-names.ts';

const times = (names: StatementNames, text: string, count: number) =>
  Array.from({ length: count }, () => names.nameOf(text)).map((name) => name !== undefined);

describe('names of statements', () => {
  it('come with the use that makes a statement a frequent one, and stay', () => {
    const names = new StatementNames({ after: 3 });
    expect(times(names, 'select $1', 4)).toEqual([false, false, true, true]);
    expect(names.nameOf('select $1')).toBe(names.nameOf('select $1'));
    expect(names.nameOf('select $2')).toBeUndefined();
  });

  it('differ where the statements do', () => {
    const names = new StatementNames({ after: 1 });
    expect(names.nameOf('select $1')).not.toBe(names.nameOf('select $1::int'));
  });

  it.each([
    ['too many have one', { after: 1, most: 2 }, ['a', 'b', 'c'], [true, true, false]],
    ['it was used too long ago', { after: 2, watched: 2 }, ['a', 'b', 'c', 'a'], [false, false, false, false]],
    [
      'it searches for a part',
      { after: 1 },
      ['n::text ilike $1', 'n like $2 or m = $3', 'n ~~ 1'],
      [false, false, true],
    ],
    ['it is huge', { after: 1 }, ['x'.repeat(30_000)], [false]],
  ])('are not given when %s', (_, options, texts, expected) => {
    const names = new StatementNames(options);
    expect(texts.map((text) => names.nameOf(text) !== undefined)).toEqual(expected);
  });

  it('are new ones once they are renewed', () => {
    const names = new StatementNames({ after: 1 });
    const before = names.nameOf('select $1');
    names.renew();
    expect(names.nameOf('select $1')).not.toBe(before);
  });
});

describe('a statement that was prepared', () => {
  it('is prepared anew when a table has changed under it, alone and within a transaction', async () => {
    const database = await openTestDatabase();
    try {
      await database.db.execute(sql`create table kept (n int)`);
      await database.db.execute(sql`insert into kept values (1)`);
      const read = () => database.db.execute(sql`select * from kept where n = ${1}`);
      for (let n = 0; n < 8; n++) await read();
      await database.db.execute(sql`alter table kept add column more text default 'new'`);
      expect((await read()).rows).toEqual([{ n: 1, more: 'new' }]);
      for (let n = 0; n < 8; n++) await read();
      await database.db.execute(sql`alter table kept drop column more`);
      const inside = await database.transaction(
        async (tx) => (await tx.execute(sql`select * from kept where n = ${1}`)).rows,
      );
      expect(inside).toEqual([{ n: 1 }]);
    } finally {
      await database.close();
    }
  });
});
