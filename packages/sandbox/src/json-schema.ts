import { createHash } from 'node:crypto';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { LRUCache } from 'lru-cache';
import { PatternError } from './safe-pattern.ts';
import { countingPattern, fuelled, installFuel, OutOfFuel, withFuel } from './schema-fuel.ts';

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
  /**
   * What keeps a value from fitting a schema, at most 100 issues, of a large value only the first; empty when it fits. Throws
   * SchemaError for a schema that is bad, or takes too long on this value.
   */
  validate(schema: unknown, value: unknown): Issue[];
  /** What is wrong with a schema itself. */
  check(schema: unknown): Issue[];
}

const mostIssues = 100;
const schemasPerAjv = 200;
const newer =
  /"(?:prefixItems|unevaluatedProperties|unevaluatedItems|dependentRequired|dependentSchemas|\$dynamicRef|\$dynamicAnchor|minContains|maxContains)":/;

/** A longer one would hold up the server while it is compiled. */
const mostSchemaLength = 256_000;
/** Parts of a value up to which all that is wrong with it is gathered. */
const mostParts = 20_000;
const fewSteps = 1_000_000;

const options: Options = {
  strict: false,
  inlineRefs: false,
  validateFormats: true,
  addUsedSchema: false,
  logger: false,
  // Making the code shorter takes Ajv time that grows with the square of the schema.
  code: { regExp: countingPattern, optimize: false },
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

const createAjv = (dialect: Dialect, allErrors: boolean): Ajv => {
  const ajv = dialect === 'draft-07' ? new Ajv({ ...options, allErrors }) : new Ajv2020({ ...options, allErrors });
  formats.default(ajv);
  installFuel(ajv);
  return ajv;
};

/** An Ajv that keeps no schemas finds `#` only in a schema that has a name. */
const withName = (schema: object | boolean): object | boolean =>
  typeof schema === 'boolean' || '$id' in schema ? schema : { $id: 'schema', ...schema };

/** Whether a value has no more parts than some number. */
const isSmall = (value: unknown): boolean => {
  const open = [value];
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen > mostParts) return false;
    const held = open.pop();
    if (typeof held !== 'object' || held === null) continue;
    for (const part of Object.values(held)) {
      open.push(part);
      if (open.length > mostParts) return false;
    }
  }
  return true;
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
  if (error instanceof OutOfFuel) {
    return new SchemaError('Holding this value against the schema takes too many steps. Make the schema simpler.');
  }
  if (error instanceof RangeError) {
    return new SchemaError('The schema nests or refers to itself without end. Make it simpler.');
  }
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
  const ajvs = new Map<string, { readonly ajv: Ajv; used: number }>();
  const ajvFor = (dialect: Dialect, allErrors: boolean): Ajv => {
    const kind = `${dialect} ${allErrors}`;
    let held = ajvs.get(kind);
    // Ajv never forgets what it has compiled, so it is replaced itself; what it made lives on as long as the cache keeps it.
    if (held === undefined || held.used >= schemasPerAjv) held = { ajv: createAjv(dialect, allErrors), used: 0 };
    held.used += 1;
    ajvs.set(kind, held);
    return held.ajv;
  };
  const compiled = new LRUCache<string, ValidateFunction>({ max: 300 });

  /** `allErrors`: gathers all that is wrong, where the other stops at the first. */
  const compile = (schema: unknown, allErrors: boolean): ValidateFunction => {
    if ((typeof schema !== 'object' || schema === null || Array.isArray(schema)) && typeof schema !== 'boolean') {
      throw new SchemaError('A schema is a JSON object, or true or false.');
    }
    const text = JSON.stringify(schema);
    if (text.length > mostSchemaLength) throw new SchemaError(`A schema may have ${mostSchemaLength} characters.`);
    const digest = `${allErrors} ${createHash('sha256').update(text).digest('base64')}`;
    const held = compiled.get(digest);
    if (held !== undefined) return held;
    const ajv = ajvFor(dialectOf(schema, text), allErrors);
    // A copy, so that what the caller does to the schema later changes nothing here. Schemas of schemas take fuel as well.
    const copy = withName(fuelled(JSON.parse(text)) as object | boolean);
    const test = withFuel(() => ajv.compile(copy));
    compiled.set(digest, test);
    return test;
  };

  /** The errors of a value; null when it fits. */
  const errorsOf = (schema: unknown, value: unknown): ErrorObject[] | null => {
    const held = (allErrors: boolean, steps?: number): ErrorObject[] | null => {
      const test = compile(schema, allErrors);
      return withFuel(() => test(value), steps) === true ? null : (test.errors ?? []);
    };
    if (isSmall(value)) return held(true);
    try {
      // A large value is tested up to its first fault, so that its faults do not fill the memory.
      return held(false);
    } catch (error) {
      // Code that stops at the first fault nests, and a very wide schema is too deep for it.
      if (!(error instanceof RangeError)) throw error;
      return held(true, fewSteps);
    }
  };

  return {
    validate(schema, value) {
      try {
        return (errorsOf(schema, value) ?? []).slice(0, mostIssues).map(toIssue);
      } catch (error) {
        throw explain(error);
      }
    },
    check(schema) {
      try {
        compile(schema, true);
        return [];
      } catch (error) {
        return [{ path: '', message: explain(error).message }];
      }
    },
  };
};
