import type { FilterClause } from '@ratchet/contract/paging';
import { type Column, type SQL, sql } from 'drizzle-orm';

type Scalar = Exclude<FilterClause['value'], unknown[]>;

const signs = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` };

/** One filter as a condition on its column. Of several values one must match (`ne`: none). */
export function condition(column: Column, { op, value }: FilterClause): SQL {
  const values = Array.isArray(value) ? value : [value];
  if (op === 'eq') return isOneOf(column, values);
  if (op === 'ne') return sql`${isOneOf(column, values)} is not true`;
  if (op === 'like') return anyOf(values.map((part) => partOf(asText(column), String(part))));
  return anyOf(values.map((bound) => sql`${column} ${signs[op]} ${comparable(column, bound)}`));
}

/** An array matches when it has the value among its own. */
function isOneOf(column: Column, values: readonly Scalar[]): SQL {
  const present = values.filter((value) => value !== null);
  const parts: SQL[] = [];
  if (present.length > 0) {
    const list = sql.join(
      present.map((value) => comparable(column, value)),
      sql`, `,
    );
    parts.push(isArray(column) ? sql`${column} && array[${list}]::text[]` : sql`${column} in (${list})`);
  }
  if (values.includes(null)) parts.push(sql`${column} is null`);
  return anyOf(parts);
}

/** Nothing matches none. */
const anyOf = (parts: readonly SQL[]): SQL =>
  parts.length === 0 ? sql`false` : sql`(${sql.join([...parts], sql` or `)})`;

const isArray = (column: Column): boolean => column.getSQLType().endsWith('[]');
const asText = (column: Column): SQL => (isArray(column) ? sql`array_to_string(${column}, ' ')` : sql`${column}::text`);

/** A value as a parameter that may be compared with the column, whatever its size. */
export function comparable(column: Column, value: Scalar): SQL {
  if (column.dataType === 'date') return sql`${new Date(String(value)).toISOString()}`;
  if (column.dataType !== 'number') return sql`${typeof value === 'boolean' ? value : String(value)}`;
  // Of another type than its column a number keeps the index from being used: only what cannot be an integer is.
  return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31 ? sql`${value}` : sql`${value}::float8`;
}

/**
 * `text` contains `part`, without case; the characters of patterns stand for themselves. Without case costs most of such a
 * search: what has none is looked for as it is, and a short part of ASCII (too short for an index of trigrams, which has the
 * column's own collation) by the rules of ASCII.
 */
export function partOf(text: SQL, part: string): SQL {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  const short = part.length < 3 && /^[\x20-\x7e]*$/.test(part);
  const within = short ? sql`${text} collate "C"` : text;
  return part.toLowerCase() === part.toUpperCase() ? sql`${within} like ${pattern}` : sql`${within} ilike ${pattern}`;
}
