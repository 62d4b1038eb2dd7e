import type { ListFields, ListRequest, Page, SortClause } from '@ratchet/contract/paging';
import { and, asc, type Column, desc, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Queryable } from './database.ts';
import { cursorAfter, type Level, pastCursor } from './page-cursor.ts';
import { condition, partOf } from './page-filter.ts';

/** What a list of a contract means in tables. */
export interface PageSpec<T extends PgTable> {
  readonly table: T;
  readonly fields: ListFields;
  /** A column for every field of `fields`. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Columns that `q` searches, as parts, without case. */
  readonly search: readonly Column[];
  /** Makes every order total. */
  readonly id: PgColumn;
  /** Columns that its rows do not have: large ones that no list shows. `id` then tells its rows apart by itself. */
  readonly omit?: readonly string[];
}

/**
 * One page of a list: filtered, searched, ordered, counted. `scope` always holds besides the filters. A cursor takes the
 * place of the page's number. Throws VALIDATION_FAILED for a cursor that is not of this order.
 */
export async function pageQuery<T extends PgTable>(
  db: Queryable,
  spec: PageSpec<T>,
  request: ListRequest,
  scope?: SQL,
): Promise<Page<T['$inferSelect']>> {
  const { cursor, limit, page } = request;
  const order = totalOrder(spec, request.sort);
  const filters = (request.filters ?? []).map((clause) => condition(columnOf(spec, clause.field), clause));
  const where = and(scope, ...filters, search(spec, request.q));
  // Drizzle's types do not follow a table that is itself a type parameter.
  const table = spec.table as PgTable;

  const counting = db.select({ total: sql<number>`count(*)::int` }).from(table).where(where);
  const inOrder = order.map((level) => (level.order === 'asc' ? asc(level.column) : desc(level.column)));
  const pageOf = (columns: ReturnType<typeof shownColumns>) =>
    db
      .select(columns)
      .from(table)
      .where(and(where, cursor === undefined ? undefined : pastCursor(order, cursor)))
      .orderBy(...inOrder)
      .limit(limit + 1)
      .offset(cursor === undefined ? (page - 1) * limit : 0);
  // Of a table with wide rows the ids first, by an index: no more is read of it than is shown.
  const reading: PromiseLike<T['$inferSelect'][]> = spec.omit
    ? db
        .select(shownColumns(table, spec.omit))
        .from(table)
        .where(inArray(spec.id, pageOf({ id: spec.id })))
        .orderBy(...inOrder)
    : pageOf(shownColumns(table));
  // On two connections, where `db` is a pool's.
  const [[count], rows] = await Promise.all([counting, reading]);
  const total = count?.total ?? 0;

  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasNext = rows.length > limit;
  return {
    items,
    meta: {
      page,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      hasNext,
      hasPrevious: cursor !== undefined || (page > 1 && total > 0),
      nextCursor: hasNext && last ? cursorAfter(table, order, last) : null,
    },
  };
}

const shownColumns = (table: PgTable, omit: readonly string[] = []): Record<string, PgColumn> =>
  Object.fromEntries(Object.entries(getTableColumns(table)).filter(([key]) => !omit.includes(key)));

/** The id comes last, in the direction of the first level, so that an index over both serves either direction. */
function totalOrder<T extends PgTable>(spec: PageSpec<T>, asked: readonly SortClause[] | undefined): Level[] {
  const sort = asked && asked.length > 0 ? asked : spec.fields.defaultSort;
  const levels = sort.map(({ field, order }) => ({ column: columnOf(spec, field), field, order }));
  if (levels.some((level) => level.column === spec.id)) return levels;
  return [...levels, { column: spec.id, field: '', order: levels[0]?.order ?? 'asc' }];
}

function columnOf<T extends PgTable>(spec: PageSpec<T>, field: string): Column {
  const column = spec.columns[field];
  if (!column) throw new Error(`The list offers ${field} and no column is named for it.`);
  return column;
}

function search<T extends PgTable>(spec: PageSpec<T>, q: string | undefined): SQL | undefined {
  if (!q || spec.search.length === 0) return undefined;
  const parts = spec.search.map((column) => partOf(sql`${column}`, q));
  return sql`(${sql.join(parts, sql` or `)})`;
}
