import type * as z from 'zod';
import type { DatabaseConfig as Config } from './config-database.ts';
import { address } from './config-shape.ts';
import { parts, rowsOf, type TableRows } from './database-rows.ts';
import { DeliveryError, refused } from './delivery-error.ts';
import type { DestinationType } from './destination-type.ts';
import { networkReason } from './reason.ts';

/** A connection that is open. */
export interface Session {
  /**
   * Begins a transaction. With a lock it has waited for whatever else holds that: two attempts of one delivery at once,
   * from a node that was taken for dead, must not both find nothing.
   */
  begin(lock: string | null): Promise<unknown>;
  /** Runs one statement and answers its rows. Values go to the server apart from the text. */
  run(text: string, values?: readonly unknown[]): Promise<readonly unknown[]>;
}

/** What one database does in its own way. */
export interface Dialect {
  readonly schema: z.ZodType<Config>;
  /** Parameters of one statement at most. */
  readonly mostParameters: number;
  quoted(name: string): string;
  /** The place of a statement's parameter, counted from 0. */
  parameter(at: number): string;
  /** A column, quoted, to be compared with a text. */
  asText(column: string): string;
  /** How an insert into a table with `keyColumns` goes on: what becomes of a row whose key is there. */
  conflict(keyColumns: readonly string[], updates: readonly string[]): string;
  /** Does work over a connection of its own; breaks it off when the signal ends. */
  connected<T>(config: Config, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T>;
  /** What an error is called in `reasons`. */
  codeOf(error: Error): string;
  /** Why the destination does not work, by code. */
  readonly reasons: Readonly<Record<string, (config: Config) => string>>;
  /** What the database says when the table does not take these columns or values; null for any other error. */
  refusal(error: Error): string | null;
}

/** Rows in a table, in the way of one database. */
export function databaseDestination(dialect: Dialect): DestinationType<Config> {
  const { quoted, schema } = dialect;
  const tableOf = ({ schema, table }: Config): string =>
    schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;

  function reasonOf(error: Error, config: Config): DeliveryError {
    const options = { target: tableOf(config), cause: error };
    const known = dialect.reasons[dialect.codeOf(error)];
    if (known) return new DeliveryError(known(config), options);
    const refusal = dialect.refusal(error);
    if (refusal !== null) return refused(`The table does not take it: ${refusal}.`, options);
    const where = address(config);
    return new DeliveryError(networkReason(error, where) ?? `${where}: ${error.message}`, options);
  }

  async function connected<T>(config: Config, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await dialect.connected(config, signal, work);
    } catch (error) {
      if (signal.aborted || error instanceof DeliveryError) throw error;
      throw reasonOf(error as Error, config);
    }
  }

  function insertOf(config: Config, columns: readonly string[], rows: readonly (readonly string[])[]): string {
    const { keyColumns } = config;
    const updates = columns.filter((column) => !keyColumns.includes(column));
    const conflict = keyColumns.length === 0 ? '' : ` ${dialect.conflict(keyColumns, updates)}`;
    const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
    return `insert into ${tableOf(config)} (${columns.map(quoted).join(', ')}) values ${values}${conflict}`;
  }

  async function store(session: Session, config: Config, { columns, rows }: TableRows, id: string): Promise<string> {
    const { deliveryIdColumn } = config;
    await session.begin(deliveryIdColumn === undefined ? null : id);
    if (deliveryIdColumn !== undefined) {
      const column = dialect.asText(quoted(deliveryIdColumn));
      const known = `select 1 from ${tableOf(config)} where ${column} = ${dialect.parameter(0)} limit 1`;
      if ((await session.run(known, [id])).length > 0) {
        await session.run('rollback');
        return 'It was there already.';
      }
    }
    for (const some of parts(rows, Math.max(1, Math.floor(dialect.mostParameters / columns.length)))) {
      const places = some.map((_, row) => columns.map((_, column) => dialect.parameter(row * columns.length + column)));
      await session.run(insertOf(config, columns, places), some.flat());
    }
    await session.run('commit');
    return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  }

  return {
    schema,
    secrets: ['password'],
    templates: () => [],
    async deliver(message, config, signal) {
      const table = rowsOf(message, config);
      const response =
        table.rows.length === 0
          ? '0 rows'
          : await connected(config, signal, (session) => store(session, config, table, message.deliveryId));
      return { target: tableOf(config), response, bytes: Buffer.byteLength(JSON.stringify(table.rows)) };
    },
    /** Planned and not carried out: that checks the sign-in, the table, its columns and the right to write. */
    async test(config, signal) {
      const { deliveryIdColumn } = config;
      const columns = [...Object.keys(config.columns), ...(deliveryIdColumn === undefined ? [] : [deliveryIdColumn])];
      const nothing = columns.map(() => 'null');
      await connected(config, signal, (session) => session.run(`explain ${insertOf(config, columns, [nothing])}`));
      return { target: tableOf(config), response: 'The table takes these columns. Nothing was stored.', bytes: 0 };
    },
  };
}
