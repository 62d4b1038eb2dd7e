import type { Connection, ExecuteValues } from 'mysql2/promise';
import { untilAborted } from './abort.ts';
import { type DatabaseConfig as Config, MysqlConfig } from './config-database.ts';
import { tlsOptions } from './config-shape.ts';
import { databaseDestination, type Session } from './database-destination.ts';

/** What the driver's errors carry besides. */
type DriverError = Error & { code?: string; sqlState?: string; fatal?: boolean };

/** What the table does not take, by SQLSTATE: bad columns, values, constraints. */
const refusal = /^(42|22|23|21|HY000$)/;

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const sessionOf = (connection: Connection): Session => {
  const session: Session = {
    async begin(lock) {
      if (lock !== null) await session.run("select get_lock(concat('ratchet ', ?), 10)", [lock]);
      await connection.beginTransaction();
    },
    async run(text, values) {
      // Prepared by the server: what the driver quotes would depend on how the server reads backslashes.
      const [rows] = values ? await connection.execute(text, values as ExecuteValues) : await connection.query(text);
      return Array.isArray(rows) ? rows : [];
    },
  };
  return session;
};

async function connected<T>(config: Config, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
  const { createConnection } = await import('mysql2/promise');
  const tls = tlsOptions(config);
  let connection: Connection | null = null;
  const close = () => connection?.destroy();
  const whole = async () => {
    connection = await createConnection({
      host: config.host,
      port: config.port,
      database: config.database,
      user: config.username,
      password: config.password ?? '',
      ...(tls ? { ssl: tls } : {}),
      charset: 'utf8mb4',
      // One that is cut off must not come up after its caller has gone.
      connectTimeout: 30_000,
    });
    connection.on('error', () => {});
    if (signal.aborted) close();
    return work(sessionOf(connection));
  };
  return untilAborted(signal, whole, close);
}

/** Rows in a table of MySQL or MariaDB. */
export const mysql = databaseDestination({
  schema: MysqlConfig,
  mostParameters: 10_000,
  quoted,
  parameter: () => '?',
  asText: (column) => column,
  conflict(keyColumns, updates) {
    // With nothing but the key a duplicate changes nothing: it is set to what it is.
    const set = (updates.length > 0 ? updates : keyColumns).map((c) => `${quoted(c)} = values(${quoted(c)})`);
    return `on duplicate key update ${set.join(', ')}`;
  },
  connected,
  codeOf: (error) => (error as DriverError).code ?? '',
  reasons: {
    ER_ACCESS_DENIED_ERROR: ({ username }) =>
      `The password of ${username} is wrong, or ${username} may not sign in from this server.`,
    ER_DBACCESS_DENIED_ERROR: ({ username, database }) => `${username} may not use the database ${database}.`,
    ER_BAD_DB_ERROR: ({ database }) => `There is no database ${database}.`,
    ER_NO_SUCH_TABLE: ({ table }) => `There is no table ${table}. Create it.`,
    ER_TABLEACCESS_DENIED_ERROR: ({ username, table }) =>
      `${username} may not write to ${table}. Grant it INSERT, and UPDATE and SELECT for keyColumns.`,
    ER_CON_COUNT_ERROR: () => 'The server there has no connection left.',
    HANDSHAKE_NO_SSL_SUPPORT: () => 'The server there does not speak TLS. Switch tls off.',
  },
  // A duplicate's message quotes the value, which is the output's own.
  refusal(error) {
    const { code = '', sqlState = '', fatal, message } = error as DriverError;
    return code.startsWith('ER_') && !fatal && refusal.test(sqlState) ? message : null;
  },
});
