import * as z from 'zod';

export type Schema = Record<string, unknown>;
export type Convert = (schema: z.ZodType, io: 'input' | 'output') => Schema;

/** JSON that is a caller's own; as Zod writes it, it would be a riddle of unions. */
const opaque: Readonly<Record<string, Schema>> = {
  Json: { description: 'Any JSON value' },
  JsonObject: { type: 'object', description: 'A JSON object', additionalProperties: true },
  JsonSchema: { type: ['object', 'boolean'], description: 'A JSON Schema (draft-07 or 2020-12)' },
};

/**
 * Zod schemas as JSON Schema 2020-12, those with an id kept once, under it, in `components`. Outputs must come first: an
 * input that differs from the output of its name gets a name of its own. Members that nobody knows are refused, and the
 * schemas of inputs say so.
 */
export function converter(components: Record<string, Schema>): Convert {
  return (schema, io) => {
    const json = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: (at) => readable(at, io) }) as Schema;
    const { $schema: _, $defs, ...top } = json;
    const definitions: Record<string, Schema> = { ...($defs as Record<string, Schema> | undefined) };
    const id = typeof top.id === 'string' ? top.id : null;
    if (id) definitions[id] = top;
    for (const name of Object.keys(definitions)) if (opaque[name]) definitions[name] = opaque[name];
    const named = Object.keys(definitions).filter((name) => !name.startsWith('__'));
    const plain = new Map(named.map((name) => [name, name]));
    const names = new Map(
      named.map((name) => {
        const kept = components[name];
        const same = !kept || sameSchema(kept, renamed(definitions[name] as Schema, definitions, plain, id) as Schema);
        return [name, same ? name : `${name}Input`];
      }),
    );
    for (const name of named)
      components[names.get(name) as string] ??= renamed(definitions[name] as Schema, definitions, names, id) as Schema;
    return id ? { $ref: `#/components/schemas/${names.get(id)}` } : (renamed(top, definitions, names, id) as Schema);
  };
}

const sameSchema = (a: Schema, b: Schema): boolean => JSON.stringify(a) === JSON.stringify(b);

function renamed(
  value: unknown,
  definitions: Readonly<Record<string, Schema>>,
  names: ReadonlyMap<string, string>,
  id: string | null,
): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, definitions, names, id));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (key === '$ref' && typeof member === 'string') {
        const name = member === '#' ? (id ?? '') : member.replace('#/$defs/', '');
        return [[key, `#/components/schemas/${names.get(name) ?? name}`]];
      }
      return key === 'id' && typeof member === 'string' && definitions[member]
        ? []
        : [[key, renamed(member, definitions, names, id)]];
    }),
  );
}

/** A format says what its pattern would, and the bounds of exact numbers go without saying. */
function readable({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Schema }, io: 'input' | 'output'): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (zodSchema instanceof z.ZodObject && io === 'input' && jsonSchema.additionalProperties === undefined)
    jsonSchema.additionalProperties = false;
  // What is let through in another spelling is described as it is meant.
  if (zodSchema instanceof z.ZodPipe && zodSchema.in instanceof z.ZodTransform && io === 'input') {
    const {
      $schema: _,
      $defs,
      $ref,
      ...own
    } = z.toJSONSchema(zodSchema.out as z.ZodType, {
      io,
      unrepresentable: 'any',
    }) as Schema;
    const named = ($defs as Record<string, Schema> | undefined)?.[String($ref).replace('#/$defs/', '')];
    for (const [key, value] of Object.entries({ ...named, ...own })) if (key !== 'id') jsonSchema[key] = value;
  }
}
