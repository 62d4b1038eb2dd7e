import type { OutputType } from '@ratchet/contract/entities/output';
import { type MariadbServer, startMariadbServer } from '@ratchet/testing/mariadb-server';
import { type PrivatePostgres, startPostgres } from '@ratchet/testing/postgres';
import { freePort } from '@ratchet/testing/server-process';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../src/outputs/database-rows.ts';
import { bench, sampleOf } from './output-fixture.ts';

interface Place {
  readonly type: OutputType;
  readonly config: Record<string, unknown>;
  query(text: string): Promise<readonly Record<string, unknown>[]>;
}

const { deliver, fault, test, close } = bench();
const places: Record<string, Place> = {};
const closing: (() => Promise<unknown>)[] = [close];

async function postgresql(server: PrivatePostgres): Promise<Place> {
  const { hostname, port, username } = new URL(server.url);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  closing.unshift(() => client.end());
  const config = { host: hostname, port: Number(port), username, database: 'postgres' };
  return { type: 'postgresql', config, query: async (text) => (await client.query(text)).rows };
}
async function mariadb({ host, port, username, password, database }: MariadbServer): Promise<Place> {
  const client = await mysql.createConnection({ host, port, user: username, password, database });
  closing.unshift(() => client.end());
  const config = { host, port, username, password, database };
  return { type: 'mysql', config, query: async (text) => (await client.query(text))[0] as Record<string, unknown>[] };
}

beforeAll(async () => {
  const [server, maria] = await Promise.all([startPostgres(), startMariadbServer()]);
  if (!server) throw new Error('PostgreSQL is not installed.');
  closing.push(() => server.stop(), maria.close);
  places.PostgreSQL = await postgresql(server);
  places.MariaDB = await mariadb(maria);
});
afterAll(async () => {
  for (const step of closing) await step();
});

