import type { Operation } from '@ratchet/contract/operation';
import type { FilterClause, SortClause } from '@ratchet/contract/paging';
import { type JsonSchemaNode, jsonSchemaOf, membersOf, sampleOf } from './describe-schema.ts';

export const surfaces = ['rest', 'graphql', 'mcp', 'trpc', 'cli'] as const;
export type GuideSurface = (typeof surfaces)[number];

/** The input of an example: the operation's own, else what it cannot do without. */
function exampleInput(operation: Operation, schema: JsonSchemaNode): Record<string, unknown> {
  if (operation.example) return operation.example.input as Record<string, unknown>;
  const members = membersOf(schema);
  const sample = (chosen: typeof members) =>
    Object.fromEntries(chosen.map(({ name, schema: member }) => [name, sampleOf(name, member, schema)]));
  const least = sample(members.filter(({ isRequired }) => isRequired));
  // Of members of which it cannot do without all, its schema says nothing.
  const missing = new Set(operation.input.safeParse(least).error?.issues.map(({ path }) => path[0]));
  return { ...least, ...sample(members.filter(({ name, isRequired }) => !isRequired && missing.has(name))) };
}

export interface Call {
  readonly language: string;
  readonly text: string;
}

/** A call of the operation on a surface as one would write it; null: it is not there. */
export const exampleCall = (operation: Operation, surface: GuideSurface): Call | null =>
  callOf(operation, surface, exampleInput(operation, jsonSchemaOf(operation.input, 'input')));

/** The same with an input. */
export function callOf(operation: Operation, surface: GuideSurface, input: Record<string, unknown>): Call | null {
  switch (surface) {
    case 'rest':
      return { language: 'sh', text: restCall(operation, input) };
    case 'graphql':
      return operation.excused?.graphql ? null : { language: 'graphql', text: graphqlCall(operation, input) };
    case 'mcp':
      return operation.excused?.mcp ? null : { language: 'json', text: mcpCall(operation, input) };
    case 'trpc':
      return operation.excused?.trpc ? null : { language: 'ts', text: trpcCall(operation, input) };
    case 'cli':
      return operation.cli ? { language: 'sh', text: `ratchet ${operation.cli} --help` } : null;
  }
}

function restCall({ rest: [method, path], unversioned, stream }: Operation, input: Record<string, unknown>): string {
  const rest = { ...input };
  const filled = path.replace(/\{(\w+)\+?\}/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return String(value).split('/').map(encodeURIComponent).join('/');
  });
  const inQuery = method === 'GET' || method === 'DELETE';
  const query = inQuery ? Object.entries(rest).flatMap(([name, value]) => queryOf(name, value)) : [];
  const url = `"$RATCHET_URL${unversioned ? '' : '/api/v1'}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}"`;
  const parts = ['curl', ...(stream ? ['-N'] : []), ...(method === 'GET' ? [] : ['-X', method]), url];
  const body = inQuery ? '' : ` \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(JSON.stringify(rest))}`;
  return `${parts.join(' ')} \\\n  -H "X-API-Key: $RATCHET_API_KEY"${body}`;
}

/** Filters and order as REST writes them. */
function queryOf(name: string, value: unknown): string[] {
  const one = (key: string, text: unknown) => `${key}=${encodeURIComponent(String(text))}`;
  if (name === 'sort')
    return [
      one(name, (value as SortClause[]).map(({ field, order }) => (order === 'desc' ? `-${field}` : field)).join(',')),
    ];
  if (name === 'filters')
    return (value as FilterClause[]).flatMap(({ field, op, value: wanted }) =>
      (Array.isArray(wanted) ? wanted : [wanted]).map((each) => one(op === 'eq' ? field : `${field}_${op}`, each)),
    );
  if (Array.isArray(value)) return value.map((each) => one(name, each));
  return [one(name, typeof value === 'object' ? JSON.stringify(value) : value)];
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function graphqlCall(operation: Operation, input: Record<string, unknown>): string {
  const schema = jsonSchemaOf(operation.input, 'input');
  const kind = operation.stream ? 'subscription' : operation.effect === 'read' ? 'query' : 'mutation';
  const given = Object.entries(input).map(([name, value]) => {
    const member = schema.properties?.[name];
    return `${name}: ${literal(value, member?.enum !== undefined)}`;
  });
  const call = `${operation.graphql}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
  return `${kind} { ${call}${selection(jsonSchemaOf(operation.output, 'output'))} }`;
}

/** As GraphQL writes it: members without quotes, enums as capitals. */
function literal(value: unknown, isEnum: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, isEnum)).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{ ${Object.entries(value)
      .map(([name, member]) => `${name}: ${literal(member, false)}`)
      .join(', ')} }`;
  return isEnum && typeof value === 'string' ? value.toUpperCase() : JSON.stringify(value);
}

const shownFields = 5;

/** Some of the fields that need no selection of their own. */
function selection(output: JsonSchemaNode): string {
  const { properties } = output;
  if (!properties) return '';
  if (properties.items && properties.meta) {
    const item = properties.items.items ?? {};
    const target = item.$ref ? output.$defs?.[item.$ref.slice(item.$ref.lastIndexOf('/') + 1)] : item;
    return ` { items${target?.properties ? selection(target) : ''} meta { total nextCursor } }`;
  }
  const fields = Object.entries(properties).filter(
    ([, field]) => typeof field.type === 'string' && field.type !== 'object' && field.type !== 'array',
  );
  const shown = fields.slice(0, shownFields).map(([name]) => name);
  return ` { ${shown.length > 0 ? shown.join(' ') : '__typename'} }`;
}

function mcpCall({ mcp, effect }: Operation, input: Record<string, unknown>): string {
  const members = Object.entries(input).map(([name, value]) => [snake(name), value] as const);
  const given = { ...Object.fromEntries(members), ...(effect === 'destructive' ? { confirm: true } : {}) };
  return JSON.stringify({ name: mcp, arguments: given }, null, 2);
}

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function trpcCall({ name, effect, stream }: Operation, input: Record<string, unknown>): string {
  const given = Object.keys(input).length > 0 ? JSON.stringify(input) : '';
  if (stream) return `trpc.${name}.subscribe(${given || '{}'}, { onData: (event) => console.log(event) });`;
  return `await trpc.${name}.${effect === 'read' ? 'query' : 'mutate'}(${given});`;
}
