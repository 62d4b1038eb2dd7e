import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLID,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import * as z from 'zod';
import type { Ask } from './ask.ts';
import { JSONScalar, SafeInt } from './scalars.ts';
import { capitalised, idOf, shapeOf, unwrap, wordsFor } from './zod-shape.ts';

export type Field = GraphQLFieldConfig<unknown, Ask>;

export interface WalkOptions {
  /** Types that are shown as another one, by name: a list's shorter form of an entity is that entity. */
  readonly shownAs: Readonly<Record<string, z.ZodObject>>;
  /** Fields that a type has besides its members. */
  readonly further: (type: string) => Readonly<Record<string, Field>>;
  /** Changes the field of a member, where something is to be known about it. */
  readonly adjust: (type: string, member: string, field: Field) => Field;
}

export interface TypeWalk {
  /** The type of an answer; `hint` names what has no name of its own, `member` is where it stands. */
  readonly output: (schema: z.ZodType, hint: string, member?: string) => GraphQLOutputType;
  /** The type of an argument: nothing is required here, so that the operation's own schema is what judges. */
  readonly input: (schema: z.ZodType, hint: string, member?: string) => GraphQLInputType;
  readonly inputFields: (schema: z.ZodType, hint: string) => Record<string, GraphQLInputFieldConfig>;
  readonly named: ReadonlyMap<string, GraphQLNamedType>;
}

