import { getTableColumns, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Queryable } from '../database.ts';
import { recordset } from '../rows.ts';

/**
 * Replaces whole rows, each only where the stored revision is the one that `from` names (by id; its own without): compare
 * and set. Columns that are `fixed`, by their names in the database, stay. Answers the ids that were written.
 */
export async function replaceRows<T extends PgTable>(
  tx: Queryable,
  table: T,
  rows: readonly (T['$inferInsert'] & { readonly id: string; readonly revision: number })[],
  from: ReadonlyMap<string, number>,
  fixed: readonly string[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const names = Object.values(getTableColumns(table)).map(({ name }) => name);
  const expected = rows.map((row) => from.get(row.id) ?? row.revision);
  const listed = names.map((name) => sql.identifier(name));
  const assigned = names
    .filter((name) => !fixed.includes(name))
    .map((name) => sql`${sql.identifier(name)} = r.${sql.identifier(name)}`);
  // Each row beside its expected revision: a join of two lists whose lengths no planner knows would compare all with all.
  const result = await tx.execute(sql`
    update ${table} as t set ${sql.join(assigned, sql`, `)}
    from rows from (${recordset(table, rows)}, unnest(${sql.param(expected)}::integer[]))
      as r(${sql.join(listed, sql`, `)}, expected_revision)
    where t.id = r.id and t.revision = r.expected_revision
    returning t.id`);
  return new Set(result.rows.map((row) => String((row as { id: string }).id)));
}
