import type { Operation } from '@ratchet/contract/operation';
import { type GraphQLFieldConfigArgumentMap, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema } from 'graphql';
import type * as z from 'zod';
import { type Ask, call } from './ask.ts';
import { type Extra, extras, fullForms } from './extras.ts';
import { follow } from './follow.ts';
import { each } from './loaders.ts';
import { argumentsOf, isPaged, operationInput, takesInputObject } from './operation-input.ts';
import { type Field, typeWalk } from './type-walk.ts';
import { capitalised, shapeOf, wordsFor } from './zod-shape.ts';

/** What limiting a query needs to know of a field. */
export interface FieldWeight {
  /** Calls of operations that one such field may need. */
  readonly cost?: number;
  /** How many items it has: `paged` as its arguments say. */
  readonly size?: 'paged' | number;
}

/**
 * The whole schema: every operation of the table, and the table of extras. Queries read, subscriptions stream, mutations
 * are the rest; a list `xPage` also gives `x`, the items alone.
 */
export function buildGraphQLSchema(
  operations: readonly Operation[],
  further: readonly Extra[] = extras,
): GraphQLSchema {
  const shown = operations.filter((operation) => !operation.excused?.graphql);
  const walk = typeWalk({
    shownAs: Object.fromEntries(Object.entries(fullForms).map(([name, { full }]) => [`${name}Summary`, full])),
    further: (type) =>
      Object.fromEntries(further.filter(({ on }) => on === type).map((extra) => [extra.field, ofExtra(extra)])),
    adjust: (type, member, field) => {
      if (member === 'items' && /Page$/.test(type)) return { ...field, extensions: weight({ size: 1 }) };
      const form = fullForms[type];
      if (!form || member in form.short.shape) return field;
      return {
        ...field,
        extensions: weight({ cost: 5 }),
        resolve: async (parent, _, ask) => {
          const have = (parent as Record<string, unknown>)[member];
          if (have !== undefined) return have;
          return ((await each(ask, form.load, { id: (parent as { id: string }).id })) as Record<string, unknown>)[
            member
          ];
        },
      };
    },
  });

  const argsOf = (members: Readonly<Record<string, z.ZodType>>, hint: string): GraphQLFieldConfigArgumentMap =>
    Object.fromEntries(
      Object.entries(members).map(([name, schema]) => [
        name,
        { type: walk.input(schema, hint + capitalised(name), name), description: wordsFor(schema, name) ?? null },
      ]),
    );

  function operationArgs(operation: Operation, hint: string): GraphQLFieldConfigArgumentMap {
    const args = argsOf(argumentsOf(operation), hint);
    if (!takesInputObject(operation)) return args;
    const name = `${hint}Input`;
    const type =
      inputObjects.get(name) ??
      new GraphQLInputObjectType({
        name,
        description: `All arguments of ${operation.graphql} as one object`,
        fields: () => walk.inputFields(operation.input, hint),
      });
    inputObjects.set(name, type);
    return { ...args, input: { type, description: 'All arguments as one object, instead of one by one' } };
  }
  const inputObjects = new Map<string, GraphQLInputObjectType>();

  function ofOperation(operation: Operation): Field {
    const hint = capitalised(operation.graphql);
    const field: Field = {
      type: nullable(walk.output(operation.output, hint)),
      description: `${operation.description}. Permission: ${operation.permission}.`,
      args: operationArgs(operation, hint),
      extensions: weight({ cost: 1, ...(isPaged(operation) ? { size: 'paged' as const } : {}) }),
    };
    if (operation.stream)
      return {
        ...field,
        resolve: (event) => event,
        subscribe: (_, args, ask) => follow(ask, operation, operationInput(operation, args)),
      };
    return { ...field, resolve: (_, args, ask) => call(ask, operation, operationInput(operation, args)) };
  }

  /** The items alone, of a list that also has a page. */
  function itemsOf(operation: Operation, page: Field): Field {
    const items = shapeOf(operation.output, 'output').items;
    if (!items) throw new Error(`${operation.graphql} answers no items.`);
    return {
      ...page,
      type: nullable(walk.output(items, `${capitalised(operation.graphql)}Items`)),
      resolve: async (_, args, ask) =>
        ((await call(ask, operation, operationInput(operation, args))) as { items: unknown[] }).items,
    };
  }

  function ofExtra({ on, field, description, output, of, takes = {}, cost, resolve }: Extra): Field {
    const hint = capitalised(field);
    const paged = 'limit' in takes || (of !== undefined && isPaged(of));
    return {
      type: walk.output(output, on + hint),
      description,
      args: { ...(of ? operationArgs(of, capitalised(of.graphql)) : {}), ...argsOf(takes, on + hint) },
      extensions: weight({ cost: cost ?? 1, ...(paged ? { size: 'paged' as const } : {}) }),
      resolve: (parent, args, ask) => resolve(parent, of ? operationInput(of, args) : { ...args }, ask),
    };
  }

  const root = (name: string, description: string, chosen: (operation: Operation) => boolean) => {
    const fields: Record<string, Field> = {};
    const add = (field: string, config: Field) => {
      if (fields[field]) throw new Error(`Two fields of ${name} would be ${field}.`);
      fields[field] = config;
    };
    for (const operation of shown.filter(chosen)) {
      if (further.some(({ on, field }) => on === name && field === operation.graphql)) continue;
      const field = ofOperation(operation);
      for (const alias of [operation.graphql, ...(operation.graphqlAliases ?? [])]) {
        add(alias, field);
        if (alias.endsWith('Page')) add(alias.slice(0, -'Page'.length), itemsOf(operation, field));
      }
    }
    for (const extra of further.filter(({ on }) => on === name)) add(extra.field, ofExtra(extra));
    return new GraphQLObjectType<unknown, Ask>({ name, description, fields });
  };
  const schema = new GraphQLSchema({
    description: 'Ratchet: tasks that live in a database and in repositories, kept in step, and run in sandboxes',
    query: root('Query', 'What can be read', ({ effect, stream }) => effect === 'read' && !stream),
    mutation: root('Mutation', 'What can be done', ({ effect, stream }) => effect !== 'read' && !stream),
    subscription: root('Subscription', 'What can be followed as it happens', ({ stream }) => stream),
  });
  for (const { on, field } of further)
    if (!schema.getType(on)) throw new Error(`There is no type ${on} for its field ${field}.`);
  return schema;
}

const weight = (of: FieldWeight) => ({ ratchet: of });

/** A field at the top fails alone: null for it, and what else was asked for is answered. */
const nullable = (type: Field['type']): Field['type'] =>
  'ofType' in type && !('getFields' in type) && String(type).endsWith('!') ? (type.ofType as Field['type']) : type;
