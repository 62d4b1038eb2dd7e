import * as z from 'zod';

export interface JsonSchemaNode {
  readonly type?: string | readonly string[];
  readonly id?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
  readonly oneOf?: readonly JsonSchemaNode[];
  readonly allOf?: readonly JsonSchemaNode[];
  readonly additionalProperties?: JsonSchemaNode | boolean;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchemaNode>>;
}

/** A member of an input, for people and for an example. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly default: unknown;
  readonly description: string;
  readonly schema: JsonSchemaNode;
}

export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchemaNode {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as JsonSchemaNode;
}

export const membersOf = (root: JsonSchemaNode): Member[] =>
  Object.entries(root.properties ?? {}).map(([name, schema]) => ({
    name,
    type: typeText(schema, root),
    isRequired: (root.required ?? []).includes(name),
    default: schema.default,
    description: schema.description ?? '',
    schema,
  }));

const deepest = 3;

/** A type as one would write it in TypeScript; named ones by their name. */
export function typeText(schema: JsonSchemaNode, root: JsonSchemaNode, depth = 0): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.id && depth > 0) return schema.id;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return [...new Set(either.map((one) => typeText(one, root, depth)))].join(' | ');
  if (schema.allOf) return schema.allOf.map((one) => typeText(one, root, depth)).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  if (schema.type === 'array') return listText(typeText(schema.items ?? {}, root, depth + 1));
  if (schema.type === 'object') return objectText(schema, root, depth);
  if (schema.type === 'string') return schema.format ? `string (${schema.format})` : 'string';
  return typeof schema.type === 'string' ? schema.type : 'JSON';
}

const listText = (item: string): string => (/[ |]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`);

function objectText(schema: JsonSchemaNode, root: JsonSchemaNode, depth: number): string {
  const { properties, additionalProperties } = schema;
  if (!properties || Object.keys(properties).length === 0)
    return typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
      ? `{ [name]: ${typeText(additionalProperties, root, depth + 1)} }`
      : 'object';
  if (depth >= deepest) return 'object';
  const required = new Set(schema.required ?? []);
  const members = Object.entries(properties).map(
    ([name, member]) => `${name}${required.has(name) ? '' : '?'}: ${typeText(member, root, depth + 1)}`,
  );
  return `{ ${members.join(', ')} }`;
}

const nameOf = (ref: string): string => {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  // Zod names what has no id of its own so: it is any JSON.
  return /^__schema\d+$/.test(name) ? 'JSON' : name;
};

const id = '0193e2a4-7b1c-7e11-9d53-0a6f2f6c1b11';

/** A value that fits, told by the member's name where it can be. */
export function sampleOf(name: string, schema: JsonSchemaNode, root: JsonSchemaNode): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.$ref) {
    const target = root.$defs?.[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
    return target && !target.anyOf ? sampleOf(name, target, {}) : {};
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return sampleOf(name, either[0] ?? {}, root);
  if (schema.type === 'array') return [sampleOf(name.replace(/s$/, ''), schema.items ?? {}, root)];
  if (schema.type === 'object')
    return Object.fromEntries(
      (schema.required ?? []).map((key) => [key, sampleOf(key, schema.properties?.[key] ?? {}, root)]),
    );
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  if (schema.type === 'string') return sampleText(name, schema);
  return {};
}

const samples: Readonly<Record<string, string>> = {
  name: 'greet',
  version: '2.0.0',
  path: 'main.js',
  find: 'Hello',
  replace: 'Good day',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: code of a task
  sourceCode: 'export default async (input) => ({ text: `Hello ${input.name}` });',
  cron: '0 6 * * *',
  password: 'correct horse battery staple',
  email: 'una@example.org',
};

const sampleText = (name: string, { format }: JsonSchemaNode): string =>
  samples[name] ??
  (/^id$|Id$/.test(name) || format === 'uuid'
    ? id
    : format === 'date-time'
      ? '2026-01-01T00:00:00.000Z'
      : format === 'email'
        ? 'una@example.org'
        : name);
