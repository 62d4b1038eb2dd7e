import { isRecord, type JsonRecord } from './json-value.ts';

/** Members that only a JSON Schema has on its first level. */
const schemaKeywords = [
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'prefixItems',
  'anyOf',
  'oneOf',
];
const moreKeywords = ['allOf', 'not', 'if', 'enum', 'const', 'definitions'];
const keywords = new Set([...schemaKeywords, ...moreKeywords]);

const typeNames: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  array: 'array',
  object: 'object',
  null: 'null',
  str: 'string',
  text: 'string',
  int: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
  map: 'object',
};

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
  const isSchema = typeof written.type === 'string' || Array.isArray(written.type) || 'required' in written;
  if (members.length === 0 || isSchema || members.some(([key]) => key.startsWith('$')))
    return typedParameters(members, written);
  if (members.some(([key]) => keywords.has(key)) && !members.every(([, value]) => hasType(value))) return null;
  return members.every(([, value]) => isRecord(value) || isTypeName(value)) ? members : null;
}

const isTypeName = (value: unknown): boolean =>
  typeof value === 'string' && (value === 'any' || Object.hasOwn(typeNames, value));

const hasType = (value: unknown): boolean => isRecord(value) && typeof value.type === 'string';

/** `type` or `required` may be a parameter's name: then each member, that one too, is an object with a type. */
function typedParameters(members: [string, unknown][], written: JsonRecord): [string, unknown][] | null {
  const named = isRecord(written.type) || isRecord(written.required);
  return named && members.every(([, value]) => hasType(value)) ? members : null;
}

function propertyOf(parameter: unknown): unknown {
  if (typeof parameter === 'string') return typeSchema(parameter);
  if (!isRecord(parameter)) return parameter;
  const { required, type, ...rest } = parameter;
  return {
    ...(typeof type === 'string' ? typeSchema(type) : type === undefined ? {} : { type }),
    ...rest,
    ...(typeof required === 'boolean' || required === undefined ? {} : { required }),
  };
}

const typeSchema = (name: string): JsonRecord => (name === 'any' ? {} : { type: typeNames[name] ?? name });
