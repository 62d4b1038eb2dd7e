import type pg from 'pg';
import { untilAborted } from './abort.ts';
import { type DatabaseConfig as Config, PostgresqlConfig } from './config-database.ts';
import { address, tlsOptions } from './config-shape.ts';
import { parts, rowsOf, type TableRows } from './database-rows.ts';
import { DeliveryError, refused } from './delivery-error.ts';
import type { DestinationType } from './destination-type.ts';
import { networkReason } from './reason.ts';

/** Parameters of one statement at most. */
const mostParameters = 60_000;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const tableOf = ({ schema, table }: Config): string =>
  schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;

/** Why PostgreSQL refused, by SQLSTATE; `true`: whatever is sent, until someone mends it. */
const reasons: Readonly<Record<string, readonly [text: (config: Config) => string, outage: boolean]>> = {
  '28P01': [({ username }) => `The password of ${username} is wrong.`, true],
  '28000': [({ username }) => `${username} may not sign in from this server. Look at pg_hba.conf there.`, true],
  '3D000': [({ database }) => `There is no database ${database}.`, true],
  '42P01': [({ table }) => `There is no table ${table}. Create it, or give its schema.`, true],
  '3F000': [({ schema }) => `There is no schema ${schema}.`, true],
  '42501': [
    ({ username, table }) =>
      `${username} may not write to ${table}. Grant it INSERT, and UPDATE and SELECT for keyColumns.`,
    true,
  ],
  '42P10': [() => 'keyColumns needs a primary key or a unique index over exactly those columns.', true],
  '53300': [() => 'The server there has no connection left.', true],
};

function reasonOf(error: unknown, config: Config): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { code = '', message, column } = error as Error & { code?: string; column?: string };
  const known = reasons[code];
  const where = address(config);
  if (known) return new DeliveryError(known[0](config), { outage: known[1], target: tableOf(config), cause: error });
  // What it says of a column, a type or a constraint names no value.
  if (/^(42|22|23)/.test(code))
    return refused(`The table does not take it: ${message}${column ? ` (column ${column})` : ''}.`, {
      target: tableOf(config),
      cause: error,
    });
  const network = /client password must be/.test(message)
    ? 'The server asks for a password. Give one.'
    : /does not support SSL/.test(message)
      ? `${where} does not speak TLS. Switch tls off.`
      : networkReason(error, where);
  return new DeliveryError(network ?? `${where}: ${message}`, { target: tableOf(config), cause: error });
}

async function withClient<T>(config: Config, signal: AbortSignal, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { default: driver } = await import('pg');
  const client = new driver.Client({
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.username,
    // A function, so that the driver looks for none in this server's environment.
    password: () => config.password ?? '',
    ssl: tlsOptions(config),
    application_name: 'ratchet output',
  });
  client.on('error', () => {});
  // `end` alone would wait for a server that does not answer.
  const close = () =>
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  const whole = async () => {
    await client.connect();
    const result = await work(client);
    await client.end();
    return result;
  };
  try {
    return await untilAborted(signal, whole, close);
  } catch (error) {
    if (signal.aborted) throw error;
    throw reasonOf(error, config);
  }
}

function insertOf(config: Config, columns: readonly string[], values: string): string {
  const updates = columns.filter((column) => !config.keyColumns.includes(column));
  const conflict =
    config.keyColumns.length === 0
      ? ''
      : ` on conflict (${config.keyColumns.map(quoted).join(', ')}) do ${
          updates.length === 0
            ? 'nothing'
            : `update set ${updates.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ')}`
        }`;
  return `insert into ${tableOf(config)} (${columns.map(quoted).join(', ')}) values ${values}${conflict}`;
}

async function store(client: pg.Client, config: Config, { columns, rows }: TableRows, id: string): Promise<string> {
  await client.query('begin');
  const { deliveryIdColumn } = config;
  if (deliveryIdColumn !== undefined) {
    // Two attempts of one delivery at once, from a node that was taken for dead, must not both find nothing.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [id]);
    const known = await client.query(
      `select 1 from ${tableOf(config)} where ${quoted(deliveryIdColumn)}::text = $1 limit 1`,
      [id],
    );
    if (known.rows.length > 0) {
      await client.query('rollback');
      return 'It was there already.';
    }
  }
  for (const some of parts(rows, Math.max(1, Math.floor(mostParameters / columns.length)))) {
    const values = some
      .map((_, r) => `(${columns.map((_, c) => `$${r * columns.length + c + 1}`).join(', ')})`)
      .join(', ');
    await client.query(insertOf(config, columns, values), some.flat());
  }
  await client.query('commit');
  return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
}

/** Rows in a table of PostgreSQL. */
export const postgresql: DestinationType<Config> = {
  schema: PostgresqlConfig,
  secrets: ['password'],
  templates: () => [],
  async deliver(message, config, signal) {
    const table = rowsOf(message, config);
    const response =
      table.rows.length === 0
        ? '0 rows'
        : await withClient(config, signal, (client) => store(client, config, table, message.deliveryId));
    return { target: tableOf(config), response, bytes: Buffer.byteLength(JSON.stringify(table.rows)) };
  },
  /** Planned and not carried out: that checks the sign-in, the table, its columns and the right to write. */
  async test(config, signal) {
    const { deliveryIdColumn } = config;
    const columns = [...Object.keys(config.columns), ...(deliveryIdColumn === undefined ? [] : [deliveryIdColumn])];
    const nothing = `(${columns.map(() => 'null').join(', ')})`;
    await withClient(config, signal, (client) => client.query(`explain ${insertOf(config, columns, nothing)}`));
    return { target: tableOf(config), response: 'The table takes these columns. Nothing was stored.', bytes: 0 };
  },
};
