import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeQueue } from '@ratchet/execution/make-queue';
import { inOrder, tablesOf } from '@ratchet/store/backup/catalog';
import { readManifest } from '@ratchet/store/backup/manifest';
import { openBackup } from '@ratchet/store/backup/open-backup';
import { judgeTarget, restoreBackup } from '@ratchet/store/backup/restore-backup';
import { writeBackup } from '@ratchet/store/backup/write-backup';
import type { Database } from '@ratchet/store/database';
import { applyMigrations, knownMigrations } from '@ratchet/store/migrate';
import { openDatabase } from '@ratchet/store/open-database';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yazl from 'yazl';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-backup-'));
const whole = join(folder, 'whole.zip');
let filled: TestDatabase;
const opened: Database[] = [];

beforeAll(async () => {
  filled = await openTestDatabase();
  await makeQueue(filled.pool);
  await fill(filled);
  await writeBackup(filled, { file: whole, version: '1.2.3' });
}, 120_000);
afterAll(async () => {
  for (const database of opened) await database.close();
  await filled.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Values that are easily bent on the way: bytes, JSON as it was written, lists with quotes, fractions, chains, counters. */
async function fill({ pool }: Database): Promise<void> {
  const odd = 'line\n\ttab "quoted" \\ {braces}, ünïcode \u{1F600} \u0001';
  await pool.query('insert into ratchet.blobs (digest, size, bytes) values ($1, 3, $2), ($3, $4, $5)', [
    'a'.repeat(64),
    Buffer.from([0, 255, 10]),
    'b'.repeat(64),
    5_000_000,
    Buffer.alloc(5_000_000, 'x'),
  ]);
  await pool.query(
    `insert into ratchet.results (id, name, content, tags, created_by, created_at)
     select gen_random_uuid(), 'result ' || n, $1::json, $2, 'una', '2026-01-02T03:04:05.678Z'::timestamptz + n * interval '1 ms'
     from generate_series(1, 2500) n`,
    ['{ "b": 1,\n  "a" : [1.50, null] }', [odd, '', 'NULL', 'a,b', '{x}']],
  );
  await pool.query(
    `insert into ratchet.alerts (id, name, metric, threshold, value) values (gen_random_uuid(), $1, 'failure_rate', 0.1, 1e-300)`,
    [odd],
  );
  await pool.query(
    `insert into ratchet.audit_events (id, sequence, at, actor_kind, actor_id, actor_name, surface, operation, outcome, request_id, previous_hash, hash)
     values (gen_random_uuid(), 1, now(), 'system', 's', 's', 'rest', 'tasks.create', 'done', 'r', '', 'h')`,
  );
  await pool.query(`select setval('ratchet.execution_events_sequence_seq', 4711)`);
  await pool.query(
    `select graphile_worker.add_job('run_job', $1::json, job_key := 'job:1', priority := 3, run_at := '2099-01-01T00:00:00Z', flags := array['a', 'b'])`,
    ['{"jobId":"1"}'],
  );
}

const empty = async (): Promise<Database> => {
  const database = await openDatabase({ dataDir: mkdtempSync(join(folder, 'data-')), asItIs: true });
  opened.push(database);
  return database;
};
async function restore(database: Database, file: string, replace = false, signal?: AbortSignal) {
  const backup = await openBackup(file);
  try {
    await backup.verify();
    return await restoreBackup(database, backup, { replace, prepareQueue: makeQueue, signal });
  } finally {
    backup.close();
  }
}
/** What a database holds, as a backup of it says; leases are given up by a restore. */
async function contentOf(database: Database) {
  const { manifest } = await writeBackup(database, { file: join(folder, `${crypto.randomUUID()}.zip`), version: '0' });
  const tables = Object.fromEntries(
    manifest.tables.filter(({ name }) => name !== 'leases').map(({ name, rows, digest }) => [name, { rows, digest }]),
  );
  const { rows: queue } = await database.pool.query(
    `select task_identifier, key, priority, run_at, flags, payload from graphile_worker.jobs
     join graphile_worker._private_jobs using (id, key, priority, run_at, flags)`,
  );
  return { tables, sequences: manifest.sequences, migration: manifest.migration, queue };
}

it('comes back as it was: into the embedded database, and from there into this one', { timeout: 120_000 }, async () => {
  const before = await contentOf(filled);
  expect(before.tables.results?.rows).toBe(2500);
  expect(before.queue).toHaveLength(1);
  const embedded = await empty();
  await restore(embedded, whole);
  expect(await contentOf(embedded)).toEqual(before);

  const second = join(folder, 'second.zip');
  await writeBackup(embedded, { file: second, version: '1.2.3' });
  const other = await openTestDatabase();
  await restore(other, second);
  expect(await contentOf(other)).toEqual(before);
  // The schema is whole: a trigger still keeps the audit from being rewritten, and a start finds nothing to do.
  await expect(other.pool.query('delete from ratchet.audit_events')).rejects.toThrow();
  const again = await other.reopen();
  expect((await contentOf(again)).migration).toBe(before.migration);
  await again.close();
});

it('is a file that only its owner may read, with its parts named, and no draft beside it', () => {
  expect(statSync(whole).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('is of one moment, whatever is written meanwhile', async () => {
  const file = join(folder, 'moment.zip');
  let wrote: Promise<unknown> | undefined;
  const { manifest } = await writeBackup(filled, {
    file,
    version: '1',
    // After the first table: what comes now is not in it.
    progress: () => {
      wrote ??= filled.pool.query(
        `insert into ratchet.results (id, name, content, created_by) values (gen_random_uuid(), 'late', '1', 'una')`,
      );
    },
  });
  await wrote;
  expect(manifest.tables.find(({ name }) => name === 'results')?.rows).toBe(2500);
  await filled.pool.query(`delete from ratchet.results where name = 'late'`);
});

describe('a restore', () => {
  it('refuses a database that holds something, and replaces it when that is said', { timeout: 60_000 }, async () => {
    const target = await empty();
    await restore(target, whole);
    await expect(judgeTarget(target, false)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(restore(target, whole)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await target.pool.query('delete from ratchet.results');
    expect(await judgeTarget(target, true)).toBe(true);
    await restore(target, whole, true);
    expect((await contentOf(target)).tables).toEqual((await contentOf(filled)).tables);
  });

  it('that is given up leaves what was there', { timeout: 60_000 }, async () => {
    const target = await empty();
    await restore(target, whole);
    await target.pool.query('delete from ratchet.alerts');
    const before = await contentOf(target);
    await expect(restore(target, whole, true, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await contentOf(target)).toEqual(before);
  });

  it('refuses a database that a server works on', async () => {
    if (filled.mode === 'embedded') {
      // There the lock of the folder does.
      const options = { dataDir: filled.dataDir as string, asItIs: true };
      await expect(openDatabase(options)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      return;
    }
    await filled.pool.query(
      `insert into ratchet.nodes (id, hostname, pid, role, version, status, worker_ids, concurrency, load, heartbeat_at)
       values (gen_random_uuid(), 'here', 12, 'all', '1', 'active', '{}', 1, '{}', now())`,
    );
    await expect(restore(filled, whole, true)).rejects.toThrow('process 12 on here');
    await filled.pool.query('delete from ratchet.nodes');
  });

  it('brings a backup of an older program up to date', { timeout: 60_000 }, async () => {
    const known = knownMigrations();
    const old = await empty();
    const client = await old.pool.connect();
    await applyMigrations(client, { upTo: known.at(-3) as number });
    client.release();
    await old.pool.query(
      `insert into ratchet.results (id, name, content, created_by) values (gen_random_uuid(), 'old', '1', 'una')`,
    );
    const file = join(folder, 'old.zip');
    await writeBackup(old, { file, version: '0.0.1' });
    const target = await empty();
    await restore(target, file);
    const { migration, tables } = await contentOf(target);
    expect(migration).toBe(known.at(-1));
    expect(tables.results?.rows).toBe(1);
    expect(Object.keys(tables)).toEqual(Object.keys((await contentOf(filled)).tables));
  });
});

describe('a file that is no good', () => {
  const bent = (name: string, change: (bytes: Buffer) => Buffer) => {
    const file = join(folder, name);
    writeFileSync(file, change(readFileSync(whole)));
    return file;
  };
  let target: Database;
  beforeAll(async () => {
    target = await empty();
  }, 60_000);
  const refused = async (file: string) => {
    await expect(restore(target, file)).rejects.toMatchObject({ code: expect.stringMatching(/VALIDATION|NOT_FOUND/) });
    expect((await target.pool.query(`select to_regclass('ratchet.tasks') as there`)).rows[0].there).toBeNull();
  };
  it.each([
    ['is cut off', () => bent('cut.zip', (bytes) => bytes.subarray(0, bytes.length - 100))],
    ['is cut in the middle', () => bent('half.zip', (bytes) => bytes.subarray(0, bytes.length >> 1))],
    [
      'has other bytes in its middle',
      () =>
        bent('flipped.zip', (bytes) => {
          bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 0xff, bytes.length >> 1);
          return bytes;
        }),
    ],
    ['is empty', () => bent('empty.zip', () => Buffer.alloc(0))],
    ['is something else', () => bent('text.zip', () => Buffer.from('no backup at all'))],
    ['is not there', async () => join(folder, 'nothing.zip')],
  ])('%s: it is refused before anything is touched', { timeout: 60_000 }, async (_, file) => {
    await refused(await file());
  });

  it('names tables that would be statements: it is refused', async () => {
    const backup = await openBackup(whole);
    backup.close();
    const { manifest } = backup;
    const evil = [
      { ...manifest, tables: [{ ...manifest.tables[0], name: 'x"; drop schema ratchet; --' }] },
      { ...manifest, tables: [{ ...manifest.tables[0], columns: [{ name: 'a', type: 'text); select 1; --' }] }] },
      { ...manifest, sequences: [{ name: "a'b", lastValue: '1', called: true }] },
      { ...manifest, tables: 'all' },
      { ...manifest, format: 'other' },
      { ...manifest, formatVersion: 99 },
    ];
    for (const said of evil) expect(() => readManifest(JSON.stringify(said))).toThrow(/no backup|format 99/);
    const newer = join(folder, 'newer.zip');
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from(JSON.stringify({ ...manifest, tables: [], migration: 9e12 })), 'manifest.json');
    zip.addBuffer(Buffer.from(''), 'queue.jsonl');
    zip.end({ forceZip64Format: false, comment: '' });
    const chunks: Buffer[] = [];
    for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
    writeFileSync(newer, Buffer.concat(chunks));
    await refused(newer);
  });

  it('cannot be written where nothing can: nothing is left', async () => {
    const file = join(folder, 'file');
    copyFileSync(whole, file);
    await expect(writeBackup(filled, { file: join(file, 'below.zip'), version: '1' })).rejects.toThrow();
    const given = writeBackup(filled, {
      file: join(folder, 'given-up.zip'),
      version: '1',
      signal: AbortSignal.abort(),
    });
    await expect(given).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(folder).filter((name) => name.startsWith('given-up'))).toEqual([]);
  });
});

it('knows an order of all tables, and tells of a circle', async () => {
  const client = await filled.pool.connect();
  const tables = await tablesOf(client).finally(() => client.release());
  const seen = new Set<string>();
  for (const { name, refersTo } of tables) {
    for (const other of refersTo) expect([...seen]).toContain(other);
    seen.add(name);
  }
  expect(seen.size).toBeGreaterThan(30);
  const circle = ['a', 'b'].map((name) => ({ name, columns: [], refersTo: [name === 'a' ? 'b' : 'a'] }));
  expect(() => inOrder(circle)).toThrow('circle: a, b');
});
