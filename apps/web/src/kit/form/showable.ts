import { isRecord, resolveRef, type Schema } from './schema-ref.ts';

/** More parts than these make a form that nobody fills in and a page that stands still. */
const mostParts = 2_000;
const deepest = 40;

/** Why a schema cannot be shown as a form, as people read it; null where it can. */
export function whyNoForm(schema: unknown): string | null {
  if (schema === null || schema === undefined) return 'There is no schema, so the value is entered as JSON.';
  if (!isRecord(schema)) return 'The schema allows anything, so the value is entered as JSON.';
  if (schema.type === undefined && !hints.some((keyword) => keyword in schema))
    return 'The schema says nothing of the shape of the value, so it is entered as JSON.';
  const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
  const wrongType = [schema.type].flat().find((type) => type !== undefined && !types.includes(String(type)));
  if (wrongType !== undefined)
    return `The schema has the type ${JSON.stringify(wrongType)}, which there is not, so the value is entered as JSON.`;
  return walk(schema);
}

const hints = ['properties', '$ref', 'oneOf', 'anyOf', 'allOf', 'enum', 'const', 'items', 'prefixItems', 'if'];
const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'];
const single = ['items', 'additionalProperties', 'additionalItems', 'if', 'then', 'else', 'not', 'contains'];
const named = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

function walk(root: Record<string, unknown>): string | null {
  const left: { schema: unknown; depth: number }[] = [{ schema: root, depth: 0 }];
  let parts = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { schema, depth } = next;
    if (!isRecord(schema)) continue;
    if (++parts > mostParts) return 'The schema is too large for a form, so the value is entered as JSON.';
    if (depth > deepest) return 'The schema is nested too deep for a form, so the value is entered as JSON.';
    if (typeof schema.$ref === 'string') {
      const wrong = brokenRef(schema.$ref, root);
      if (wrong !== null) return wrong;
    }
    if (schema.properties !== undefined && !isRecord(schema.properties))
      return 'The properties of the schema are not an object, so the value is entered as JSON.';
    for (const keyword of listed)
      if (Array.isArray(schema[keyword]))
        for (const part of schema[keyword]) left.push({ schema: part, depth: depth + 1 });
    for (const keyword of single) left.push({ schema: schema[keyword], depth: depth + 1 });
    for (const keyword of named)
      if (isRecord(schema[keyword]))
        for (const part of Object.values(schema[keyword])) left.push({ schema: part, depth: depth + 1 });
  }
  return null;
}

/** A reference to nothing, or one that leads back to itself without ever saying anything. */
function brokenRef(ref: string, root: Record<string, unknown>): string | null {
  const seen = new Set<string>();
  for (let here: string | undefined = ref; here !== undefined; ) {
    if (seen.has(here)) return `The schema's ${here} only leads back to itself, so the value is entered as JSON.`;
    seen.add(here);
    const found: Schema | undefined = resolveRef(here, root);
    if (found === undefined) return `The schema names ${here}, which is not in it, so the value is entered as JSON.`;
    if (
      !isRecord(found) ||
      Object.keys(found).some((key) => key !== '$ref' && key !== 'description' && key !== 'title')
    )
      return null;
    here = typeof found.$ref === 'string' ? found.$ref : undefined;
  }
  return null;
}

/** Members of the value that the form has no field for, by their paths. They stay as they are. */
export function hiddenMembers(value: unknown, schema: unknown): string[] {
  if (!isRecord(schema) || !isRecord(value)) return [];
  const shown = shownNames(schema, schema, 0);
  if (shown === null) return [];
  return Object.keys(value).filter((name) => !shown.has(name));
}

/** The names that fields may be shown for; null: any. */
function shownNames(schema: unknown, root: Record<string, unknown>, depth: number): Set<string> | null {
  if (!isRecord(schema) || depth > 10) return new Set();
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) return null;
  const names = new Set(isRecord(schema.properties) ? Object.keys(schema.properties) : []);
  if (isRecord(schema.patternProperties)) return null;
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
    Array.isArray(schema[keyword]) ? schema[keyword] : [],
  );
  for (const keyword of ['dependencies', 'dependentSchemas'])
    if (isRecord(schema[keyword])) parts.push(...Object.values(schema[keyword]));
  if (typeof schema.$ref === 'string') parts.push(resolveRef(schema.$ref, root));
  for (const part of [...parts, schema.then, schema.else]) {
    const under = shownNames(part, root, depth + 1);
    if (under === null) return null;
    for (const name of under) names.add(name);
  }
  return names;
}
