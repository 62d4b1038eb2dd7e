import type { Connection } from 'mysql2/promise';
import { untilAborted } from './abort.ts';
import { type DatabaseConfig as Config, MysqlConfig } from './config-database.ts';
import { address, tlsOptions } from './config-shape.ts';
import { parts, rowsOf, type TableRows } from './database-rows.ts';
import { DeliveryError, refused } from './delivery-error.ts';
import type { DestinationType } from './destination-type.ts';
import { networkReason } from './reason.ts';

/** Parameters of one statement at most. */
const mostParameters = 10_000;

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const tableOf = ({ schema, table }: Config): string =>
  schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;

const reasons: Readonly<Record<string, (config: Config) => string>> = {
  ER_ACCESS_DENIED_ERROR: ({ username }) =>
    `The password of ${username} is wrong, or ${username} may not sign in from this server.`,
  ER_DBACCESS_DENIED_ERROR: ({ username, database }) => `${username} may not use the database ${database}.`,
  ER_BAD_DB_ERROR: ({ database }) => `There is no database ${database}.`,
  ER_NO_SUCH_TABLE: ({ table }) => `There is no table ${table}. Create it.`,
  ER_TABLEACCESS_DENIED_ERROR: ({ username, table }) =>
    `${username} may not write to ${table}. Grant it INSERT, and UPDATE and SELECT for keyColumns.`,
  ER_CON_COUNT_ERROR: () => 'The server there has no connection left.',
  HANDSHAKE_NO_SSL_SUPPORT: () => 'The server there does not speak TLS. Switch tls off.',
};
/** What the table does not take, by SQLSTATE: bad columns, values, constraints. */
const refusal = /^(42|22|23|21|HY000$)/;

function reasonOf(error: unknown, config: Config): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const {
    code = '',
    sqlState = '',
    message,
    fatal,
  } = error as Error & {
    code?: string;
    sqlState?: string;
    fatal?: boolean;
  };
  const target = tableOf(config);
  const known = reasons[code];
  if (known) return new DeliveryError(known(config), { target, cause: error });
  if (code.startsWith('ER_') && !fatal && refusal.test(sqlState))
    // A duplicate's message quotes the value, which is the output's own.
    return refused(`The table does not take it: ${message}.`, { target, cause: error });
  const where = address(config);
  return new DeliveryError(networkReason(error, where) ?? `${where}: ${message}`, { target, cause: error });
}

async function withConnection<T>(
  config: Config,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
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
    return work(connection);
  };
  try {
    return await untilAborted(signal, whole, close);
  } catch (error) {
    if (signal.aborted) throw error;
    throw reasonOf(error, config);
  }
}

function insertOf(config: Config, columns: readonly string[], rows: number): string {
  const updates = columns.filter((column) => !config.keyColumns.includes(column));
  const one = `(${columns.map(() => '?').join(', ')})`;
  const values = Array.from({ length: rows }, () => one).join(', ');
  // With nothing but the key a duplicate changes nothing: it is set to what it is.
  const set = (updates.length > 0 ? updates : config.keyColumns).map((c) => `${quoted(c)} = values(${quoted(c)})`);
  const conflict = config.keyColumns.length === 0 ? '' : ` on duplicate key update ${set.join(', ')}`;
  return `insert into ${tableOf(config)} (${columns.map(quoted).join(', ')}) values ${values}${conflict}`;
}

async function store(
  connection: Connection,
  config: Config,
  { columns, rows }: TableRows,
  id: string,
): Promise<string> {
  const { deliveryIdColumn } = config;
  if (deliveryIdColumn !== undefined) await connection.query("select get_lock(concat('ratchet ', ?), 10)", [id]);
  await connection.beginTransaction();
  if (deliveryIdColumn !== undefined) {
    const [known] = await connection.query(
      `select 1 from ${tableOf(config)} where ${quoted(deliveryIdColumn)} = ? limit 1`,
      [id],
    );
    if ((known as unknown[]).length > 0) {
      await connection.rollback();
      return 'It was there already.';
    }
  }
  // Prepared by the server: what the driver quotes would depend on how the server reads backslashes.
  for (const some of parts(rows, Math.max(1, Math.floor(mostParameters / columns.length))))
    await connection.execute(insertOf(config, columns, some.length), some.flat());
  await connection.commit();
  return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
}

/** Rows in a table of MySQL or MariaDB. */
export const mysql: DestinationType<Config> = {
  schema: MysqlConfig,
  secrets: ['password'],
  templates: () => [],
  async deliver(message, config, signal) {
    const table = rowsOf(message, config);
    const response =
      table.rows.length === 0
        ? '0 rows'
        : await withConnection(config, signal, (connection) => store(connection, config, table, message.deliveryId));
    return { target: tableOf(config), response, bytes: Buffer.byteLength(JSON.stringify(table.rows)) };
  },
  /** Planned and not carried out: that checks the sign-in, the table, its columns and the right to write. */
  async test(config, signal) {
    const { deliveryIdColumn } = config;
    const columns = [...Object.keys(config.columns), ...(deliveryIdColumn === undefined ? [] : [deliveryIdColumn])];
    const nothing = columns.map(() => null);
    await withConnection(config, signal, (connection) =>
      connection.query(`explain ${insertOf(config, columns, 1)}`, nothing),
    );
    return { target: tableOf(config), response: 'The table takes these columns. Nothing was stored.', bytes: 0 };
  },
};
