import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notify } from '../src/events.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('notifications', () => {
  it('reach every listener of their channel, from any client, in order, once committed', async () => {
    const heard: string[][] = [[], [], []];
    const stops = await Promise.all(
      ['news', 'news', 'other "news"'].map((channel, i) =>
        database.listen(channel, (payload) => heard[i]?.push(payload)),
      ),
    );
    await database.transaction((tx) => notify(tx, 'news', 'one'));
    const taken = database.transaction(async (tx) => {
      await notify(tx, 'news', 'never');
      throw new Error('no');
    });
    await expect(taken).rejects.toThrow('no');
    await notify(database.db, 'other "news"', 'else');
    await notify(database.db, 'news', 'two');
    await expect.poll(() => heard).toEqual([['one', 'two'], ['one', 'two'], ['else']]);
    for (const stop of stops) await stop();
  });

  it('go on for the others when one stops, and to one that comes back', async () => {
    const heard: string[] = [];
    const stopFirst = await database.listen('steady', (payload) => heard.push(`first ${payload}`));
    const stopSecond = await database.listen('steady', (payload) => heard.push(`second ${payload}`));
    await stopFirst();
    await stopFirst();
    await notify(database.db, 'steady', 'a');
    await expect.poll(() => heard).toEqual(['second a']);
    await stopSecond();
    await notify(database.db, 'steady', 'b');
    const stopThird = await database.listen('steady', (payload) => heard.push(`third ${payload}`));
    await notify(database.db, 'steady', 'c');
    await expect.poll(() => heard).toEqual(['second a', 'third c']);
    await stopThird();
  });

  it('may be answered with queries, also to the transaction that caused them', async () => {
    const answers: unknown[] = [];
    const stop = await database.listen('asks', () => {
      database.db.execute(sql`select 5 as n`).then(
        ({ rows }) => answers.push(rows[0]),
        (error) => answers.push(error),
      );
    });
    await database.transaction((tx) => notify(tx, 'asks', ''));
    await expect.poll(() => answers).toEqual([{ n: 5 }]);
    await stop();
  });

  it('survive a listener that throws', async () => {
    const heard: string[] = [];
    const stops = [
      await database.listen('rough', () => {
        throw new Error('clumsy');
      }),
      await database.listen('rough', (payload) => heard.push(payload)),
    ];
    await notify(database.db, 'rough', 'still');
    await expect.poll(() => heard).toEqual(['still']);
    for (const stop of stops) await stop();
  });
});
