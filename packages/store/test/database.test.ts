import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notify } from '../src/events.ts';
import { withLease } from '../src/hold-lease.ts';
import { newId } from '../src/id.ts';
import { getBlobs, putBlobs } from '../src/queries/blobs.ts';
import { acquireLease, checkFence, releaseLease } from '../src/queries/leases.ts';
import { pageOfRepositories } from '../src/queries/repositories.ts';
import { repositories } from '../src/schema/repositories.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('transactions', () => {
  it('take their changes back when they throw', async () => {
    const digest = 'a'.repeat(64);
    const failed = database.transaction(async (tx) => {
      await putBlobs(tx, [{ digest, bytes: new Uint8Array([1]) }]);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect((await getBlobs(database.db, [digest])).size).toBe(0);
  });
  it('run side by side without mixing', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        database.transaction(async (tx) => {
          await tx.execute(sql`select pg_sleep(0.001)`);
          await putBlobs(tx, [{ digest: `side-${i}`, bytes: new Uint8Array([i]) }]);
        }),
      ),
    );
    const found = await getBlobs(
      database.db,
      Array.from({ length: 20 }, (_, i) => `side-${i}`),
    );
    expect([...found.values()].map((b) => b[0]).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([...Array(20).keys()]);
  });
  it('answer an error in the middle of a pipeline and go on', async () => {
    await expect(database.db.execute(sql`select 1/0`)).rejects.toThrow();
    expect((await database.db.execute(sql`select 2 as n`)).rows).toEqual([{ n: 2 }]);
  });
});

describe('blobs', () => {
  it('come back byte for byte, of any size', async () => {
    const blobs = [new Uint8Array(0), new Uint8Array([0, 255, 10, 13]), new Uint8Array(12_000_000).fill(7)].map(
      (bytes, i) => ({
        digest: `blob-${i}`,
        bytes,
      }),
    );
    await database.transaction((tx) => putBlobs(tx, [...blobs, ...blobs]));
    const found = await getBlobs(
      database.db,
      blobs.map((b) => b.digest),
    );
    for (const { digest, bytes } of blobs) expect(Buffer.compare(found.get(digest) as Uint8Array, bytes)).toBe(0);
  });
});

describe('leases', () => {
  it('are held by one, and passed on with a greater fence', async () => {
    const first = await taken('l', 'a');
    expect(await acquireLease(database.db, { name: 'l', holder: 'b', seconds: 60 })).toBeNull();
    await releaseLease(database.db, 'l', first?.fence ?? 0);
    const second = await acquireLease(database.db, { name: 'l', holder: 'b', seconds: 60 });
    expect(second?.fence).toBeGreaterThan(first?.fence ?? 0);
    await expect(database.transaction((tx) => checkFence(tx, 'l', first?.fence ?? 0))).rejects.toThrow('took over');
    await database.transaction((tx) => checkFence(tx, 'l', second?.fence ?? 0));
  });
  it('expire by the database’s clock', async () => {
    await acquireLease(database.db, { name: 'short', holder: 'a', seconds: 0 });
    expect(await acquireLease(database.db, { name: 'short', holder: 'b', seconds: 60 })).not.toBeNull();
  });
  it('let one at a time work', async () => {
    let inside = 0;
    let most = 0;
    const options = { name: 'work', holder: 'x', seconds: 30, waitMs: 30_000, busy: () => new Error('busy') };
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
});

describe('events', () => {
  it('reach a listener, from any client, once committed', async () => {
    const heard: string[] = [];
    const stop = await database.listen('news', (payload) => heard.push(payload));
    await database.transaction((tx) => notify(tx, 'news', 'one'));
    await database
      .transaction(async (tx) => {
        await notify(tx, 'news', 'never');
        throw new Error('no');
      })
      .catch(() => undefined);
    await notify(database.db, 'news', 'two');
    await expect.poll(() => heard).toEqual(['one', 'two']);
    await stop();
  });
});

describe('pages', () => {
  const fields = {
    filters: { name: 'string', priority: 'number', syncEnabled: 'boolean' },
    sorts: ['name', 'priority'],
    defaultSort: [{ field: 'name', order: 'asc' }],
  } as const;
  beforeAll(async () => {
    await database.db.insert(repositories).values(
      Array.from({ length: 25 }, (_, i) => ({
        id: newId(),
        name: `repo ${String(i).padStart(2, '0')}`,
        repositoryType: 'git' as const,
        uri: `file:///r${i}_100%`,
        priority: i % 3,
        watchPatterns: [],
        ignorePatterns: [],
        pushPolicy: {
          branchStrategy: 'direct' as const,
          conflictStrategy: 'merge' as const,
          batchChanges: true,
          maxBatchSize: 50,
          autoPush: false,
          commitTemplate: null,
          prTemplate: null,
        },
        conflictPolicy: 'manual' as const,
        metadata: {},
      })),
    );
  });
  it('follow each other by number and by cursor with the same rows', async () => {
    const sort = [{ field: 'priority', order: 'desc' as const }];
    const names: string[] = [];
    const byCursor: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 3; page++) {
      const numbered = await pageOfRepositories(database.db, fields, { page, limit: 10, sort });
      names.push(...numbered.items.map((r) => r.name));
      const cursored = await pageOfRepositories(database.db, fields, { page: 1, limit: 10, sort, cursor });
      byCursor.push(...cursored.items.map((r) => r.name));
      cursor = cursored.meta.nextCursor ?? undefined;
    }
    expect(new Set(names).size).toBe(25);
    expect(byCursor).toEqual(names);
    expect(cursor).toBeUndefined();
  });
  it.each([
    ['equals', [{ field: 'priority', op: 'eq', value: 1 }], 8],
    ['one of', [{ field: 'priority', op: 'eq', value: [1, 2] }], 16],
    ['not', [{ field: 'priority', op: 'ne', value: 0 }], 16],
    ['at least', [{ field: 'priority', op: 'gte', value: 2 }], 8],
    ['like, without case', [{ field: 'name', op: 'like', value: 'REPO 1' }], 10],
    ['like takes % as it is', [{ field: 'name', op: 'like', value: '%' }], 0],
    [
      'two at once',
      [
        { field: 'priority', op: 'eq', value: 0 },
        { field: 'name', op: 'like', value: '0' },
      ],
      4,
    ],
  ] as const)('filter: %s', async (_, filters, total) => {
    const page = await pageOfRepositories(database.db, fields, { page: 1, limit: 100, filters: [...filters] as never });
    expect(page.meta.total).toBe(total);
    expect(page.items.length).toBe(total);
  });
  it('refuse a cursor of another order', async () => {
    const { meta } = await pageOfRepositories(database.db, fields, { page: 1, limit: 5 });
    const wrong = {
      page: 1,
      limit: 5,
      sort: [{ field: 'priority', order: 'asc' as const }],
      cursor: meta.nextCursor ?? '',
    };
    await expect(pageOfRepositories(database.db, fields, wrong)).rejects.toThrow('cursor');
  });
});

describe('ids', () => {
  it('grow', () => {
    const ids = Array.from({ length: 5000 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(5000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