/** GraphQL types out of Zod schemas. Named schemas become types of that name, each once. */
export function typeWalk({ shownAs, further, adjust }: WalkOptions): TypeWalk {
  const named = new Map<string, GraphQLNamedType>([
    ['JSON', JSONScalar],
    ['SafeInt', SafeInt],
  ]);
  const madeOf = new Map<string, z.ZodType>();

  function once<T extends GraphQLNamedType>(name: string, schema: z.ZodType, make: () => T): T {
    const found = named.get(name);
    if (found && (madeOf.get(name) === schema || sameAs(madeOf.get(name), schema))) return found as T;
    if (found) throw new Error(`Two schemas would be the type ${name}: give one of them an id.`);
    const type = make();
    named.set(name, type);
    madeOf.set(name, schema);
    return type;
  }

  const enumType = (schema: z.ZodEnum, hint: string): GraphQLEnumType => {
    const name = idOf(schema) ?? hint;
    return once(name, schema, () => {
      const values: Record<string, { value: unknown; description: string }> = {};
      for (const option of schema.options) {
        const key = enumName(String(option));
        if (values[key]) throw new Error(`Two values of ${name} would be ${key}.`);
        values[key] = { value: option, description: `Written \`${option}\` on the other surfaces` };
      }
      return new GraphQLEnumType({ name, description: wordsFor(schema, '') ?? `One of the values of ${name}`, values });
    });
  };

  function scalar(schema: z.ZodType, member: string) {
    if (schema instanceof z.ZodBoolean || schema instanceof z.ZodVoid) return GraphQLBoolean;
    if (schema instanceof z.ZodNumber)
      return isWhole(schema) ? (outgrowsInt(member) ? SafeInt : GraphQLInt) : GraphQLFloat;
    if (schema instanceof z.ZodLiteral) return typeof schema.value === 'string' ? GraphQLString : JSONScalar;
    if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat)
      return isId(member) ? GraphQLID : GraphQLString;
    return JSONScalar;
  }

  function outputField(type: string, member: string, schema: z.ZodType): Field {
    return adjust(type, member, {
      type: output(schema, type + capitalised(member), member),
      description: wordsFor(schema, member) ?? null,
    });
  }

  function objectType(schema: z.ZodObject, hint: string): GraphQLOutputType {
    const name = idOf(schema) ?? hint;
    const shown = shownAs[name];
    if (shown) return objectType(shown, hint);
    return once(name, schema, () => {
      const fields = (): GraphQLFieldConfigMap<unknown, Ask> => ({
        ...Object.fromEntries(
          Object.entries(schema.shape).map(([member, of]) => [member, outputField(name, member, of as z.ZodType)]),
        ),
        ...further(name),
      });
      return new GraphQLObjectType<unknown, Ask>({ name, description: wordsFor(schema, '') ?? partOf(hint), fields });
    });
  }

  function output(schema: z.ZodType, hint: string, member = ''): GraphQLOutputType {
    const { inner, nullable } = unwrap(schema, 'output');
    const type = bareOutput(inner, hint, member);
    return nullable ? type : new GraphQLNonNull(type as GraphQLObjectType);
  }

  function bareOutput(schema: z.ZodType, hint: string, member: string): GraphQLOutputType {
    if (schema instanceof z.ZodObject) return objectType(schema, hint);
    if (schema instanceof z.ZodArray) return new GraphQLList(output(schema.element as z.ZodType, hint, member));
    if (schema instanceof z.ZodEnum) return enumType(schema, hint);
    if (schema instanceof z.ZodUnion) {
      const options = schema.options.map((option) => unwrap(option as z.ZodType, 'output').inner);
      if (options.every((option) => option instanceof z.ZodObject)) return unionType(schema, options, hint);
    }
    return scalar(schema, member);
  }

  function unionType(schema: z.ZodType, options: readonly z.ZodObject[], hint: string): GraphQLUnionType {
    const name = idOf(schema) ?? hint;
    return once(name, schema, () => {
      const types = options.map((option, i) => objectType(option, `${name}${i + 1}`) as GraphQLObjectType);
      return new GraphQLUnionType({
        name,
        description: wordsFor(schema, '') ?? partOf(hint),
        types,
        resolveType: (value) => types[options.findIndex((option) => option.safeParse(value).success)]?.name,
      });
    });
  }

  const inputFields = (schema: z.ZodType, hint: string): Record<string, GraphQLInputFieldConfig> =>
    Object.fromEntries(
      Object.entries(shapeOf(schema, 'input')).map(([member, of]) => [
        member,
        { type: input(of, hint + capitalised(member), member), description: wordsFor(of, member) ?? null },
      ]),
    );

  function input(schema: z.ZodType, hint: string, member = ''): GraphQLInputType {
    const { inner } = unwrap(schema, 'input');
    if (inner instanceof z.ZodArray) return new GraphQLList(input(inner.element as z.ZodType, hint, member));
    if (inner instanceof z.ZodEnum) return enumType(inner, hint);
    if (!(inner instanceof z.ZodObject)) return scalar(inner, member);
    const name = `${idOf(inner) ?? hint}Input`;
    return once(name, inner, () => {
      const fields = () => inputFields(inner, idOf(inner) ?? hint);
      return new GraphQLInputObjectType({ name, description: wordsFor(inner, '') ?? partOf(hint), fields });
    });
  }

  return { output, input, inputFields, named };
}

/** `take_local` → `TAKE_LOCAL`; what may not begin a name gets an underline before it. */
export const enumName = (value: string): string =>
  value
    .replace(/\W/g, '_')
    .replace(/^(?=\d)/, '_')
    .toUpperCase();

const partOf = (hint: string): string => `Part of ${hint.replace(/([a-z])([A-Z])/g, '$1 $2')}`;

const isId = (member: string): boolean => /^(ids?|\w+Ids?)$/.test(member);

/** What counts bytes, events or time may outgrow 32 bits; everything else that is counted here does not. */
const outgrowsInt = (member: string): boolean => /(size|bytes|sequence|Ms|Seconds|EventId|brokenAt)$/i.test(member);

const isWhole = (schema: z.ZodNumber): boolean => schema.format === 'safeint' || schema.isInt;

/** Two instances of one schema, such as a list of values written twice. */
function sameAs(one: z.ZodType | undefined, other: z.ZodType): boolean {
  if (!one) return false;
  if (one instanceof z.ZodEnum && other instanceof z.ZodEnum)
    return one.options.join('\0') === other.options.join('\0');
  return idOf(one) !== undefined && idOf(one) === idOf(other);
}
