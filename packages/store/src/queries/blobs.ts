import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { blobs } from '../schema/content.ts';

const batchBytes = 8 * 1024 * 1024;
const batchCount = 2000;

/** Keeps contents; those that are there already cost a look. */
export async function putBlobs(tx: Queryable, contents: Iterable<{ digest: string; bytes: Uint8Array }>): Promise<void> {
  let batch = new Map<string, Uint8Array>();
  let size = 0;
  const flush = async () => {
    if (batch.size === 0) return;
    const hex = [...batch.values()].map((bytes) => Buffer.from(bytes).toString('base64'));
    const sizes = [...batch.values()].map((bytes) => bytes.length);
    await tx.execute(sql`
      insert into ${blobs} (digest, size, bytes)
      select d, s, decode(b, 'base64')
      from unnest(${sql.param([...batch.keys()])}::text[], ${sql.param(sizes)}::integer[], ${sql.param(hex)}::text[]) as x(d, s, b)
      on conflict (digest) do nothing`);
    batch = new Map();
    size = 0;
  };
  for (const { digest, bytes } of contents) {
    batch.set(digest, bytes);
    size += bytes.length;
    if (size >= batchBytes || batch.size >= batchCount) await flush();
  }
  await flush();
}

/** Contents by digest; what is not kept is left out. */
export async function getBlobs(db: Queryable, digests: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const wanted = [...new Set(digests)];
  for (let from = 0; from < wanted.length; from += batchCount) {
    const some = wanted.slice(from, from + batchCount);
    const rows = await db
      .select({ digest: blobs.digest, bytes: blobs.bytes })
      .from(blobs)
      .where(sql`${blobs.digest} = any(${sql.param(some)}::text[])`);
    for (const row of rows) found.set(row.digest, row.bytes);
  }
  return found;
}

/** Sizes in bytes by digest. */
export async function blobSizes(db: Queryable, digests: readonly string[]): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  const rows = await db
    .select({ digest: blobs.digest, size: blobs.size })
    .from(blobs)
    .where(sql`${blobs.digest} = any(${sql.param([...new Set(digests)])}::text[])`);
  return new Map(rows.map((row) => [row.digest, row.size]));
}
