import { RatchetError } from '@ratchet/contract/errors';
import { type Column, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { comparable } from './page-filter.ts';

/** One level of an order. `field`: its name in the list, empty for the id that makes the order total. */
export interface Level {
  readonly column: Column;
  readonly field: string;
  readonly order: 'asc' | 'desc';
}

type Value = string | number | boolean | null;

/** Where a list goes on after a row: its values in the order's columns, and the order they belong to. */
export function cursorAfter(table: PgTable, order: readonly Level[], row: Record<string, unknown>): string {
  const keys = new Map<Column, string>(Object.entries(getTableColumns(table)).map(([key, column]) => [column, key]));
  const values = order.map(({ column }) => {
    const value = row[keys.get(column) ?? ''];
    return value instanceof Date ? value.toISOString() : (value ?? null);
  });
  return Buffer.from(JSON.stringify([signature(order), values])).toString('base64url');
}

/** Rows that come after a cursor. Throws VALIDATION_FAILED when the cursor is not of this order. */
export function pastCursor(order: readonly Level[], cursor: string): SQL {
  const values = parse(order, cursor);
  return rowComparison(order, values) ?? anyLevel(order, values);
}

/** In one direction and without NULLs, rows compare as wholes, which an index over the order's columns answers. */
function rowComparison(order: readonly Level[], values: readonly Value[]): SQL | null {
  const direction = order[0]?.order;
  if (!order.every((level) => level.order === direction && level.column.notNull)) return null;
  const list = (parts: SQL[]) => sql.join(parts, sql`, `);
  const columns = list(order.map(({ column }) => sql`${column}`));
  const bounds = list(order.map(({ column }, i) => comparable(column, values[i] ?? null)));
  return sql`(${columns}) ${direction === 'asc' ? sql`>` : sql`<`} (${bounds})`;
}

/** Equal in the levels before one of them and beyond it there. */
function anyLevel(order: readonly Level[], values: readonly Value[]): SQL {
  const branches = order.map((level, i) => {
    const before = order.slice(0, i).map(({ column }, j) => equal(column, values[j] ?? null));
    return sql`(${sql.join([...before, beyond(level, values[i] ?? null)], sql` and `)})`;
  });
  return sql`(${sql.join(branches, sql` or `)})`;
}

const equal = (column: Column, value: Value): SQL =>
  value === null ? sql`${column} is null` : sql`${column} = ${comparable(column, value)}`;

/** PostgreSQL orders NULL last ascending and first descending. */
function beyond({ column, order }: Level, value: Value): SQL {
  if (value === null) return order === 'asc' ? sql`false` : sql`${column} is not null`;
  const bound = comparable(column, value);
  return order === 'asc' ? sql`(${column} > ${bound} or ${column} is null)` : sql`${column} < ${bound}`;
}

const signature = (order: readonly Level[]): string => order.map((level) => `${level.order}:${level.field}`).join(',');

function parse(order: readonly Level[], cursor: string): Value[] {
  try {
    const [made, values]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (made === signature(order) && Array.isArray(values) && values.length === order.length)
      if (values.every((value, i) => order[i] && fits(order[i].column, value))) return values;
  } catch {
    // Not a cursor at all: answered like one of another order.
  }
  throw new RatchetError('VALIDATION_FAILED', 'The cursor is not of a list in this order. Start again without it.', [
    { path: 'cursor', message: 'is not of this list' },
  ]);
}

/** A cursor comes from outside, and may have been made by hand. */
function fits(column: Column, value: unknown): boolean {
  if (value === null) return !column.notNull;
  if (column.dataType === 'date') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  return ['string', 'number', 'boolean'].includes(typeof value);
}
