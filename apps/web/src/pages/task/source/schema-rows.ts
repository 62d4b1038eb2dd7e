import { isRecord } from './use-part.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A member of an object, as a form shows it. */
export interface SchemaRow {
  readonly name: string;
  /** A type that the form offers; null: only JSON can say what it is. */
  readonly type: string | null;
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}

export const offeredTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;

/** The members of a schema of an object; null: the schema is of another kind, or wrong. */
export function rowsOf(schema: unknown): SchemaRow[] | null {
  if (!isRecord(schema)) return null;
  if (schema.type !== undefined && schema.type !== 'object') return null;
  if (schema.properties !== undefined && !isRecord(schema.properties)) return null;
  const required = requiredOf(schema);
  return Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const own: Schema = isRecord(member) ? member : {};
    return {
      name,
      type: isRecord(member) && offeredTypes.some((type) => type === own.type) ? String(own.type) : null,
      required: required.includes(name),
      description: typeof own.description === 'string' ? own.description : '',
      schema: own,
    };
  });
}

const requiredOf = (schema: Schema): string[] =>
  Array.isArray(schema.required) ? schema.required.filter((name): name is string => typeof name === 'string') : [];

const membersOf = (schema: Schema): [string, unknown][] =>
  Object.entries(isRecord(schema.properties) ? schema.properties : {});

function withMembers(schema: Schema, members: [string, unknown][], required: readonly string[]): Schema {
  const { required: _, ...rest } = schema;
  const next = { ...rest, type: 'object', properties: Object.fromEntries(members) };
  return required.length > 0 ? { ...next, required: [...required] } : next;
}

/** A new member at the end, under a name that is free. */
export function addMember(schema: Schema): Schema {
  const members = membersOf(schema);
  const taken = new Set(members.map(([name]) => name));
  let n = members.length + 1;
  while (taken.has(`member${n}`)) n++;
  return withMembers(schema, [...members, [`member${n}`, { type: 'string' }]], requiredOf(schema));
}

export const removeMember = (schema: Schema, name: string): Schema =>
  withMembers(
    schema,
    membersOf(schema).filter(([one]) => one !== name),
    requiredOf(schema).filter((one) => one !== name),
  );

/** The same place under another name; null where that is empty or taken. */
export function renameMember(schema: Schema, from: string, to: string): Schema | null {
  const members = membersOf(schema);
  if (to === '' || members.some(([name]) => name === to)) return null;
  return withMembers(
    schema,
    members.map(([name, member]) => [name === from ? to : name, member]),
    requiredOf(schema).map((name) => (name === from ? to : name)),
  );
}

export const setRequired = (schema: Schema, name: string, required: boolean): Schema =>
  withMembers(
    schema,
    membersOf(schema),
    required ? [...requiredOf(schema), name] : requiredOf(schema).filter((one) => one !== name),
  );

/** Members of a member's schema to set; undefined takes one away. */
export const setMember = (schema: Schema, name: string, change: Readonly<Record<string, unknown>>): Schema =>
  withMembers(
    schema,
    membersOf(schema).map(([one, member]) => {
      if (one !== name) return [one, member];
      const merged = { ...(isRecord(member) ? member : {}), ...change };
      return [one, Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))];
    }),
    requiredOf(schema),
  );
