import type { ErrorCode } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { filterOperators, type ListFields } from '@ratchet/contract/paging';
import * as z from 'zod';
import { pathMembers, routesOf, servedAt } from './route-path.ts';
import { bare, membersOf } from './schema-walk.ts';
import { statusOf } from './status.ts';

type Schema = Record<string, unknown>;

const tagWords: Readonly<Record<string, string>> = {
  tasks: 'Programs with schemas, tests and metadata',
  repositories: 'Where tasks are kept, and keeping in step with it',
  conflicts: 'What both sides changed and a person decides',
  executions: 'Attempts to run a task',
  jobs: 'Queued wishes to run a task',
  credentials: 'Ways to sign in, kept encrypted',
  health: 'Whether the server works',
};

/** OpenAPI 3.1 of every operation. Named schemas become components. */
export function openApiDocument(
  operations: readonly Operation[],
  info: { title: string; version: string; prefix: string },
): Schema {
  const components: Record<string, Schema> = {};
  const convert = (schema: z.ZodType, io: 'input' | 'output') => component(schema, io, components);
  const error = convert(ErrorAnswer, 'output');
  const paths: Record<string, Record<string, Schema>> = {};
  for (const operation of operations)
    for (const [index, [method, path]] of routesOf(operation).entries()) {
      const at = servedAt(operation, path, info.prefix).replace(/\{(\w+)\+\}/g, '{$1}');
      paths[at] ??= {};
      paths[at][method.toLowerCase()] = describe(operation, method, path, index, convert, error);
    }
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: 'A self-hosted automation server: tasks that live in a database and in repositories, kept in step.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [],
    tags: [...new Set(operations.map(entityOf))].map((name) => ({ name, description: tagWords[name] ?? name })),
    paths,
    components: { schemas: components },
  };
}

const ErrorAnswer = z
  .object({
    code: z.string().describe('What programs branch on'),
    message: z.string().describe('What people read'),
    details: z.unknown().optional().describe('More about it; for VALIDATION_FAILED a list of {path, message}'),
    requestId: z.string().describe('Names the request in the server’s log'),
  })
  .meta({ id: 'Error', description: 'Why a request was not carried out' });

const entityOf = (operation: Operation): string => operation.name.split('.')[0] ?? '';

function describe(
  operation: Operation,
  method: string,
  path: string,
  index: number,
  convert: (s: z.ZodType, io: 'input' | 'output') => Schema,
  error: Schema,
): Schema {
  const members = membersOf(operation.input);
  const inPath = pathMembers(path);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const skipped = new Set(['filters', 'sort', ...(method === 'DELETE' ? [] : [])]);
  const rest = Object.entries(members).filter(([name]) => !inPath.includes(name));
  const parameters: Schema[] = [
    ...inPath.map((name) => ({
      name,
      in: 'path',
      required: true,
      description: wordsOf(members[name], name),
      schema: convert(members[name] as z.ZodType, 'input'),
    })),
    ...(hasBody
      ? []
      : rest
          .filter(([name]) => !(operation.list && skipped.has(name)))
          .map(([name, schema]) => ({
            name,
            in: 'query',
            required: isRequired(schema),
            description: wordsOf(schema, name),
            schema: convert(schema, 'input'),
          }))),
    ...(operation.list ? listParameters(operation.list) : []),
    ...(operation.precondition
      ? [
          {
            name: 'If-Match',
            in: 'header',
            required: false,
            description: 'The ETag of the revision that is meant',
            schema: { type: 'string' },
          },
        ]
      : []),
  ];
  const body = Object.fromEntries(rest.map(([name, schema]) => [name, convert(schema, 'input')]));
  const required = rest.filter(([, schema]) => isRequired(schema)).map(([name]) => name);
  const status = operation.creates ? '201' : bare(operation.output) instanceof z.ZodVoid ? '204' : '200';
  const output = status === '204' ? null : convert(operation.output, 'output');
  const answer = (description: string, schema: Schema | null, type = 'application/json'): Schema => ({
    description,
    ...(schema ? { content: { [type]: { schema } } } : {}),
  });
  const refusals = new Map<number, ErrorCode[]>();
  for (const code of ['VALIDATION_FAILED', ...operation.errors, 'INTERNAL'] as const)
    refusals.set(statusOf[code], [...new Set([...(refusals.get(statusOf[code]) ?? []), code])]);
  return {
    operationId: operation.name + (index > 0 ? `.${index + 1}` : ''),
    summary: operation.description,
    description: `Permission: ${operation.permission}.`,
    tags: [entityOf(operation)],
    parameters,
    ...(hasBody && rest.length > 0
      ? {
          requestBody: {
            required: required.length > 0,
            content: {
              'application/json': {
                schema: { type: 'object', properties: body, ...(required.length > 0 ? { required } : {}) },
              },
              ...(operation.rawBody
                ? Object.fromEntries(
                    ['application/octet-stream', ...(operation.rawTypes ?? [])].map((type) => [type, binary]),
                  )
                : {}),
            },
          },
        }
      : {}),
    responses: {
      [status]: withRaw(
        answer(operation.description, output, operation.stream ? 'text/event-stream' : 'application/json'),
        operation,
      ),
      ...(operation.accepted ? { 202: answer('Queued', output) } : {}),
      ...Object.fromEntries(
        [...refusals].map(([code, names]) => [
          code,
          answer(names.join(', '), operation.refused && code === 409 && output ? { anyOf: [output, error] } : error),
        ]),
      ),
    },
  };
}

