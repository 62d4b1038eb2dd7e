import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Blob, blobSizes, getBlobs, putBlobs } from '../src/queries/blobs.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const put = (blobs: Iterable<Blob>) => database.transaction((tx) => putBlobs(tx, blobs));
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + length) % 256);

describe('blobs', () => {
  it.each([
    ['empty', new Uint8Array(0)],
    ['every byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
    ['a view into a greater buffer', pattern(100).subarray(10, 20)],
    ['greater than a batch', pattern(12_000_000)],
  ])('come back byte for byte: %s', async (digest, bytes) => {
    await put([{ digest, bytes }]);
    const found = await getBlobs(database.db, [digest]);
    expect(Buffer.compare(found.get(digest) as Uint8Array, bytes)).toBe(0);
    expect(await blobSizes(database.db, [digest])).toEqual(new Map([[digest, bytes.length]]));
  });

  it('are kept once, however often they come, and by whoever comes first', async () => {
    await put([
      { digest: 'same', bytes: pattern(3) },
      { digest: 'same', bytes: pattern(3) },
    ]);
    await put([{ digest: 'same', bytes: pattern(3) }]);
    const { rows } = await database.pool.query(`select count(*)::int as n from ratchet.blobs where digest = 'same'`);
    expect(rows[0].n).toBe(1);
  });

  it('leave out what is not kept, and take nothing', async () => {
    expect(await getBlobs(database.db, ['nowhere'])).toEqual(new Map());
    expect(await getBlobs(database.db, [])).toEqual(new Map());
    expect(await blobSizes(database.db, [])).toEqual(new Map());
    await put([]);
  });

  it('come by thousands, in any order, from many at once', async () => {
    const blobs = Array.from({ length: 5000 }, (_, i) => ({ digest: `many ${i}`, bytes: pattern(i % 50) }));
    await Promise.all([put(blobs), put(blobs.toReversed()), put(blobs.values())]);
    const found = await getBlobs(database.db, [...blobs.map((blob) => blob.digest), 'nowhere', 'many 1']);
    expect(found.size).toBe(5000);
    for (const { digest, bytes } of blobs) expect(found.get(digest)?.length).toBe(bytes.length);
  });
});
