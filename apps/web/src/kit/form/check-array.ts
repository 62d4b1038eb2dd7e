import { type Check, type SchemaIssue, sameJson } from './schema-issue.ts';

interface Place {
  readonly value: readonly unknown[];
  readonly schema: Readonly<Record<string, unknown>>;
  readonly path: SchemaIssue['path'];
}

/** Beyond this items are not compared with each other: it would hold up the page. */
const mostCompared = 500;

export function checkArray({ value, schema, path }: Place, { at }: Check): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  const add = (keyword: string, message: string) => issues.push({ path, keyword, message });
  const { minItems: min, maxItems: max } = schema;
  if (typeof min === 'number' && value.length < min)
    add('minItems', `must have at least ${min} ${min === 1 ? 'item' : 'items'}`);
  if (typeof max === 'number' && value.length > max)
    add('maxItems', `must have at most ${max} ${max === 1 ? 'item' : 'items'}`);
  if (schema.uniqueItems === true && value.length <= mostCompared) {
    const twice = value.findIndex((item, index) => value.slice(0, index).some((other) => sameJson(item, other)));
    if (twice !== -1) add('uniqueItems', `must not hold the same twice: item ${twice + 1} is there already`);
  }
  // A list of schemas under `items` is draft-07's `prefixItems`.
  const old = Array.isArray(schema.items);
  const first: readonly unknown[] = old
    ? (schema.items as unknown[])
    : Array.isArray(schema.prefixItems)
      ? schema.prefixItems
      : [];
  const rest = old ? schema.additionalItems : schema.items;
  for (const [index, item] of value.entries()) {
    const under = index < first.length ? first[index] : rest;
    if (under !== undefined) issues.push(...at(item, under, [...path, index]));
  }
  if (schema.contains !== undefined) {
    const found = value.filter((item) => at(item, schema.contains, path).length === 0).length;
    const least = typeof schema.minContains === 'number' ? schema.minContains : 1;
    if (found < least) add('contains', 'lacks an item that the schema asks for');
    if (typeof schema.maxContains === 'number' && found > schema.maxContains)
      add('contains', 'has too many of one kind of item');
  }
  return issues;
}
