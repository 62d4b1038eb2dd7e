import { RatchetError } from '@ratchet/contract/errors';
import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';

export interface LeaseRequest {
  readonly name: string;
  readonly holder: string;
  readonly seconds: number;
}

/** Taken, or whose it is. */
export type LeaseAnswer = { readonly fence: number } | { readonly heldBy: string; readonly expiresAt: Date };

/** Takes a lease that is free or has expired, by the database's clock. */
export async function acquireLease(db: Queryable, { name, holder, seconds }: LeaseRequest): Promise<LeaseAnswer> {
  for (;;) {
    const { rows } = await db.execute<{ fence: number | null; heldBy: string | null; expiresAt: number | null }>(sql`
      with taken as (
        insert into ratchet.leases as l (name, holder, fence, expires_at)
        values (${name}, ${holder}, 1, now() + make_interval(secs => ${seconds}::double precision))
        on conflict (name) do update
          set holder = excluded.holder, fence = l.fence + 1, expires_at = excluded.expires_at
          where l.expires_at <= now()
        returning fence::float8 as fence)
      select fence, null as "heldBy", null::float8 as "expiresAt" from taken
      union all
      select null, holder, extract(epoch from expires_at)::float8 from ratchet.leases
      where name = ${name} and not exists (select from taken)`);
    const row = rows[0];
    if (row?.fence != null) return { fence: row.fence };
    if (row?.heldBy != null) return { heldBy: row.heldBy, expiresAt: new Date((row.expiresAt ?? 0) * 1000) };
    // Another took it first, after this statement began to look: now its row can be seen.
  }
}

/** Answers whether the lease was still held. */
export async function renewLease(db: Queryable, name: string, fence: number, seconds: number): Promise<boolean> {
  const { rowCount } = await db.execute(sql`
    update ratchet.leases set expires_at = now() + make_interval(secs => ${seconds}::double precision)
    where name = ${name} and fence = ${fence} and expires_at > now()`);
  return rowCount === 1;
}

/** The fence stays, so that it grows with the next holder. */
export async function releaseLease(db: Queryable, name: string, fence: number): Promise<void> {
  await db.execute(sql`update ratchet.leases set expires_at = now() where name = ${name} and fence = ${fence}`);
}

/** Throws REPOSITORY_BUSY unless the lease is still held under this fence; it cannot be lost before the transaction ends. */
export async function checkFence(tx: Queryable, name: string, fence: number): Promise<void> {
  const { rows } = await tx.execute(sql`
    select 1 from ratchet.leases where name = ${name} and fence = ${fence} and expires_at > now() for update`);
  if (rows.length === 0)
    throw new RatchetError('REPOSITORY_BUSY', 'This work took too long and another process took over. Try again.');
}

/** Ends every lease: for a server that alone uses the database, so that whoever held one is dead. Fences go on growing. */
export async function expireLeases(db: Queryable): Promise<void> {
  await db.execute(sql`update ratchet.leases set expires_at = now() where expires_at > now()`);
}
