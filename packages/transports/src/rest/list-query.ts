import { RatchetError } from '@ratchet/contract/errors';
import {
  type FieldType,
  type FilterClause,
  type FilterOperator,
  filterOperators,
  type ListFields,
  type SortClause,
} from '@ratchet/contract/paging';

type Query = Readonly<Record<string, string | string[] | undefined>>;

/** A list as it is asked for over REST. `bare`: answered as an array with X-Total-Count, as Refine and json-server expect. */
export interface ListQuery {
  readonly input: Record<string, unknown>;
  readonly bare: { readonly start: number; readonly end: number } | null;
}

const own = new Set(['page', 'limit', 'cursor', 'q', 'sort', '_sort', '_order', '_start', '_end']);

/** Reads paging, order and filters from a query; members of the operation's own input are left to the caller. */
export function readListQuery(query: Query, fields: ListFields, members: ReadonlySet<string>): ListQuery {
  const filters: FilterClause[] = [];
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || own.has(key) || (members.has(key) && !(key in fields.filters))) continue;
    // What is no filter here is one all the same: the list says so, in the words it has on every surface.
    filters.push(filterFrom(key, value, fields) ?? { field: key.replace(/\[\]$/, ''), op: 'eq', value });
  }
  const bare = '_start' in query || '_end' in query || 'id' in query;
  const sort = [...sortFrom(texts(query.sort)), ...refineSort(texts(query._sort), texts(query._order))];
  const paging = bare ? windowFrom(query) : null;
  return {
    input: {
      ...(paging ? {} : pick(query)),
      ...(typeof query.q === 'string' && query.q !== '' ? { q: query.q } : {}),
      ...(sort.length > 0 ? { sort } : {}),
      ...(filters.length > 0 ? { filters } : {}),
    },
    bare: paging,
  };
}

const texts = (value: string | string[] | undefined): string[] =>
  (value === undefined ? [] : Array.isArray(value) ? value : [value])
    .flatMap((text) => text.split(','))
    .filter(Boolean);

function pick(query: Query): Record<string, unknown> {
  const number = (text: unknown) => (typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  return {
    ...(query.page === undefined ? {} : { page: number(query.page) }),
    ...(query.limit === undefined ? {} : { limit: number(query.limit) }),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
  };
}

function windowFrom(query: Query): { start: number; end: number } {
  const number = (name: '_start' | '_end', otherwise: number) => {
    const value = query[name];
    if (value === undefined) return otherwise;
    if (typeof value !== 'string' || !/^\d{1,9}$/.test(value))
      throw new RatchetError('VALIDATION_FAILED', `${name} must be a whole number.`, [
        { path: name, message: 'must be a whole number' },
      ]);
    return Number(value);
  };
  const start = number('_start', 0);
  const end = number('_end', start + 1000);
  if (end - start > 1000)
    throw new RatchetError('VALIDATION_FAILED', 'At most 1000 items can be asked for at once.', [
      { path: '_end', message: 'is more than 1000 after _start' },
    ]);
  return { start, end: Math.max(start, end) };
}

function filterFrom(key: string, value: string | string[], fields: ListFields): FilterClause | null {
  const name = key.endsWith('[]') ? key.slice(0, -2) : key;
  if (name in fields.filters) return clause(name, 'eq', value, fields);
  const match = name.match(/^(.+)_(\w+)$/);
  const [, field = '', op = ''] = match ?? [];
  const known = (filterOperators as readonly string[]).includes(op) && field in fields.filters;
  return known ? clause(field, op as FilterOperator, value, fields) : null;
}

function clause(field: string, op: FilterOperator, value: string | string[], fields: ListFields): FilterClause {
  const type = fields.filters[field] as FieldType | readonly string[];
  const typed = (Array.isArray(value) ? value : [value]).map((text) =>
    typedValue(text, op === 'like' ? 'string' : type),
  );
  return {
    field,
    op,
    value: typed.length === 1 ? (typed[0] as FilterClause['value']) : (typed as FilterClause['value']),
  };
}

function typedValue(text: string, type: FieldType | readonly string[]): string | number | boolean | null {
  if (text === 'null' && type !== 'string') return null;
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (type === 'boolean')
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  return text;
}

/** `-name,createdAt` or `name:desc`. */
const sortFrom = (levels: readonly string[]): SortClause[] =>
  levels.map((text) => {
    const [name = '', order] = text.replace(/^[-+]/, '').split(':');
    return { field: name, order: text.startsWith('-') || order?.toLowerCase() === 'desc' ? 'desc' : 'asc' };
  });

const refineSort = (fields: readonly string[], orders: readonly string[]): SortClause[] =>
  fields.map((field, i) => ({ field, order: orders[i]?.toLowerCase() === 'desc' ? 'desc' : 'asc' }));
