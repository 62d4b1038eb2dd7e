import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/**
 * Rows as one JSON parameter under the table's own column names, for `jsonb_populate_recordset`: a thousand rows cost one
 * parameter, and PostgreSQL converts every value by the column's type. Columns a row leaves out are NULL there.
 */
export function recordset<T extends PgTable>(table: T, rows: readonly T['$inferInsert'][]): SQL {
  const names = Object.entries(getTableColumns(table)).map(([key, column]) => [key, column.name] as const);
  const records = rows.map((row) => {
    const values = row as Record<string, unknown>;
    return Object.fromEntries(names.map(([key, name]) => [name, values[key] ?? null]));
  });
  return sql`jsonb_populate_recordset(null::${table}, ${jsonText(records)}::jsonb)`;
}

/** Inserts whole rows: every column without a value is NULL, defaults do not apply. */
export const insertRows = <T extends PgTable>(table: T, rows: readonly T['$inferInsert'][]): SQL =>
  sql`insert into ${table} select * from ${recordset(table, rows)}`;

/**
 * JSON that jsonb takes: PostgreSQL's text holds neither U+0000 nor half a surrogate pair. They become U+FFFD; a
 * document's bytes keep them.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return /\\u0000|\\ud[89a-f]/i.test(text) ? JSON.stringify(storable(value)) : text;
}

/** The same value with every string as PostgreSQL can hold it. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storableText(key), storable(member)]));
}

export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();

/** A raw row under the table's own column names, as its columns read it. */
export function readRow<T extends PgTable>(table: T, row: Readonly<Record<string, unknown>>): T['$inferSelect'] {
  const read: Record<string, unknown> = {};
  for (const [key, column] of Object.entries(getTableColumns(table))) {
    const raw = row[column.name];
    read[key] = raw === null || raw === undefined ? null : column.mapFromDriverValue(raw);
  }
  return read as T['$inferSelect'];
}
