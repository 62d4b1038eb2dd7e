import type pg from 'pg';
import { untilAborted } from './abort.ts';
import { type DatabaseConfig as Config, PostgresqlConfig } from './config-database.ts';
import { address, tlsOptions } from './config-shape.ts';
import { databaseDestination, type Session } from './database-destination.ts';

/** What the server's errors carry besides: `code` is the SQLSTATE. */
type ServerError = Error & { code?: string; column?: string };

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sessionOf = (client: pg.Client): Session => ({
  async begin(lock) {
    await client.query('begin');
    if (lock !== null) await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
  },
  run: async (text, values) => (await client.query(text, values && [...values])).rows,
});

async function connected<T>(config: Config, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
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
    const result = await work(sessionOf(client));
    await client.end();
    return result;
  };
  return untilAborted(signal, whole, close);
}

/** Rows in a table of PostgreSQL. */
export const postgresql = databaseDestination({
  schema: PostgresqlConfig,
  mostParameters: 60_000,
  quoted,
  parameter: (at) => `$${at + 1}`,
  asText: (column) => `${column}::text`,
  conflict(keyColumns, updates) {
    const set = updates.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ');
    return `on conflict (${keyColumns.map(quoted).join(', ')}) do ${set === '' ? 'nothing' : `update set ${set}`}`;
  },
  connected,
  codeOf(error) {
    const { code = '', message } = error as ServerError;
    // The driver's own errors have no code.
    if (code !== '') return code;
    if (/client password must be/.test(message)) return 'no password';
    return /does not support SSL/.test(message) ? 'no TLS' : '';
  },
  reasons: {
    '28P01': ({ username }) => `The password of ${username} is wrong.`,
    '28000': ({ username }) => `${username} may not sign in from this server. Look at pg_hba.conf there.`,
    '3D000': ({ database }) => `There is no database ${database}.`,
    '42P01': ({ table }) => `There is no table ${table}. Create it, or give its schema.`,
    '3F000': ({ schema }) => `There is no schema ${schema}.`,
    '42501': ({ username, table }) =>
      `${username} may not write to ${table}. Grant it INSERT, and UPDATE and SELECT for keyColumns.`,
    '42P10': () => 'keyColumns needs a primary key or a unique index over exactly those columns.',
    '53300': () => 'The server there has no connection left.',
    'no password': () => 'The server asks for a password. Give one.',
    'no TLS': (config) => `${address(config)} does not speak TLS. Switch tls off.`,
  },
  // What it says of a column, a type or a constraint names no value.
  refusal(error) {
    const { code = '', message, column } = error as ServerError;
    return /^(42|22|23)/.test(code) ? `${message}${column ? ` (column ${column})` : ''}` : null;
  },
});
