import { NodePgDatabase, NodePgSession } from 'drizzle-orm/node-postgres';
import { PgDialect, type PgPreparedQuery, type PreparedQueryConfig } from 'drizzle-orm/pg-core';
import type { ExtractTablesWithRelations } from 'drizzle-orm/relations';
import type pg from 'pg';
import type { Schema } from './database.ts';
import { translateDatabaseError } from './database-error.ts';

type Tables = ExtractTablesWithRelations<Schema>;

/** A session whose errors carry neither SQL nor parameters. */
class DiscreetSession extends NodePgSession<Schema, Tables> {
  override prepareQuery<T extends PreparedQueryConfig = PreparedQueryConfig>(
    ...query: Parameters<NodePgSession<Schema, Tables>['prepareQuery']>
  ): PgPreparedQuery<T> {
    const prepared = super.prepareQuery<T>(...query);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = (values) =>
      execute(values).catch((error) => {
        throw translateDatabaseError(error);
      });
    return prepared;
  }
}

const dialect = new PgDialect();

/** Drizzle over a pool or one of its clients. */
export const queryable = (client: pg.Pool | pg.PoolClient): NodePgDatabase<Schema> =>
  new NodePgDatabase<Schema>(dialect, new DiscreetSession(client, dialect, undefined), undefined);
