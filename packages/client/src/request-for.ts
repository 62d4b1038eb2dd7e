import type { Operation } from '@ratchet/contract/operation';
import type { FilterClause, SortClause } from '@ratchet/contract/paging';

export interface RequestParts {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: string | undefined;
}

/** The request that carries out an operation. `prefix` is where the API is served. */
export function requestFor(operation: Operation, input: Record<string, unknown>, prefix = '/api/v1'): RequestParts {
  const [method, template] = operation.rest;
  const used = new Set<string>();
  const path = template.replace(/\{(\w+)(\+?)\}/g, (_, name: string, spans: string) => {
    used.add(name);
    const text = String(input[name] ?? '');
    return spans ? text.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(text);
  });
  const rest = Object.entries(input).filter(([name, value]) => !used.has(name) && value !== undefined);
  const at = (operation.unversioned ? '' : prefix) + path;
  if (method !== 'GET' && method !== 'DELETE')
    return { method, path: at, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = new URLSearchParams(rest.flatMap(([name, value]) => queryFor(name, value)));
  return { method, path: query.size > 0 ? `${at}?${query}` : at, body: undefined };
}

function queryFor(name: string, value: unknown): [string, string][] {
  if (name === 'sort')
    return [
      ['sort', (value as SortClause[]).map(({ field, order }) => (order === 'desc' ? `-${field}` : field)).join(',')],
    ];
  if (name === 'filters')
    return (value as Partial<FilterClause>[]).flatMap(({ field, op = 'eq', value: wanted }) =>
      // `id` alone asks for a bare array; as a list with `[]` it is a filter like any other.
      (Array.isArray(wanted) ? wanted : [wanted]).map((one): [string, string] => [
        op === 'eq' ? `${field}[]` : `${field}_${op}`,
        String(one),
      ]),
    );
  return (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]);
}