describe.each(['PostgreSQL', 'MariaDB'])('rows in %s', (name) => {
  const at = () => places[name] as Place;
  const odd = () => (name === 'MariaDB' ? '`odd "name`' : '"odd ""name"');
  const give = (more: object, output: unknown, timeout?: number) =>
    deliver(at().type, { ...at().config, ...more }, sampleOf(output), timeout);
  beforeAll(async () => {
    await at().query('create table items (id int primary key, name varchar(50) not null, data text, run varchar(40))');
    await at().query(`create table ${odd()} (${odd()} varchar(50), delivery varchar(40))`);
  });

  it('are made of each element of an array, in one transaction', async () => {
    const config = {
      table: 'items',
      rows: 'output.items',
      columns: { id: 'row.id', name: 'row.name', data: 'row.data', run: 'execution.id' },
    };
    const items = [
      { id: 1, name: "Robert'); drop table items;--", data: { a: [1] } },
      { id: 2, name: 'Zoë', data: null },
    ];
    const delivered = await give(config, { items });
    expect(delivered.response).toBe('2 rows');
    const rows = await at().query('select * from items order by id');
    expect(rows).toMatchObject([
      { id: 1, name: items[0]?.name, data: '{"a":[1]}' },
      { id: 2, name: 'Zoë', data: null },
    ]);
    const half = [
      { id: 3, name: 'x' },
      { id: 1, name: 'there already' },
    ];
    const error = await fault(at().type, { ...at().config, ...config }, sampleOf({ items: half }));
    expect(error).toMatchObject({ message: expect.stringMatching(/The table does not take it/), outage: false });
    expect(await at().query('select id from items where id = 3')).toEqual([]);
    expect((await give(config, { items: [] })).response).toBe('0 rows');
  });
  it('are updated where they are there', async () => {
    const config = { table: 'items', columns: { id: 'row.id', name: 'row.name' }, keyColumns: ['id'] };
    await give(config, [
      { id: 1, name: 'first' },
      { id: 10, name: 'new' },
      { id: 10, name: 'newer' },
    ]);
    expect(await at().query('select id, name from items where id in (1, 10) order by id')).toEqual([
      { id: 1, name: 'first' },
      { id: 10, name: 'newer' },
    ]);
    await give({ table: 'items', columns: { id: 'row.id', name: 'timestamp' }, keyColumns: ['id'] }, { id: 11 });
    expect(await at().query('select name from items where id = 11')).toEqual([{ name: '2026-11-21T07:08:09.123Z' }]);
  });
  it('are stored once, however often they are sent', async () => {
    const config = {
      ...at().config,
      table: 'odd "name',
      columns: { 'odd "name': 'row' },
      deliveryIdColumn: 'delivery',
    };
    const message = sampleOf(['a', 'b']);
    const both = await Promise.all([deliver(at().type, config, message), deliver(at().type, config, message)]);
    expect(both.map(({ response }) => response).sort()).toEqual(['2 rows', 'It was there already.']);
    expect((await deliver(at().type, config, { ...message, attempt: 2 })).response).toBe('It was there already.');
    expect(await at().query(`select count(*) as n from ${odd()}`)).toMatchObject([{ n: expect.anything() }]);
    expect((await at().query(`select delivery from ${odd()}`)).map((row) => row.delivery)).toEqual([
      message.deliveryId,
      message.deliveryId,
    ]);
  });
  it('can be many', async () => {
    const config = { table: 'items', columns: { id: 'row.id', name: 'row.name' }, keyColumns: ['id'] };
    await give(
      config,
      Array.from({ length: 2500 }, (_, i) => ({ id: 1000 + i, name: `n${i}` })),
    );
    expect(Number((await at().query('select count(*) as n from items where id >= 1000'))[0]?.n)).toBe(2500);
  });
  it('are tried without storing anything', async () => {
    const before = await at().query('select count(*) as n from items');
    const columns = { id: 'row.id', name: 'row.name' };
    const tried = await test(at().type, { ...at().config, table: 'items', columns, keyColumns: ['id'] });
    expect(tried.response).toMatch(/Nothing was stored/);
    expect(await at().query('select count(*) as n from items')).toEqual(before);
    await expect(test(at().type, { ...at().config, table: 'nothing', columns })).rejects.toThrow(
      /There is no table nothing/,
    );
    await expect(test(at().type, { ...at().config, table: 'items', columns: { nope: 'row' } })).rejects.toThrow(/nope/);
  });
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no such database', { database: 'nowhere' }, /There is no database nowhere|may not use the database nowhere/],
    ['no such table', { table: 'nothing' }, /There is no table nothing/],
    ['no such column', { columns: { nope: 'row' } }, /The table does not take it: .*nope/],
    ['a value of another type', { columns: { id: 'row.text' } }, /The table does not take it/],
    ['a value that must not be missing', { columns: { id: 'row.id' } }, /The table does not take it: .*name/],
    ['TLS where there is none', { tls: true }, /does not speak TLS/],
  ])('say what to do about %s', async (_, more, said) => {
    const config = { ...at().config, table: 'items', columns: { id: 'row.id', name: 'row.text' }, ...more };
    const error = await fault(at().type, config, sampleOf({ id: 5000, text: 'no number' }));
    expect(error).toMatchObject({ message: expect.stringMatching(said), final: false });
  });
  it('say where nothing listens, and give up in time', async () => {
    const port = await freePort();
    const config = { ...at().config, table: 'items', columns: { id: 'row' } };
    const error = await fault(at().type, { ...config, port });
    expect(error.message).toMatch(`Nothing listens at 127.0.0.1:${port}`);
    const lock = name === 'MariaDB' ? 'lock tables items write' : 'begin; lock table items';
    await at().query(lock);
    expect(
      (await fault(at().type, { ...config, columns: { id: 'row', name: 'task.name' } }, sampleOf(7000), 400)).name,
    ).toBe('TimeoutError');
    await at().query(name === 'MariaDB' ? 'unlock tables' : 'rollback');
    expect(await at().query('select id from items where id = 7000')).toEqual([]);
  });
  it.each([
    [{ columns: {} }, 'config.columns'],
    [{ columns: { a: 'nope' } }, 'config.columns.a'],
    [{ columns: { a: 'row..b' } }, 'config.columns.a'],
    [{ columns: { a: 'task.nope' } }, 'config.columns.a'],
    [{ columns: { a: 'row' }, keyColumns: ['b'] }, 'config.keyColumns.0'],
    [{ columns: { a: 'row' }, rows: 'input' }, 'config.rows'],
    [{ columns: { a: 'row' }, deliveryIdColumn: 'a' }, 'config.deliveryIdColumn'],
    [{ columns: { a: 'row' }, table: '' }, 'config.table'],
  ])('refuse %j when it is saved', async (more, path) => {
    expect(await fault(at().type, { ...at().config, table: 'items', ...more })).toMatchObject({ details: [{ path }] });
  });
});

it('says that the password is wrong, and not which', async () => {
  const config = { ...places.MariaDB?.config, password: 'wrong-pass', table: 'items', columns: { id: 'row' } };
  const error = await fault('mysql', config);
  expect(error.message).toMatch(/The password of writer is wrong/);
  expect(error.message).not.toContain('wrong-pass');
});

describe('rows of an output', () => {
  const columns = { a: 'row.a', b: 'output.b', c: 'row.x.y' };
  const settings = { columns, rows: 'output', keyColumns: [] };
  it.each<[string, object, unknown, unknown]>([
    ['one for an object', {}, { a: 1, b: true, x: { y: [1] } }, [[1, true, '[1]']]],
    ['one for a text', { columns: { a: 'row' } }, 'text', [['text']]],
    ['none for an empty array', {}, [], []],
    ['only own members', { columns: { a: 'row.constructor', b: 'row.__proto__' } }, {}, [[null, null]]],
    [
      'the last of a key',
      { columns: { a: 'row.a', b: 'row.b' }, keyColumns: ['a'] },
      [
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ],
      [[1, 2]],
    ],
  ])('%s', (_, more, output, rows) => {
    expect(rowsOf(sampleOf(output), { ...settings, ...more }).rows).toEqual(rows);
  });
  it('says what the output lacks', () => {
    expect(() => rowsOf(sampleOf({}), { ...settings, rows: 'output.items' })).toThrow(/has no output\.items/);
  });
});
