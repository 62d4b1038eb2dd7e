/** A JSON Schema that is an object. Schemas come from users: nothing about them is taken for granted. */
type Schema = Readonly<Record<string, unknown>>;

export interface SchemaName {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
  readonly description: string;
}

export interface SchemaValue {
  /** As JSON. */
  readonly text: string;
  readonly description: string;
}

/** Keeps schemas that refer to themselves, and very wide ones, from going on for ever. */
const mostSchemas = 200;
const combining = ['allOf', 'anyOf', 'oneOf'] as const;
const branches = ['if', 'then', 'else'] as const;

/** The schemas that say something about the value at these steps. */
export function schemasAt(root: object, steps: readonly string[]): readonly Schema[] {
  let schemas = spread(root as Schema, [root as Schema]);
  for (const step of steps)
    schemas = spread(
      root as Schema,
      schemas.flatMap((schema) => inside(schema, step)),
    );
  return schemas;
}

/** The schemas with those they refer to and are combined of. */
function spread(root: Schema, schemas: readonly unknown[]): readonly Schema[] {
  const seen = new Set<Schema>();
  const waiting: unknown[] = [...schemas];
  for (let i = 0; i < waiting.length && seen.size < mostSchemas; i++) {
    const schema = waiting[i];
    if (!isSchema(schema) || seen.has(schema)) continue;
    seen.add(schema);
    for (const key of ['$ref', '$dynamicRef'])
      if (typeof schema[key] === 'string') waiting.push(referred(root, schema[key]));
    for (const key of combining) if (Array.isArray(schema[key])) waiting.push(...(schema[key] as unknown[]));
    for (const key of branches) waiting.push(schema[key]);
  }
  return [...seen];
}

/** What a reference within the same document points to; anchors and other documents are left alone. */
function referred(root: Schema, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Schema)[key];
  }
  return at;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function inside(schema: Schema, step: string): unknown[] {
  const properties = schemaOf(schema.properties);
  if (properties && Object.hasOwn(properties, step)) return [properties[step]];
  // Patterns are not tried: a user's could run for ever. All of them may be meant.
  const found: unknown[] = Object.values(schemaOf(schema.patternProperties) ?? {});
  const tuple = Array.isArray(schema.prefixItems) ? schema.prefixItems : schema.items;
  if (/^\d+$/.test(step)) {
    if (Array.isArray(tuple) && Number(step) < tuple.length) found.push((tuple as unknown[])[Number(step)]);
    else if (!Array.isArray(schema.items)) found.push(schema.items);
  }
  found.push(schema.additionalProperties);
  return found;
}

/** The names an object may have, those that it must have first. */
export function namesOf(schemas: readonly Schema[]): SchemaName[] {
  const required = new Set(
    schemas.flatMap(({ required: names }) => (Array.isArray(names) ? (names as unknown[]) : [])),
  );
  const names = new Map<string, SchemaName>();
  for (const schema of schemas)
    for (const [name, given] of Object.entries(schemaOf(schema.properties) ?? {})) {
      if (names.has(name)) continue;
      const property = schemaOf(given) ?? {};
      names.set(name, {
        name,
        required: required.has(name),
        type: typeOf(property),
        description: described(property),
      });
    }
  return [...names.values()].sort((a, b) => Number(b.required) - Number(a.required));
}

/** The values that are named: constants, enumerations, true and false, the default and examples. */
export function valuesOf(schemas: readonly Schema[]): SchemaValue[] {
  const values = new Map<string, SchemaValue>();
  const add = (value: unknown, description: string) => {
    const text = JSON.stringify(value);
    if (text !== undefined && !values.has(text)) values.set(text, { text, description });
  };
  for (const schema of schemas) {
    const says = described(schema);
    if (Object.hasOwn(schema, 'const')) add(schema.const, says);
    if (Array.isArray(schema.enum)) for (const value of schema.enum as unknown[]) add(value, says);
    if (Object.hasOwn(schema, 'default')) add(schema.default, 'Default');
    if (Array.isArray(schema.examples)) for (const value of schema.examples as unknown[]) add(value, 'Example');
    const types = ([] as unknown[]).concat(schema.type);
    if (types.includes('boolean')) for (const value of [true, false]) add(value, says);
    if (types.includes('null')) add(null, says);
  }
  return [...values.values()];
}

/** What is said about a value, for people. */
export function descriptionOf(schemas: readonly Schema[]): string {
  const said = new Set<string>();
  for (const schema of schemas) {
    const title = typeof schema.title === 'string' ? schema.title : '';
    const text = described(schema);
    if (title && title !== text) said.add(title);
    if (text) said.add(text);
  }
  const types = new Set(schemas.map(typeOf).filter((type) => type !== ''));
  if (said.size === 0 && types.size === 0) return '';
  return [...said, ...(types.size > 0 ? [`Type: ${[...types].join(' or ')}`] : [])].join('\n');
}

const described = (schema: Schema): string =>
  typeof schema.description === 'string' ? schema.description : typeof schema.title === 'string' ? schema.title : '';
const typeOf = (schema: Schema): string =>
  Array.isArray(schema.type) ? schema.type.join(' or ') : typeof schema.type === 'string' ? schema.type : '';
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaOf = (value: unknown): Schema | undefined => (isSchema(value) ? value : undefined);
