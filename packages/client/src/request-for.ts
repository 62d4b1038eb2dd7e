import type { Operation } from '@ratchet/contract/operation';
import type { FilterClause, SortClause } from '@ratchet/contract/paging';

export interface RequestParts {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: string | undefined;
}

/** A longer address may be refused on its way; where there is another route with a body, that is taken. */
const longestAddress = 6000;

/** The request that carries out an operation. `prefix` is where the API is served; `raw`: the body is sent apart. */
export function requestFor(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  { prefix = '/api/v1', raw = false }: { prefix?: string; raw?: boolean } = {},
): RequestParts {
  const parts = partsFor(operation, operation.rest, input, prefix, raw);
  const other = operation.restAliases?.find(([method]) => method === 'POST');
  return parts.path.length > longestAddress && other ? partsFor(operation, other, input, prefix, raw) : parts;
}

function partsFor(
  operation: Operation,
  [method, template]: Operation['rest'],
  input: Readonly<Record<string, unknown>>,
  prefix: string,
  raw: boolean,
): RequestParts {
  const used = new Set<string>();
  const path = template.replace(/\{(\w+)(\+?)\}/g, (_, name: string) => {
    used.add(name);
    return encodeURIComponent(String(input[name] ?? ''));
  });
  const rest = Object.entries(input).filter(([name, value]) => !used.has(name) && value !== undefined);
  const at = (operation.unversioned ? '' : prefix) + path;
  if (method !== 'GET' && method !== 'DELETE' && !raw)
    return { method, path: at, body: rest.length > 0 ? JSON.stringify(Object.fromEntries(rest)) : undefined };
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
