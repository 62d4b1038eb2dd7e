import type { Operation } from '@ratchet/contract/operation';
import { filterOperators, type ListFields } from '@ratchet/contract/paging';
import type * as z from 'zod';
import { pathMembers } from '../route-path.ts';
import { bare, membersOf } from '../schema-walk.ts';
import type { Convert, Schema } from './components.ts';

export const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;
export const wordsOf = (schema: z.ZodType | undefined, name: string): string =>
  schema?.meta()?.description ?? (schema && bare(schema).meta()?.description) ?? name;
export const takesBody = (method: string): boolean => method !== 'GET' && method !== 'DELETE';

const query = (name: string, description: string, schema: Schema, required = false): Schema => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});
const header = (name: string, description: string): Schema => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});

/** Everything of a request but its body. */
export function parametersOf(operation: Operation, method: string, path: string, convert: Convert): Schema[] {
  const members = membersOf(operation.input);
  const inPath = pathMembers(path);
  const filtered = new Set(['filters', 'sort', ...Object.keys(operation.list?.filters ?? {})]);
  const rest = Object.entries(members).filter(
    ([name]) => !inPath.includes(name) && !(operation.list && filtered.has(name)),
  );
  // With raw bytes for a body, the other members stand in the query.
  const inQuery = takesBody(method)
    ? operation.rawBody
      ? rest.filter(([name]) => name !== operation.rawBody)
      : []
    : rest;
  return [
    ...inPath.map((name) => ({
      name,
      in: 'path',
      required: true,
      description: path.includes(`{${name}+}`)
        ? `${wordsOf(members[name], name)}; slashes in it may stand as they are, or as %2F`
        : wordsOf(members[name], name),
      schema: convert(members[name] as z.ZodType, 'input'),
    })),
    ...inQuery.map(([name, schema]) =>
      query(name, wordsOf(schema, name), convert(schema, 'input'), isRequired(schema) && !takesBody(method)),
    ),
    ...(operation.list ? listParameters(operation.list) : []),
    ...(operation.precondition
      ? [header('If-Match', 'The ETag of the revision that is meant, or *: another one is refused with 412')]
      : []),
    ...(method === 'GET' && operation.effect === 'read' && 'revision' in membersOf(operation.output)
      ? [header('If-None-Match', 'The ETag of the copy that one has: 304 where it is still good')]
      : []),
    ...('idempotencyKey' in members && takesBody(method)
      ? [header('Idempotency-Key', 'The same as the member idempotencyKey')]
      : []),
    ...('lastEventId' in members ? [header('Last-Event-ID', 'The last event one has: it goes on after it')] : []),
  ];
}

const typeOf = (type: ListFields['filters'][string]): Schema => {
  if (typeof type !== 'string') return { type: 'string', enum: [...type, 'null'] };
  return { type: type === 'number' ? 'number' : type === 'boolean' ? 'boolean' : 'string' };
};

/** Order, filters with their operators, and the conventions of Refine's simple-rest and json-server. */
function listParameters({ filters, sorts }: ListFields): Schema[] {
  const position: Schema = { type: 'integer', minimum: 0 };
  return [
    query('sort', `Fields to order by, a minus before one turns it: ${sorts.join(', ')}`, { type: 'string' }),
    query('_start', 'The first item, from 0. Answers a bare array, and the total in X-Total-Count', position),
    query('_end', 'The item before which to end; at most 1000 after _start. Answers a bare array', position),
    query('_sort', 'Fields to order by, with commas between', { type: 'string' }),
    query('_order', 'asc or desc for each of them, with commas between', { type: 'string' }),
    ...Object.entries(filters).flatMap(([name, type]) => [
      query(name, `Only where ${name} is this, or one of these`, { type: 'array', items: typeOf(type) }),
      ...filterOperators
        .filter((op) => op !== 'eq')
        .map((op) => query(`${name}_${op}`, operatorWords(name, op), schemaFor(op, type))),
    ]),
  ];
}

const schemaFor = (op: string, type: ListFields['filters'][string]): Schema =>
  op === 'like' ? { type: 'string' } : op === 'ne' ? { type: 'array', items: typeOf(type) } : typeOf(type);

const words = {
  ne: 'is not this, nor any of these',
  gt: 'is after this',
  gte: 'is this or after it',
  lt: 'is before this',
  lte: 'is this or before it',
  like: 'holds this, without looking at case',
} as const;
const operatorWords = (name: string, op: string): string => `Only where ${name} ${words[op as keyof typeof words]}`;
