import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { blobs } from '../schema/content.ts';

/** One statement carries as much at most; a greater blob goes alone. */
const batchBytes = 8 * 1024 * 1024;
const batchCount = 2000;
/** So few are read without a look at their sizes first. */
const fewCount = 16;

export interface Blob {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** Keeps contents; those that are there already stay as they are, and are no longer about to be collected. */
export async function putBlobs(tx: Queryable, contents: Iterable<Blob>): Promise<void> {
  for (const batch of batches(contents, ({ bytes }) => bytes.length)) await insert(tx, batch);
}

async function insert(tx: Queryable, batch: readonly Blob[]): Promise<void> {
  // In one order everywhere: transactions that keep the same contents at once then wait for each other in a line.
  const rows = [...new Map(batch.map((blob) => [blob.digest, blob])).values()].sort(byDigest);
  const digests = rows.map(({ digest }) => digest);
  const sizes = rows.map(({ bytes }) => bytes.length);
  const texts = rows.map(({ bytes: b }) => Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString('base64'));
  // The marks go first, for a blob without one cannot be collected: the row that counts them is joined to make it so.
  await tx.execute(sql`
    with wanted as (
      update ${blobs} set unreferenced_since = null
      where digest = any(${sql.param(digests)}::text[]) and unreferenced_since is not null returning 1
    )
    insert into ${blobs} (digest, size, bytes)
    select digest, size, decode(bytes, 'base64')
    from (select count(*) from wanted) as kept, unnest(${sql.param(digests)}::text[], ${sql.param(sizes)}::integer[], ${sql.param(texts)}::text[])
      as given(digest, size, bytes)
    on conflict (digest) do nothing`);
}

const byDigest = (a: Blob, b: Blob): number => (a.digest < b.digest ? -1 : 1);

/** Contents by digest; what is not kept is left out. */
export async function getBlobs(db: Queryable, digests: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const wanted = [...new Set(digests)];
  const sizes = wanted.length > fewCount ? await blobSizes(db, wanted) : null;
  for (const batch of batches(sizes?.keys() ?? wanted, (digest) => sizes?.get(digest) ?? 0)) {
    const rows = await db.select({ digest: blobs.digest, bytes: blobs.bytes }).from(blobs).where(among(batch));
    for (const row of rows) found.set(row.digest, row.bytes);
  }
  return found;
}

/** Sizes in bytes by digest; what is not kept is left out. */
export async function blobSizes(db: Queryable, digests: readonly string[]): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  const wanted = [...new Set(digests)];
  const rows = await db.select({ digest: blobs.digest, size: blobs.size }).from(blobs).where(among(wanted));
  return new Map(rows.map((row) => [row.digest, row.size]));
}

const among = (digests: readonly string[]) => sql`${blobs.digest} = any(${sql.param(digests)}::text[])`;

/** Items in runs of at most `batchCount` that weigh at most `batchBytes` together. */
function* batches<T>(items: Iterable<T>, weigh: (item: T) => number): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const weight = weigh(item);
    if (batch.length === batchCount || (batch.length > 0 && bytes + weight > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += weight;
  }
  if (batch.length > 0) yield batch;
}
