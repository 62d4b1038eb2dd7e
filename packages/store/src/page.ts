import { RatchetError } from '@ratchet/contract/errors';
import type { FilterClause, ListFields, ListRequest, Page, SortClause } from '@ratchet/contract/paging';
import { and, asc, type Column, desc, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Queryable } from './database.ts';

/** What a list of a contract means in tables. */
export interface PageSpec<T extends PgTable> {
  readonly table: T;
  readonly fields: ListFields;
  /** A column for every field of `fields`. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Columns that `q` searches, as parts, without case. */
  readonly search: readonly Column[];
  /** Makes every order total. */
  readonly id: Column;
}

type Row<T extends PgTable> = T['$inferSelect'];

/** One page of a list: filtered, searched, ordered, counted. `scope` always holds besides the filters. */
export async function pageQuery<T extends PgTable>(
  db: Queryable,
  spec: PageSpec<T>,
  request: ListRequest,
  scope?: SQL,
): Promise<Page<Row<T>>> {
  const order = totalOrder(spec, request.sort);
  const where = and(scope, ...(request.filters ?? []).map((f) => condition(spec, f)), search(spec, request.q));
  const after = request.cursor === undefined ? undefined : afterCursor(order, request.cursor);
  const table = spec.table as PgTable;

  const [count] = await db.select({ total: sql<number>`count(*)::int` }).from(table).where(where);
  const total = count?.total ?? 0;
  const offset = request.cursor === undefined ? (request.page - 1) * request.limit : 0;
  const rows = (await db
    .select(getTableColumns(table))
    .from(table)
    .where(and(where, after))
    .orderBy(...order.map((level) => (level.order === 'asc' ? asc(level.column) : desc(level.column))))
    .limit(request.limit + 1)
    .offset(offset)) as Row<T>[];

  const items = rows.slice(0, request.limit);
  const hasNext = rows.length > request.limit;
  const last = items.at(-1) as Record<string, unknown> | undefined;
  const totalPages = Math.ceil(total / request.limit);
  return {
    items,
    meta: {
      page: request.page,
      limit: request.limit,
      total,
      totalPages,
      hasNext,
      hasPrevious: request.cursor !== undefined || (request.page > 1 && total > 0),
      nextCursor: hasNext && last ? cursorAt(spec, order, last) : null,
    },
  };
}

interface Level {
  readonly column: Column;
  readonly field: string;
  readonly order: 'asc' | 'desc';
}

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

function condition<T extends PgTable>(spec: PageSpec<T>, { field, op, value }: FilterClause): SQL {
  const column = columnOf(spec, field);
  const isArray = column.getSQLType().endsWith('[]');
  const values = (Array.isArray(value) ? value : [value]).map((v) => v);
  if (op === 'eq' || op === 'ne') {
    const present = values.filter((v) => v !== null);
    const parts: SQL[] = [];
    if (present.length > 0) {
      const list = sql.join(
        present.map((v) => sql`${sql.param(isArray ? String(v) : v, isArray ? undefined : encoder(column))}`),
        sql`, `,
      );
      parts.push(isArray ? sql`${column} && array[${list}]::text[]` : sql`${column} in (${list})`);
    }
    if (values.includes(null)) parts.push(sql`${column} is null`);
    const any = sql`(${sql.join(parts, sql` or `)})`;
    return op === 'eq' ? any : sql`(${any}) is not true`;
  }
  if (op === 'like') {
    const parts = values.map((v) => sql`${asText(column, isArray)} ilike ${pattern(String(v))}`);
    return sql`(${sql.join(parts, sql` or `)})`;
  }
  const sign = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` }[op];
  const parts = values.map((v) => sql`${column} ${sign} ${sql.param(v, encoder(column))}`);
  return sql`(${sql.join(parts, sql` or `)})`;
}

/** Times come as text; the driver wants what the column takes. */
const encoder = (column: Column) => ({
  mapToDriverValue: (value: unknown) =>
    column.dataType === 'date' && typeof value === 'string' ? new Date(value).toISOString() : value,
});

const asText = (column: Column, isArray: boolean): SQL =>
  isArray ? sql`array_to_string(${column}, ' ')` : sql`${column}::text`;

const pattern = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;

function search<T extends PgTable>(spec: PageSpec<T>, q: string | undefined): SQL | undefined {
  if (!q || spec.search.length === 0) return undefined;
  return sql`(${sql.join(
    spec.search.map((column) => sql`${column} ilike ${pattern(q)}`),
    sql` or `,
  )})`;
}

/** A cursor is the sort values of the last row, and the order they belong to. */
function cursorAt<T extends PgTable>(spec: PageSpec<T>, order: readonly Level[], row: Record<string, unknown>): string {
  const keys = new Map(Object.entries(getTableColumns(spec.table as PgTable)).map(([key, column]) => [column as Column, key]));
  const values = order.map((level) => {
    const value = row[keys.get(level.column) ?? ''];
    return value instanceof Date ? value.toISOString() : (value ?? null);
  });
  return Buffer.from(JSON.stringify([signature(order), values])).toString('base64url');
}

const signature = (order: readonly Level[]): string => order.map((level) => `${level.order}:${level.field}`).join(',');

function afterCursor(order: readonly Level[], cursor: string): SQL {
  const values = parseCursor(order, cursor);
  const branches = order.map((level, i) => {
    const same = order.slice(0, i).map((before, j) => sql`${before.column} is not distinct from ${sql.param(values[j], encoder(before.column))}`);
    const value = values[i];
    // PostgreSQL orders NULL last ascending and first descending.
    const beyond =
      value === null
        ? level.order === 'asc'
          ? sql`false`
          : sql`${level.column} is not null`
        : level.order === 'asc'
          ? sql`(${level.column} > ${sql.param(value, encoder(level.column))} or ${level.column} is null)`
          : sql`${level.column} < ${sql.param(value, encoder(level.column))}`;
    return sql`(${sql.join([...same, beyond], sql` and `)})`;
  });
  return sql`(${sql.join(branches, sql` or `)})`;
}

function parseCursor(order: readonly Level[], cursor: string): (string | number | boolean | null)[] {
  try {
    const [made, values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const scalar = (v: unknown) => v === null || ['string', 'number', 'boolean'].includes(typeof v);
    if (made === signature(order) && Array.isArray(values) && values.length === order.length && values.every(scalar)) return values;
  } catch {
    // Not a cursor at all: answered like one of another order.
  }
  throw new RatchetError('VALIDATION_FAILED', 'The cursor is not of a list in this order. Start again without it.', [
    { path: 'cursor', message: 'is not of this list' },
  ]);
}
