import { NodePgDatabase, NodePgSession } from 'drizzle-orm/node-postgres';
import { PgDialect, type PgPreparedQuery, type PreparedQueryConfig } from 'drizzle-orm/pg-core';
import type { ExtractTablesWithRelations } from 'drizzle-orm/relations';
import pg from 'pg';
import type { Schema } from './database.ts';
import { isStalePlan, translateDatabaseError } from './database-error.ts';
import type { StatementNames } from './statement-names.ts';

type Tables = ExtractTablesWithRelations<Schema>;
type Prepare = NodePgSession<Schema, Tables>['prepareQuery'];

/** A session whose errors carry neither SQL nor parameters, and which prepares the statements that come often. */
class DiscreetSession extends NodePgSession<Schema, Tables> {
  readonly #names: StatementNames;
  readonly #alone: boolean;

  constructor(client: pg.Pool | pg.PoolClient, names: StatementNames) {
    super(client, dialect, undefined);
    this.#names = names;
    this.#alone = client instanceof pg.Pool;
  }

  override prepareQuery<T extends PreparedQueryConfig = PreparedQueryConfig>(
    ...[query, fields, name, ...rest]: Parameters<Prepare>
  ): PgPreparedQuery<T> {
    // Without parameters it may be several statements, which cannot be prepared.
    const given = name ?? (query.params.length > 0 ? this.#names.nameOf(query.sql) : undefined);
    const prepared = super.prepareQuery<T>(query, fields, given, ...rest);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = (values) =>
      execute(values).catch((error) => {
        const stale = given !== undefined && isStalePlan(error);
        if (stale) this.#names.renew();
        // Of a transaction all of it is tried again.
        if (stale && this.#alone) return this.prepareQuery<T>(query, fields, name, ...rest).execute(values);
        throw translateDatabaseError(error);
      });
    return prepared;
  }
}

const dialect = new PgDialect();

/** Drizzle over a pool or one of its clients. */
export const queryable = (client: pg.Pool | pg.PoolClient, names: StatementNames): NodePgDatabase<Schema> =>
  new NodePgDatabase<Schema>(dialect, new DiscreetSession(client, names), undefined);
