import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedSession } from '../src/embedded/session.ts';
import { EmbeddedSocket } from '../src/embedded/socket.ts';
import { tidy } from '../src/embedded/tidy.ts';
import { openDatabase } from '../src/open-database.ts';
import { getBlobs } from '../src/queries/blobs.ts';

describe('the embedded database behind pg', () => {
  let embedded: PGlite;
  let pool: pg.Pool;
  beforeAll(async () => {
    embedded = await PGlite.create();
    const session = new EmbeddedSession(embedded, 100);
    pool = new pg.Pool({ stream: () => new EmbeddedSocket(session) as never, max: 5 });
    pool.on('error', () => {});
    await pool.query('create table kept (n int)');
  });
  afterAll(async () => {
    await pool.end();
    await embedded.close();
  });
  const one = async () => (await pool.query('select 1 as n')).rows;

  describe('with statements that clients prepare', () => {
    const two = async <T>(work: (a: pg.PoolClient, b: pg.PoolClient) => Promise<T>): Promise<T> => {
      const [a, b] = [await pool.connect(), await pool.connect()];
      try {
        return await work(a, b);
      } finally {
        a.release();
        b.release();
      }
    };
    const sum = (n: number) => ({ name: 'sum', text: 'select $1::int + 1 as n', values: [n] });

    it('lets each prepare the same one under the same name', () =>
      two(async (a, b) => {
        expect((await a.query(sum(1))).rows).toEqual([{ n: 2 }]);
        expect((await b.query(sum(2))).rows).toEqual([{ n: 3 }]);
        expect((await a.query(sum(3))).rows).toEqual([{ n: 4 }]);
        expect(
          await Promise.all([a.query(sum(4)), b.query(sum(5))]).then((all) => all.map(({ rows }) => rows[0])),
        ).toEqual([{ n: 5 }, { n: 6 }]);
      }));

    it('refuses another one under a name that is taken', () =>
      two(async (a, b) => {
        await a.query({ name: 'mine', text: 'select 1 as n', values: [] });
        await expect(b.query({ name: 'mine', text: 'select 2 as n', values: [] })).rejects.toThrow('already exists');
        expect((await a.query({ name: 'mine', text: 'select 1 as n', values: [] })).rows).toEqual([{ n: 1 }]);
      }));

    it('keeps one when a failed transaction asks for it, and forgets none that was never made', () =>
      two(async (a, b) => {
        const kept = { name: 'kept', text: 'select $1::int as n', values: [1] };
        await a.query(kept);
        await b.query('begin');
        await expect(b.query('select 1/0')).rejects.toThrow('division by zero');
        await expect(b.query(kept)).rejects.toThrow('aborted');
        await expect(b.query({ ...kept, name: 'late' })).rejects.toThrow('aborted');
        await b.query('rollback');
        expect((await a.query(kept)).rows).toEqual([{ n: 1 }]);
        expect((await b.query(kept)).rows).toEqual([{ n: 1 }]);
        expect((await a.query({ ...kept, name: 'late' })).rows).toEqual([{ n: 1 }]);
      }));
  });

  it.each([
    ['copy kept from stdin', undefined],
    ['COPY kept FROM STDIN', []],
    ['select 1; copy kept from stdin; select 2', undefined],
  ])('refuses to take a copy, and goes on: %s', async (text, values) => {
    await expect(pool.query(text, values)).rejects.toThrow('takes no COPY');
    await expect(pool.query({ text, values: values ?? [], name: '' })).rejects.toThrow();
    expect(await one()).toEqual([{ n: 1 }]);
  });

  it('goes on after a statement that speaks of copies', async () => {
    const client = await pool.connect();
    await client.query(`select 'copy' as word`);
    expect((await client.query('select $1::int as n', [4])).rows).toEqual([{ n: 4 }]);
    client.release();
  });

  it('answers a cancellation and a request for encryption', async () => {
    const session = new EmbeddedSession(embedded);
    const request = (code: number) => {
      const socket = new EmbeddedSocket(session);
      const bytes = Buffer.alloc(code === 80877102 ? 16 : 8);
      bytes.writeInt32BE(bytes.length, 0);
      bytes.writeInt32BE(code, 4);
      socket.write(bytes);
      return socket;
    };
    const ended = new Promise((resolve) => request(80877102).once('end', resolve).resume());
    await ended;
    const answer = await new Promise<Buffer>((resolve) => request(80877103).once('data', resolve));
    expect(answer.toString()).toBe('N');
  });

  it.each([
    ['ends', (client: pg.PoolClient) => client.release(true)],
    [
      'breaks',
      (client: pg.PoolClient) => {
        client.on('error', () => {});
        (client as unknown as { connection: { stream: EmbeddedSocket } }).connection.stream.destroy(
          new Error('broken'),
        );
        client.release(true);
      },
    ],
  ])('takes a transaction back whose client %s', async (_, end) => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query('insert into kept values (1)');
    end(client);
    expect((await pool.query('select count(*)::int as n from kept')).rows).toEqual([{ n: 0 }]);
  });

  it('lets a transaction wait for no other, however many there are', async () => {
    const add = async (n: number) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const { rows } = await client.query('select count(*)::int as n from kept');
        await client.query('insert into kept values ($1)', [rows[0].n]);
        await client.query(n % 3 === 0 ? 'rollback' : 'commit');
      } finally {
        client.release();
      }
    };
    await Promise.all(Array.from({ length: 30 }, (_, n) => add(n)));
    const { rows } = await pool.query('select n from kept order by n');
    expect(rows.map((row) => row.n)).toEqual([...Array(20).keys()]);
    await pool.query('delete from kept');
  });

  it('says so when a transaction waits for itself, and goes on', async () => {
    const holder = await pool.connect();
    await holder.query('begin');
    await expect(pool.query('select 1')).rejects.toThrow('has one session');
    await holder.query('commit');
    holder.release();
    expect(await one()).toEqual([{ n: 1 }]);
  });

  it('answers in parts where a client asks for parts', async () => {
    const client = await pool.connect();
    const query = client.query(new pg.Query({ text: 'select generate_series(1, 10) as n', rows: 3 } as never));
    const rows = await new Promise<number[]>((resolve, reject) => {
      const seen: number[] = [];
      query.on('row', (row: { n: number }) => seen.push(row.n));
      query.on('end', () => resolve(seen));
      query.on('error', reject);
    });
    client.release();
    expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('brings great results', async () => {
    const { rows } = await pool.query(`select n, repeat('x', 1000) as text from generate_series(1, 20000) as n`);
    expect(rows.length).toBe(20000);
    expect(rows.at(-1)).toMatchObject({ n: 20000, text: 'x'.repeat(1000) });
  });

  it('keeps a listener when another client ends its own listening', async () => {
    const [listener, other] = [await pool.connect(), await pool.connect()];
    const heard: string[] = [];
    listener.on('notification', (note) => heard.push(`${note.channel} ${note.payload}`));
    await listener.query('listen "jobs:insert"; listen plain');
    await other.query('listen "jobs:insert"');
    await other.query('unlisten "jobs:insert"; unlisten plain;');
    await other.query('unlisten *');
    await other.query(`select pg_notify('jobs:insert', 'a'), pg_notify('plain', 'b')`);
    await expect.poll(() => heard).toEqual(['jobs:insert a', 'plain b']);
    listener.release(true);
    other.release();
  });
});

