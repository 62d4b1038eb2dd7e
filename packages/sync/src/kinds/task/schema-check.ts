import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isRecord, isSchema, type JsonRecord } from './json-value.ts';

export interface SchemaFault {
  readonly message: string;
  /** Where in the schema. */
  readonly at: readonly (string | number)[];
}

const draft07 = metaSchema(new Ajv(), 'http://json-schema.org/draft-07/schema');
const draft2020 = metaSchema(new Ajv2020(), 'https://json-schema.org/draft/2020-12/schema');

function metaSchema(ajv: Ajv | Ajv2020, id: string): ValidateFunction {
  const validate = ajv.getSchema(id);
  if (!validate) throw new Error(`Ajv has no meta-schema ${id}.`);
  return validate;
}

/**
 * What is wrong with a JSON Schema of draft-07 (also where `$schema` is missing) or 2020-12; null: nothing. Judges the
 * schema against its meta-schema and its patterns as regular expressions. References are not followed.
 */
export function schemaFault(schema: unknown): SchemaFault | null {
  if (!isSchema(schema)) return { message: 'A JSON Schema is an object, true or false.', at: [] };
  if (typeof schema === 'boolean') return null;
  const dialect = dialectOf(schema);
  if (!dialect)
    return {
      message:
        'Its $schema is not supported; use http://json-schema.org/draft-07/schema# or https://json-schema.org/draft/2020-12/schema.',
      at: ['$schema'],
    };
  if (!dialect(schema)) {
    const error = dialect.errors?.[0];
    const at = (error?.instancePath ?? '')
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return {
      message: `It is not a valid JSON Schema: ${at.join('.') || 'the schema'} ${error?.message ?? 'is wrong'}.`,
      at,
    };
  }
  return patternFault(schema, []);
}

function dialectOf(schema: JsonRecord): ValidateFunction | null {
  const written = schema.$schema;
  if (written === undefined) return draft07;
  if (typeof written !== 'string') return null;
  const name = written.replace(/^https?:\/\//, '').replace(/#$/, '');
  if (name === 'json-schema.org/draft-07/schema') return draft07;
  return name === 'json-schema.org/draft/2020-12/schema' ? draft2020 : null;
}

/** Keywords whose values are data, not schemas. */
const dataKeywords = new Set(['default', 'const', 'enum', 'examples']);

function patternFault(node: unknown, at: readonly (string | number)[]): SchemaFault | null {
  if (Array.isArray(node)) return firstFault(node.entries(), at);
  if (!isRecord(node)) return null;
  const patterns = [
    ...(typeof node.pattern === 'string' ? [{ pattern: node.pattern, at: [...at, 'pattern'] }] : []),
    ...(isRecord(node.patternProperties)
      ? Object.keys(node.patternProperties).map((pattern) => ({ pattern, at: [...at, 'patternProperties', pattern] }))
      : []),
  ];
  const bad = patterns.find(({ pattern }) => !isRegularExpression(pattern));
  if (bad) return { message: `${JSON.stringify(bad.pattern)} is not a regular expression.`, at: bad.at };
  return firstFault(
    Object.entries(node).filter(([key]) => !dataKeywords.has(key)),
    at,
  );
}

function firstFault(
  members: Iterable<[string | number, unknown]>,
  at: readonly (string | number)[],
): SchemaFault | null {
  for (const [key, member] of members) {
    const fault = typeof member === 'object' ? patternFault(member, [...at, key]) : null;
    if (fault) return fault;
  }
  return null;
}

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
