import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Progress } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type pg from 'pg';
import yazl from 'yazl';
import type { Database } from '../database.ts';
import { translateDatabaseError } from '../database-error.ts';
import { migrationLock } from '../migrate.ts';
import { hasSchema, sequencesOf, tablesOf } from './catalog.ts';
import { counted, dumpQuery, dumpTable, exactText } from './dump-rows.ts';
import {
  type BackedUpTable,
  type BackupManifest,
  formatName,
  formatVersion,
  keysEntry,
  manifestEntry,
  queueEntry,
  tableEntry,
} from './manifest.ts';

export interface WriteBackup {
  /** Where it goes. It is written beside under another name and renamed when it is whole. */
  readonly file: string;
  /** Of this program. */
  readonly version: string;
  /** The key ring as `keys.json` holds it, to go along. */
  readonly keys?: string | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenBackup {
  readonly manifest: BackupManifest;
  /** Bytes of the file. */
  readonly size: number;
}

type From = Pick<Database, 'mode' | 'pool'>;

/**
 * Writes the whole database into one file that only its owner may read: all of it as at one moment, whatever happens
 * meanwhile. Few rows are held at once. Embedded, other statements wait until it is done: there is one session. Throws
 * CANCELLED when `signal` aborts; then, and on any error, no file is left.
 */
export async function writeBackup(database: From, options: WriteBackup): Promise<WrittenBackup> {
  const file = resolve(options.file);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}-${crypto.randomUUID().slice(0, 8)}.part`;
  const client = await database.pool.connect();
  let broken = true;
  try {
    await client.query('begin isolation level repeatable read, read only');
    // No migration comes in between. It ends with the transaction.
    if (database.mode === 'postgresql') await client.query('select pg_advisory_xact_lock_shared($1)', [migrationLock]);
    await client.query(exactText);
    const manifest = await write(client, draft, database.mode, options);
    await client.query('commit');
    broken = false;
    await settle(draft, file);
    return { manifest, size: (await stat(file)).size };
  } catch (error) {
    await rm(draft, { force: true });
    if (options.signal?.aborted) throw new RatchetError('CANCELLED', 'The backup was given up; nothing is left of it.');
    throw writeError(error);
  } finally {
    client.release(broken);
  }
}

async function write(
  client: pg.PoolClient,
  draft: string,
  mode: Database['mode'],
  { version, keys, progress, signal }: WriteBackup,
): Promise<BackupManifest> {
  if (!(await hasSchema(client)))
    throw new RatchetError('NOT_FOUND', 'There is nothing to back up: no Ratchet has written to this database.');
  const { rows: level } = await client.query<{ migration: number; at: Date }>(
    'select max(created_at)::float8 as migration, now() as at from ratchet.migrations',
  );
  const catalog = await tablesOf(client);
  const sequences = await sequencesOf(client);
  const keyIds = await sealingKeys(client, catalog);
  const zip = new yazl.ZipFile();
  const failed = Promise.withResolvers<never>();
  const tables: BackedUpTable[] = [];
  const queue = { rows: 0, digest: '' };
  const entry = (
    name: string,
    rows: AsyncIterable<{ text: string; rows: number }>,
    ended: (rows: number, digest: string) => void,
  ) => {
    zip.addReadStreamLazy(name, { mode: 0o100600, mtime: level[0]?.at ?? new Date() }, (take) => {
      const hash = createHash('sha256');
      let count = 0;
      const told = (more: number) => {
        signal?.throwIfAborted();
        count += more;
      };
      const stream = Readable.from(counted(rows, hash, told), { objectMode: false });
      // The library tells of no stream that fails.
      stream.once('error', failed.reject);
      stream.once('end', () => ended(count, hash.digest('hex')));
      take(null, stream);
    });
  };
  for (const [i, { name, columns }] of catalog.entries())
    entry(tableEntry(name), dumpTable(client, { name, columns }), (rows, digest) => {
      tables.push({ name, columns, rows, digest });
      progress?.({ stage: 'write', done: i + 1, total: catalog.length });
    });
  entry(queueEntry, dumpQueue(client), (rows, digest) => Object.assign(queue, { rows, digest }));
  if (keys !== undefined) zip.addBuffer(Buffer.from(keys), keysEntry, { mode: 0o100600 });
  const manifest = (): BackupManifest => ({
    format: formatName,
    formatVersion,
    version,
    createdAt: (level[0]?.at ?? new Date()).toISOString(),
    mode,
    migration: level[0]?.migration ?? 0,
    tables,
    sequences,
    queue,
    keyIds,
    withKeys: keys !== undefined,
  });
  zip.addReadStreamLazy(manifestEntry, { mode: 0o100600 }, (take) =>
    take(null, Readable.from([Buffer.from(`${JSON.stringify(manifest(), null, 2)}\n`)])),
  );
  zip.on('error', failed.reject);
  zip.end({ forceZip64Format: false, comment: '' });
  const to = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
  try {
    await Promise.race([pipeline(zip.outputStream, to), failed.promise]);
  } finally {
    to.destroy();
  }
  return manifest();
}

/** Work that waits or is under way in the queue, as `add_job` takes it again. */
async function* dumpQueue(client: pg.ClientBase): AsyncGenerator<{ text: string; rows: number }> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('graphile_worker._private_jobs') is not null as there`,
  );
  if (!rows[0]?.there) return;
  yield* dumpQuery(
    client,
    `select t.identifier, j.payload::text, q.queue_name, j.run_at::text, j.max_attempts::text, j.key, j.priority::text,
            (select array_agg(flag) from jsonb_object_keys(j.flags) flag)::text
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
     where j.attempts < j.max_attempts order by j.id`,
  );
}

/** Ids of the keys with which something in the database is sealed. */
async function sealingKeys(
  client: pg.ClientBase,
  tables: readonly { name: string; columns: readonly { name: string }[] }[],
) {
  const ids = new Set<string>();
  for (const { name, columns } of tables)
    if (columns.some((column) => column.name === 'key_id')) {
      const { rows } = await client.query<{ id: string }>(
        `select distinct key_id as id from ratchet."${name}" where key_id is not null`,
      );
      for (const { id } of rows) ids.add(id);
    }
  return [...ids].sort();
}

/** On the disk under its own name, whole. */
async function settle(draft: string, file: string): Promise<void> {
  const handle = await open(draft, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(draft, 0o600);
  await rename(draft, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function writeError(error: unknown): unknown {
  if (error instanceof RatchetError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const why = {
    ENOSPC: 'the disk is full',
    EACCES: 'it may not be written there',
    EROFS: 'it may not be written there',
    ENOTDIR: 'a file stands where its folder should be',
    EISDIR: 'a folder stands there',
  }[code ?? ''];
  if (!why) return translateDatabaseError(error);
  const message = `The backup was not written: ${why}. Name another file.`;
  return new RatchetError('VALIDATION_FAILED', message, undefined, { cause: error });
}
