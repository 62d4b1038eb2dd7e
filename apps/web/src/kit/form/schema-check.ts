import { checkArray } from './check-array.ts';
import { checkObject } from './check-object.ts';
import { checkNumber, checkString } from './check-scalar.ts';
import { type Check, type SchemaIssue, sameJson } from './schema-issue.ts';
import { isRecord, isSchema, resolveRef, type Schema } from './schema-ref.ts';

/** Schemas that name themselves end here. */
const deepest = 60;
/** More than these are not told: nobody reads them. */
const mostIssues = 200;

/**
 * Checks a value against a JSON Schema (draft-07 or 2020-12) by walking it, since a page under a policy without `unsafe-eval`
 * cannot compile one. It helps while somebody types; what the server says counts. What it does not know it lets pass.
 */
export const checkSchema = (value: unknown, schema: unknown, root: unknown = schema): SchemaIssue[] =>
  check({ value, schema, path: [], depth: 0 }, isSchema(root) ? root : true).slice(0, mostIssues);

interface Place {
  readonly value: unknown;
  readonly schema: unknown;
  readonly path: SchemaIssue['path'];
  readonly depth: number;
}

function check({ value, schema, path, depth }: Place, root: Schema): SchemaIssue[] {
  if (schema === true || depth > deepest) return [];
  if (schema === false) return [{ path, keyword: 'false', message: 'must not be here' }];
  if (!isRecord(schema)) return [];
  const at: Check['at'] = (part, under, where) =>
    check({ value: part, schema: under, path: where, depth: depth + 1 }, root);
  const issues: SchemaIssue[] = [];
  if (typeof schema.$ref === 'string') {
    const named = resolveRef(schema.$ref, root);
    if (named !== undefined) issues.push(...at(value, named, path));
    // In draft-07 nothing counts beside a reference.
    if (isDraft7(root)) return issues;
  }
  const wrong = checkKind(value, schema);
  if (wrong !== null) return [...issues, { path, ...wrong }];
  const asked: Check = { root, depth, at };
  if (typeof value === 'string') issues.push(...checkString(value, schema, path));
  else if (typeof value === 'number') issues.push(...checkNumber(value, schema, path));
  else if (Array.isArray(value)) issues.push(...checkArray({ value, schema, path }, asked));
  else if (isRecord(value)) issues.push(...checkObject({ value, schema, path }, asked));
  issues.push(...checkCombined({ value, schema, path, depth }, at));
  return issues;
}

const isDraft7 = (root: Schema): boolean =>
  isRecord(root) && typeof root.$schema === 'string' && /draft-0[467]/.test(root.$schema);

export const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

const hasType = (value: unknown, type: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : type === typeOf(value) || !knownTypes.has(String(type));
const knownTypes = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

const articles: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function checkKind(value: unknown, schema: Record<string, unknown>): Pick<SchemaIssue, 'keyword' | 'message'> | null {
  if (schema.type !== undefined) {
    const types = Array.isArray(schema.type) ? schema.type : [schema.type];
    if (!types.some((type) => hasType(value, type)))
      return {
        keyword: 'type',
        message: `must be ${types.map((type) => articles[String(type)] ?? type).join(' or ')}`,
      };
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => sameJson(one, value))) {
    const shown = schema.enum.slice(0, 8).map((one) => JSON.stringify(one));
    return { keyword: 'enum', message: `must be one of ${shown.join(', ')}${schema.enum.length > 8 ? ', …' : ''}` };
  }
  if ('const' in schema && !sameJson(schema.const, value))
    return { keyword: 'const', message: `must be ${JSON.stringify(schema.const)}` };
  return null;
}

function checkCombined({ value, schema, path }: Place, at: Check['at']): SchemaIssue[] {
  const own = schema as Record<string, unknown>;
  const issues: SchemaIssue[] = [];
  if (Array.isArray(own.allOf)) for (const part of own.allOf) issues.push(...at(value, part, path));
  if (Array.isArray(own.anyOf)) {
    const tried = own.anyOf.map((part) => at(value, part, path));
    if (!tried.some((found) => found.length === 0)) issues.push(...closest(tried, { path, keyword: 'anyOf' }));
  }
  if (Array.isArray(own.oneOf)) {
    const tried = own.oneOf.map((part) => at(value, part, path));
    const fitting = tried.filter((found) => found.length === 0).length;
    if (fitting === 0) issues.push(...closest(tried, { path, keyword: 'oneOf' }));
    if (fitting > 1)
      issues.push({ path, keyword: 'oneOf', message: `must fit one of the choices, and fits ${fitting}` });
  }
  if (own.not !== undefined && at(value, own.not, path).length === 0)
    issues.push({ path, keyword: 'not', message: 'is what the schema excludes' });
  if (own.if !== undefined) {
    const branch = at(value, own.if, path).length === 0 ? own.then : own.else;
    if (branch !== undefined) issues.push(...at(value, branch, path));
  }
  return issues;
}

/** What is wrong with the choice that the value comes nearest to: others only confuse. */
function closest(tried: SchemaIssue[][], { path, keyword }: Pick<SchemaIssue, 'path' | 'keyword'>): SchemaIssue[] {
  const right = tried.filter(
    (found) => !found.some((issue) => issue.path.length === path.length && issue.keyword === 'type'),
  );
  const [only] = right;
  if (right.length === 1 && only !== undefined) return only;
  return [{ path, keyword, message: 'fits none of the choices' }];
}
