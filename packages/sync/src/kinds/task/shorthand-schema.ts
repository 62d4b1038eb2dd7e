import { isRecord, type JsonRecord } from './json-value.ts';

/** Members that tell a JSON Schema from parameters of these names, unless all members look like parameters. */
const keywords = new Set(
  'type required properties patternProperties additionalProperties items prefixItems anyOf oneOf allOf not if enum const definitions'.split(
    ' ',
  ),
);

/** Names of types that people write → those of JSON Schema; null: any. */
const typeNames: ReadonlyMap<string, string | null> = new Map([
  ...['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'].map((name) => [name, name] as const),
  ['str', 'string'],
  ['text', 'string'],
  ['int', 'integer'],
  ['float', 'number'],
  ['double', 'number'],
  ['bool', 'boolean'],
  ['list', 'array'],
  ['dict', 'object'],
  ['map', 'object'],
  ['any', null],
]);

/**
 * Parameters written short, `{ url: { type: string, required: true } }`, `{ url: string }` or a list of such with names,
 * as a JSON Schema. What is a JSON Schema already, or nothing of the kind, stays as it is.
 */
export function expandShorthand(written: unknown): unknown {
  const parameters = parametersOf(written);
  if (!parameters) return written;
  const required = parameters.filter(([, parameter]) => isRecord(parameter) && parameter.required === true);
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(([name, parameter]) => [name, propertyOf(parameter)])),
    ...(required.length > 0 ? { required: required.map(([name]) => name) } : {}),
  };
}

function parametersOf(written: unknown): [string, unknown][] | null {
  if (Array.isArray(written)) {
    const named = written.filter(
      (item): item is JsonRecord & { name: string } => isRecord(item) && typeof item.name === 'string',
    );
    if (named.length === 0 || named.length < written.length) return null;
    return named.map(({ name, ...parameter }) => [name, parameter]);
  }
  if (!isRecord(written)) return null;
  const members = Object.entries(written);
  const isSchema = typeof written.type === 'string' || Array.isArray(written.type);
  if (members.length === 0 || isSchema || members.some(([key]) => key.startsWith('$'))) return null;
  if (members.every(([, value]) => isRecord(value) && typeof value.type === 'string')) return members;
  if (members.some(([key]) => keywords.has(key))) return null;
  return members.every(([, value]) => isRecord(value) || isTypeName(value)) ? members : null;
}

const isTypeName = (value: unknown): value is string => typeof value === 'string' && typeNames.has(value);

function propertyOf(parameter: unknown): unknown {
  if (isTypeName(parameter)) return typeSchema(parameter);
  if (!isRecord(parameter)) return parameter;
  const { required, type, ...rest } = parameter;
  return {
    ...(isTypeName(type) ? typeSchema(type) : type === undefined ? {} : { type }),
    ...rest,
    ...(typeof required === 'boolean' || required === undefined ? {} : { required }),
  };
}

function typeSchema(written: string): JsonRecord {
  const type = typeNames.get(written) ?? null;
  return type === null ? {} : { type };
}
