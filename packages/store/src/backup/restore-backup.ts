import type { Progress } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type pg from 'pg';
import type { Database } from '../database.ts';
import { translateDatabaseError } from '../database-error.ts';
import { applyMigrations, knownMigrations, migrationLock } from '../migrate.ts';
import { quoted, sequencesOf, tablesOf } from './catalog.ts';
import { exactText } from './dump-rows.ts';
import type { BackupManifest } from './manifest.ts';
import type { BackedUpRow, OpenBackup } from './open-backup.ts';

export interface RestoreOptions {
  /** Restore though something stands in the database; it is replaced. */
  readonly replace: boolean;
  /** Sees to it that the queue's own tables are there. */
  readonly prepareQueue: (pool: pg.Pool) => Promise<void>;
  readonly progress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A node that said so within this time lives; it says so every few seconds. */
const heardWithinSeconds = 30;

/** Why a backup cannot be restored by this program; it is thrown before anything is touched. */
export function refuseNewer({ migration, version }: BackupManifest): void {
  const known = knownMigrations();
  if (migration > Math.max(...known))
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The backup was written by Ratchet ${version}, whose database is newer than this program's. Restore it with that version or a newer one.`,
    );
  if (!known.includes(migration))
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The backup's database is of a kind that this program does not know (${migration}). Restore it with Ratchet ${version}.`,
    );
}

/**
 * Refuses a database that a server works on, and one that holds something unless it may be replaced: then answers true,
 * so that it can be kept first. Throws STATE_CONFLICT.
 */
export async function judgeTarget({ mode, pool }: Pick<Database, 'mode' | 'pool'>, replace: boolean): Promise<boolean> {
  const client = await pool.connect();
  try {
    if (mode === 'postgresql') await refuseLiveNodes(client);
    const full = await holdsSomething(client);
    if (full && !replace)
      throw new RatchetError(
        'STATE_CONFLICT',
        `The database is not empty: ${full} holds rows. Restore into an empty one, or say --replace: what is there is backed up first.`,
      );
    return full !== null;
  } finally {
    client.release();
  }
}

/**
 * Makes the database what the backup says: in one transaction, so that one that is killed leaves what was there. A backup
 * of an older program is brought up to date. Verify it before. No server may work on the database.
 */
export async function restoreBackup(
  { mode, pool }: Pick<Database, 'mode' | 'pool'>,
  backup: OpenBackup,
  { replace, prepareQueue, progress, signal }: RestoreOptions,
): Promise<{ rows: number }> {
  const { manifest } = backup;
  refuseNewer(manifest);
  await prepareQueue(pool);
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin');
    // A server that starts meanwhile waits here, and finds what was restored.
    if (mode === 'postgresql') await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    if (mode === 'postgresql') await refuseLiveNodes(client);
    if (!replace && (await holdsSomething(client)))
      throw new RatchetError('STATE_CONFLICT', 'Something was written to the database meanwhile. Try it again.');
    await client.query('drop schema if exists ratchet cascade');
    await applyMigrations(client, { upTo: manifest.migration });
    await client.query(exactText);
    await refuseOtherTables(client, manifest);
    let rows = 0;
    for (const [i, table] of manifest.tables.entries()) {
      progress?.({ stage: 'write', done: i, total: manifest.tables.length });
      for await (const group of backup.rows(table.name)) {
        signal?.throwIfAborted();
        await insert(client, table, group);
        rows += group.length;
      }
    }
    for (const { name, lastValue, called } of manifest.sequences)
      await client.query('select setval($1::regclass, $2::bigint, $3)', [`ratchet.${name}`, lastValue, called]);
    await applyMigrations(client, {});
    // Who held something is gone; the fences stay, so that none comes twice.
    await client.query('update ratchet.leases set expires_at = now()');
    await refill(client, backup.queue());
    await client.query('commit');
    broken = false;
    return { rows };
  } catch (error) {
    if (signal?.aborted)
      throw new RatchetError('CANCELLED', 'The restore was given up; the database is what it was before.');
    throw error instanceof RatchetError ? error : translateDatabaseError(error);
  } finally {
    // A connection that is given up takes the transaction with it.
    if (broken) await client.query('rollback').catch(() => {});
    client.release(broken);
  }
}

async function insert(client: pg.ClientBase, { name, columns }: BackupManifest['tables'][number], rows: BackedUpRow[]) {
  const into = columns.map((column) => quoted(column.name)).join(', ');
  const cast = columns.map(({ type }, i) => `given.c${i}::${type}`).join(', ');
  const arrays = columns.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const names = columns.map((_, i) => `c${i}`).join(', ');
  const values = columns.map((_, i) => rows.map((row) => row[i] ?? null));
  await client.query(
    `insert into ratchet.${quoted(name)} (${into}) select ${cast} from unnest(${arrays}) as given(${names})`,
    values,
  );
}

/** Everything that the backup names must be there as it says, and all that is there must be named. */
async function refuseOtherTables(client: pg.ClientBase, manifest: BackupManifest): Promise<void> {
  const said = ({ name, columns }: { name: string; columns: BackupManifest['tables'][number]['columns'] }) =>
    JSON.stringify([name, columns.map((column) => [column.name, column.type])]);
  const there = (await tablesOf(client)).map(said).sort();
  const named = manifest.tables.map(said).sort();
  const counters = (await sequencesOf(client)).map(({ name }) => name);
  if (there.join() !== named.join() || manifest.sequences.some(({ name }) => !counters.includes(name)))
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The backup's tables are not those of its migration level; it was written by Ratchet ${manifest.version}. Restore it with that version.`,
    );
}

/** Puts into the queue what waited in it. */
async function refill(client: pg.ClientBase, groups: AsyncIterable<BackedUpRow[]>): Promise<void> {
  await client.query('delete from graphile_worker._private_jobs');
  for await (const group of groups)
    for (const row of group)
      await client.query(
        `select graphile_worker.add_job($1, $2::json, $3, $4::timestamptz, $5::int, $6, $7::int, $8::text[])`,
        row,
      );
}

async function refuseLiveNodes(client: pg.ClientBase): Promise<void> {
  if (!(await isThere(client, 'ratchet.nodes'))) return;
  const { rows } = await client.query<{ hostname: string; pid: number }>(
    `select hostname, pid from ratchet.nodes where status in ('active', 'draining')
     and heartbeat_at > now() - make_interval(secs => $1::double precision) order by 1, 2`,
    [heardWithinSeconds],
  );
  if (rows.length > 0)
    throw new RatchetError(
      'STATE_CONFLICT',
      `${rows.length === 1 ? 'A server works' : `${rows.length} servers work`} on this database: ${rows.map(({ hostname, pid }) => `process ${pid} on ${hostname}`).join(', ')}. Stop it, wait ${heardWithinSeconds} seconds if it was killed, and try again.`,
    );
}

/** The first table that holds rows; null: none does. */
async function holdsSomething(client: pg.ClientBase): Promise<string | null> {
  for (const { name } of await tablesOf(client)) {
    const { rows } = await client.query<{ full: boolean }>(
      `select exists (select from ratchet.${quoted(name)}) as full`,
    );
    if (rows[0]?.full) return name;
  }
  return null;
}

async function isThere(client: pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  return rows[0]?.there === true;
}
