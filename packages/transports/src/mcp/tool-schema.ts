import type { Operation } from '@ratchet/contract/operation';
import * as z from 'zod';
import { snakeCase } from './snake-case.ts';

export type JsonSchema = Record<string, unknown>;
/** MCP wants an object at the top of both schemas. */
export type ObjectSchema = JsonSchema & { type: 'object' };

/** Items in a page of a list, where the caller does not say. */
export const listLimit = 50;

const draft = 'https://json-schema.org/draft/2020-12/schema';

/** The member that a tool's arguments write another way: `id` of a task is `task_id`. Null: none. */
export function aliasOf(operation: Operation): { readonly member: 'id'; readonly argument: string } | null {
  const [first] = operation.targets ?? [];
  return first?.member === 'id' ? { member: 'id', argument: `${first.kind}_id` } : null;
}

/** Whether a destructive tool asks to be told twice. */
export const asksToConfirm = (operation: Operation): boolean => operation.effect === 'destructive';

/** What a tool takes: the operation's input, its members in snake_case. Opaque JSON is as it is. */
export function toolInputSchema(operation: Operation): ObjectSchema {
  const schema = z.toJSONSchema(operation.input, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      leavePattern(jsonSchema);
      if (zodSchema instanceof z.ZodObject) renameMembers(jsonSchema);
      if (zodSchema instanceof z.ZodDefault || zodSchema instanceof z.ZodPrefault) plainDefault(jsonSchema);
    },
  }) as ObjectSchema;
  const properties = { ...(schema.properties as Record<string, JsonSchema> | undefined) };
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const alias = aliasOf(operation);
  const renamed = alias
    ? Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name === alias.member ? alias.argument : name, value]),
      )
    : properties;
  if (alias && required.delete(alias.member)) required.add(alias.argument);
  if ('page' in renamed && renamed.limit) renamed.limit = { ...renamed.limit, default: listLimit };
  if (operation.stream) Object.assign(renamed, streamArguments);
  if (asksToConfirm(operation))
    renamed.confirm = { type: 'boolean', description: 'true: do it, though it cannot simply be taken back' };
  return {
    $schema: draft,
    type: 'object',
    properties: renamed,
    ...(required.size > 0 ? { required: [...required] } : {}),
    additionalProperties: false,
    ...(schema.$defs ? { $defs: schema.$defs } : {}),
  };
}

/** What a tool that follows a stream takes besides. */
const streamArguments = {
  wait_ms: {
    type: 'integer',
    minimum: 0,
    maximum: 300_000,
    default: 25_000,
    description: 'Answer after this many milliseconds though it has not ended',
  },
};

function renameMembers(schema: JsonSchema): void {
  if (schema.properties)
    schema.properties = Object.fromEntries(
      Object.entries(schema.properties as Record<string, unknown>).map(([name, value]) => [snakeCase(name), value]),
    );
  if (schema.required) schema.required = (schema.required as string[]).map(snakeCase);
}

/** A format says the same as its pattern, in fewer of the tokens that an agent reads. */
function leavePattern(schema: JsonSchema): void {
  if (schema.format !== undefined) delete schema.pattern;
}

/** A default that is an object has members in the other spelling; its members say their own. */
function plainDefault(schema: JsonSchema): void {
  if (schema.default !== null && typeof schema.default === 'object') delete schema.default;
}

/** What an operation's output is called where it is no object itself. */
export const wrappedIn = (operation: Operation): 'events' | 'result' | 'done' | null =>
  operation.stream ? 'events' : isVoid(operation) ? 'done' : isObject(operation.output) ? null : 'result';

const isVoid = (operation: Operation): boolean => operation.output instanceof z.ZodVoid;

function isObject(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return true;
  return schema instanceof z.ZodPipe ? isObject(schema.out as z.ZodType) : false;
}

/** What a tool answers as structured content: an object, always. */
export function toolOutputSchema(operation: Operation): ObjectSchema {
  const wrapped = wrappedIn(operation);
  if (wrapped === 'done')
    return {
      $schema: draft,
      type: 'object',
      properties: { done: { const: true, description: 'It was done' } },
      required: ['done'],
    };
  const schema = z.toJSONSchema(operation.output, {
    io: 'output',
    unrepresentable: 'any',
    // A server that is newer may answer more than a client knows.
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodObject && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
      leavePattern(jsonSchema);
    },
  }) as JsonSchema;
  if (wrapped === null) return { ...schema, $schema: draft, type: 'object' };
  const { $defs, $schema: _, ...inner } = schema;
  const properties =
    wrapped === 'events'
      ? {
          events: { type: 'array', items: inner, description: 'What happened, in order' },
          ended: { type: 'boolean', description: 'false: it goes on; ask again from the last event' },
        }
      : { result: inner };
  return {
    $schema: draft,
    type: 'object',
    properties,
    required: Object.keys(properties),
    ...($defs ? { $defs } : {}),
  };
}