const binary: Schema = { schema: { type: 'string', format: 'binary' } };
const withRaw = (answer: Schema, { rawOutput }: Operation): Schema =>
  rawOutput ? { ...answer, content: { ...(answer.content as Schema), [rawOutput.type]: binary } } : answer;

const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;
const wordsOf = (schema: z.ZodType | undefined, name: string): string =>
  schema?.meta()?.description ?? (schema && bare(schema).meta()?.description) ?? name;

const listParameters = ({ filters, sorts }: ListFields): Schema[] => [
  {
    name: 'sort',
    in: 'query',
    required: false,
    description: `Fields to order by, a minus before one turns it: ${sorts.join(', ')}`,
    schema: { type: 'string' },
  },
  ...Object.entries(filters).map(([name, type]) => ({
    name,
    in: 'query',
    required: false,
    description: `Only where ${name} is this; also ${name}_${filterOperators.filter((op) => op !== 'eq').join(`, ${name}_`)}`,
    schema:
      typeof type === 'string'
        ? { type: type === 'number' ? 'number' : type === 'boolean' ? 'boolean' : 'string' }
        : { type: 'string', enum: [...type] },
  })),
];

/** A schema as JSON Schema 2020-12; what has an id is kept once, under it. Inputs and outputs that differ get two names. */
function component(schema: z.ZodType, io: 'input' | 'output', components: Record<string, Schema>): Schema {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown> & {
    $defs?: Record<string, Schema>;
  };
  const names = new Map<string, string>();
  const definitions: Record<string, Schema> = { ...$defs };
  const id = typeof json.id === 'string' ? json.id : null;
  if (id) definitions[id] = json;
  for (const name of Object.keys(definitions))
    names.set(name, io === 'input' ? inputName(name, definitions[name] as Schema, components) : name);
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) => {
        if (key === '$ref' && typeof member === 'string') {
          const name = member === '#' ? (id ?? '') : member.replace('#/$defs/', '');
          return [[key, `#/components/schemas/${names.get(name) ?? name}`]];
        }
        return key === 'id' && typeof member === 'string' && definitions[member] ? [] : [[key, rename(member)]];
      }),
    );
  };
  for (const [name, definition] of Object.entries(definitions))
    components[names.get(name) ?? name] ??= rename(definition) as Schema;
  return id ? { $ref: `#/components/schemas/${names.get(id)}` } : (rename(json) as Schema);
}

const inputName = (name: string, definition: Schema, components: Record<string, Schema>): string =>
  components[name] !== undefined && JSON.stringify(components[name]).length !== JSON.stringify(definition).length
    ? `${name}Input`
    : name;
