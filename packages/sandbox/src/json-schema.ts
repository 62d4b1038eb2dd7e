import { createHash } from 'node:crypto';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { LRUCache } from 'lru-cache';
import { compilePattern, PatternError } from './safe-pattern.ts';

/** One thing that is wrong: `path` is a dotted path into the value, empty for the whole. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** A schema that cannot be used. The message says why and is safe to show. */
export class SchemaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemaError';
  }
}

export interface SchemaValidator {
  /** What keeps a value from fitting a schema, at most 100 issues; empty when it fits. Throws SchemaError for a bad schema. */
  validate(schema: unknown, value: unknown): Issue[];
  /** What is wrong with a schema itself. */
  check(schema: unknown): Issue[];
}

const mostIssues = 100;
const schemasPerAjv = 200;
const newer =
  /"(?:prefixItems|unevaluatedProperties|unevaluatedItems|dependentRequired|dependentSchemas|\$dynamicRef|\$dynamicAnchor|minContains|maxContains)":/;

// Called by Ajv's generated code for each `pattern`; `code` is for standalone output, which is not made here.
const regExp = Object.assign((pattern: string) => compilePattern(pattern), { code: 'compilePattern' });

const options: Options = {
  allErrors: true,
  strict: false,
  validateFormats: true,
  addUsedSchema: false,
  logger: false,
  code: { regExp },
};

type Dialect = 'draft-07' | '2020-12';

/** The dialect that a schema names, or else the one that its keywords are of. */
const dialectOf = (schema: unknown, text: string): Dialect => {
  const named = typeof schema === 'object' && schema !== null ? Reflect.get(schema, '$schema') : undefined;
  if (named === undefined) return newer.test(text) ? '2020-12' : 'draft-07';
  if (typeof named === 'string' && /draft-0[67]\/schema#?$/.test(named)) return 'draft-07';
  if (typeof named === 'string' && /draft\/2020-12\/schema#?$/.test(named)) return '2020-12';
  throw new SchemaError(`The dialect ${JSON.stringify(named)} is not known; use draft-07 or 2020-12.`);
};

const createAjv = (dialect: Dialect): Ajv => {
  const ajv = dialect === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv);
  return ajv;
};

const dotted = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const toIssue = ({ instancePath, keyword, params, message }: ErrorObject): Issue => {
  const path = dotted(instancePath);
  switch (keyword) {
    case 'required':
      return { path: join(path, String(params.missingProperty)), message: 'is required' };
    case 'additionalProperties':
      return { path: join(path, String(params.additionalProperty)), message: 'is not allowed' };
    case 'unevaluatedProperties':
      return { path: join(path, String(params.unevaluatedProperty)), message: 'is not allowed' };
    case 'enum':
      return {
        path,
        message: `must be one of ${params.allowedValues.map((value: unknown) => JSON.stringify(value)).join(', ')}`,
      };
    case 'const':
      return { path, message: `must be ${JSON.stringify(params.allowedValue)}` };
    default:
      return { path, message: message ?? `breaks "${keyword}"` };
  }
};

const explain = (error: unknown): SchemaError => {
  const { message, missingRef } = error as Error & { missingRef?: unknown };
  if (error instanceof SchemaError) return error;
  if (error instanceof PatternError) return new SchemaError(message);
  if (typeof missingRef === 'string') {
    return new SchemaError(
      `The schema refers to ${JSON.stringify(missingRef)}, which is not part of it. Only references within the schema (#/…) are followed; nothing is fetched.`,
    );
  }
  return new SchemaError(`The schema cannot be used: ${message}`);
};

/** Validates values against draft-07 and 2020-12 schemas. Compiled schemas are kept by content. */
export const createSchemaValidator = (): SchemaValidator => {
  const ajvs = new Map<Dialect, { readonly ajv: Ajv; used: number }>();
  const ajvFor = (dialect: Dialect): Ajv => {
    let held = ajvs.get(dialect);
    // Ajv never forgets what it has compiled, so it is replaced itself; what it made lives on as long as the cache keeps it.
    if (held === undefined || held.used >= schemasPerAjv) held = { ajv: createAjv(dialect), used: 0 };
    held.used += 1;
    ajvs.set(dialect, held);
    return held.ajv;
  };
  const compiled = new LRUCache<string, ValidateFunction>({ max: 300 });

  const compile = (schema: unknown): ValidateFunction => {
    if ((typeof schema !== 'object' || schema === null || Array.isArray(schema)) && typeof schema !== 'boolean') {
      throw new SchemaError('A schema is a JSON object, or true or false.');
    }
    const text = JSON.stringify(schema);
    const digest = createHash('sha256').update(text).digest('base64');
    const held = compiled.get(digest);
    if (held !== undefined) return held;
    try {
      // A copy, so that what the caller does to the schema later changes nothing here.
      const test = ajvFor(dialectOf(schema, text)).compile(JSON.parse(text));
      compiled.set(digest, test);
      return test;
    } catch (error) {
      throw explain(error);
    }
  };

  return {
    validate(schema, value) {
      const test = compile(schema);
      if (test(value) === true) return [];
      return (test.errors ?? []).slice(0, mostIssues).map(toIssue);
    },
    check(schema) {
      try {
        compile(schema);
        return [];
      } catch (error) {
        if (error instanceof SchemaError) return [{ path: '', message: error.message }];
        throw error;
      }
    },
  };
};
