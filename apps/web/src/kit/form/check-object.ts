import { fits } from './check-scalar.ts';
import type { Check, SchemaIssue } from './schema-issue.ts';
import { isRecord } from './schema-ref.ts';

interface Place {
  readonly value: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly path: SchemaIssue['path'];
}

export function checkObject({ value, schema, path }: Place, { at }: Check): SchemaIssue[] {
  // A form holds what was cleared as undefined; in JSON it is not there.
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  const has = (name: string) => Object.hasOwn(value, name) && value[name] !== undefined;
  const issues: SchemaIssue[] = [];
  const add = (keyword: string, message: string) => issues.push({ path, keyword, message });
  const { minProperties: min, maxProperties: max, required } = schema;
  if (typeof min === 'number' && names.length < min) add('minProperties', `must have at least ${min} members`);
  if (typeof max === 'number' && names.length > max) add('maxProperties', `must have at most ${max} members`);
  const needs = (list: unknown) => {
    for (const name of Array.isArray(list) ? list : [])
      if (typeof name === 'string' && !has(name))
        issues.push({ path: [...path, name], keyword: 'required', message: 'is required' });
  };
  needs(required);
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const patterns = isRecord(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  for (const name of names) {
    const where = [...path, name];
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const matched = patterns.filter(([pattern]) => fits(pattern, name));
    if (own !== undefined) issues.push(...at(value[name], own, where));
    for (const [, under] of matched) issues.push(...at(value[name], under, where));
    if (own === undefined && matched.length === 0 && schema.additionalProperties !== undefined) {
      if (schema.additionalProperties === false)
        issues.push({ path: where, keyword: 'additionalProperties', message: 'is not a member that the schema knows' });
      else issues.push(...at(value[name], schema.additionalProperties, where));
    }
    if (schema.propertyNames !== undefined)
      for (const { message } of at(name, schema.propertyNames, where))
        issues.push({ path: where, keyword: 'propertyNames', message: `has a name that ${message}` });
  }
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
    const dependent = schema[keyword];
    if (!isRecord(dependent)) continue;
    for (const [name, under] of Object.entries(dependent)) {
      if (!has(name)) continue;
      if (Array.isArray(under)) needs(under);
      else issues.push(...at(value, under, path));
    }
  }
  return issues;
}