describe('a data folder', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ratchet-embedded-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('loses nothing that was committed when its process is killed, and can be opened at once', async () => {
    const fixture = new URL('./fixtures/write-until-killed.ts', import.meta.url).pathname;
    const written: string[] = [];
    for (const round of ['first', 'second']) {
      const child = spawn(process.execPath, [fixture, dataDir, round], { stdio: ['ignore', 'pipe', 'inherit'] });
      let lines = 0;
      for await (const digest of createInterface({ input: child.stdout })) {
        written.push(digest);
        if (++lines === 100) child.kill('SIGKILL');
      }
      expect(child.signalCode ?? 'SIGKILL').toBe('SIGKILL');
    }
    expect(written.length).toBeGreaterThanOrEqual(200);
    const database = await openDatabase({ dataDir });
    const found = await getBlobs(database.db, written);
    await database.close();
    expect(written.filter((digest) => found.get(digest)?.length !== 2000)).toEqual([]);
  });

  it('is rid of dead rows', async () => {
    const database = await openDatabase({ dataDir });
    const dead = async () => {
      const { rows } = await database.pool.query(
        `select n_dead_tup::int as n from pg_stat_user_tables where relname = 'nodes'`,
      );
      return rows[0].n;
    };
    await database.pool.query(
      `insert into ratchet.nodes (id, hostname, pid, role, status, version)
       select gen_random_uuid(), 'h', 1, 'all', 'active', '1' from generate_series(1, 1000)`,
    );
    await database.pool.query('update ratchet.nodes set pid = 2');
    await expect.poll(dead, { timeout: 20_000 }).toBe(1000);
    await tidy(database.pool);
    await expect.poll(dead, { timeout: 20_000 }).toBe(0);
    await database.close();
  });

  it('lets indexes alone answer for rows that are new', async () => {
    const database = await openDatabase({ dataDir });
    const known = async () => {
      const { rows } = await database.pool.query(
        `select relallvisible > 0 as mapped from pg_class where oid = 'ratchet.leases'::regclass`,
      );
      return rows[0].mapped;
    };
    await database.pool.query(
      `insert into ratchet.leases (name, holder, fence, expires_at)
       select 'lease ' || n, 'nobody', 1, now() from generate_series(1, 2000) as n`,
    );
    expect(await known()).toBe(false);
    await expect
      .poll(
        async () => {
          await tidy(database.pool);
          return known();
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    await database.pool.query(`delete from ratchet.leases where holder = 'nobody'`);
    await database.close();
  });

  it('is its owner’s alone', () => {
    expect(statSync(join(dataDir, 'database')).mode & 0o777).toBe(0o700);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('says so when its files are damaged, and leaves them and no lock', async () => {
    const damaged = mkdtempSync(join(tmpdir(), 'ratchet-damaged-'));
    mkdirSync(join(damaged, 'database'));
    writeFileSync(join(damaged, 'database/PG_VERSION'), '9\n');
    await expect(openDatabase({ dataDir: damaged })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('restore it from a backup'),
    });
    expect(readdirSync(damaged)).toEqual(['database']);
    expect(readFileSync(join(damaged, 'database/PG_VERSION'), 'utf8')).toBe('9\n');
    rmSync(damaged, { recursive: true });
  });

  it('serves one process at a time, and the next when it closes', async () => {
    const database = await openDatabase({ dataDir });
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`in use by process ${process.pid}\\. .*--data-dir`)),
    });
    await database.close();
    await database.close();
    const next = await openDatabase({ dataDir });
    await next.close();
  });
});
