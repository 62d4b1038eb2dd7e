import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import {
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import * as z from 'zod';
import type { Ask } from './ask.ts';
import { checkText } from './limits.ts';
import { operationInput } from './operation-input.ts';
import { enumName } from './type-walk.ts';
import { shapeOf, unwrap } from './zod-shape.ts';

type Values = Readonly<Record<string, unknown>>;
interface Asking {
  readonly asker: { readonly caller: Caller };
}

/** Fields at the top of one query that are looked into, at most. */
const mostFields = 10;

/**
 * GraphQL judges arguments by its types before an operation sees them. Where the operation would refuse them too, it is
 * the operation's refusal that is answered: the same mistake has the same code and message on every surface.
 */
export function refusingInOwnWords(operations: readonly Operation[], dispatcher: Dispatcher): Plugin<Ask, Asking> {
  const fields = topFields(operations);
  const reword = async (params: GraphQLParams, caller: Caller): Promise<ExecutionResult | null> => {
    const error = await ownRefusal(params, fields, dispatcher, caller);
    return error && { errors: [error] };
  };
  return {
    onParams: ({ paramsHandler, setParamsHandler }) =>
      setParamsHandler(async (payload) => {
        const { caller } = (payload.context as unknown as Asking).asker;
        let result: Awaited<ReturnType<typeof paramsHandler>>;
        try {
          result = await paramsHandler(payload);
        } catch (error) {
          const reworded = await reword(payload.params, caller);
          if (reworded) return reworded;
          throw error;
        }
        if (Symbol.asyncIterator in result || !result.errors || result.data != null) return result;
        if (result.errors.some(({ originalError, path }) => originalError instanceof RatchetError || path))
          return result;
        return (await reword(payload.params, caller)) ?? result;
      }),
  };
}

/** Operations by what their fields are called: `query tasksPage`. */
function topFields(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  return new Map(
    operations
      .filter(({ excused }) => !excused?.graphql)
      .flatMap((operation) => {
        const kind = operation.stream ? 'subscription' : operation.effect === 'read' ? 'query' : 'mutation';
        const names = [operation.graphql, ...(operation.graphqlAliases ?? [])];
        return [...names, ...names.map((name) => name.replace(/Page$/, ''))].map((name): [string, Operation] => [
          `${kind} ${name}`,
          operation,
        ]);
      }),
  );
}

/** What the first operation of a query that refuses its arguments says; null where none does. */
async function ownRefusal(
  { query, operationName, variables }: GraphQLParams,
  fields: ReadonlyMap<string, Operation>,
  dispatcher: Dispatcher,
  caller: Caller,
): Promise<GraphQLError | null> {
  const asked = readQuery(query, operationName);
  if (!asked || !dispatcher.refuse) return null;
  const values = { ...defaultsOf(asked), ...(variables as Values | undefined) };
  const chosen = asked.selectionSet.selections.filter((node) => node.kind === Kind.FIELD).slice(0, mostFields);
  for (const node of chosen) {
    const operation = fields.get(`${asked.operation} ${node.name.value}`);
    if (!operation) continue;
    const accepted = new RatchetError('VALIDATION_FAILED', 'Nothing is wrong with it.');
    try {
      await dispatcher.refuse(operation, inputOf(operation, node, values), caller, accepted);
    } catch (error) {
      if (error === accepted) continue;
      if (!(error instanceof RatchetError)) throw error;
      const path = [node.alias?.value ?? node.name.value];
      return new GraphQLError(error.message, { nodes: node, path, originalError: error });
    }
  }
  return null;
}

/** Null: it is no query, or none that is read. */
function readQuery(query: unknown, name: string | null | undefined): OperationDefinitionNode | null {
  if (typeof query !== 'string') return null;
  try {
    checkText(query);
    return getOperationAST(parse(query, { noLocation: true }), name) ?? null;
  } catch {
    return null;
  }
}

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Values =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

function inputOf(operation: Operation, { arguments: args = [] }: FieldNode, variables: Values): Values {
  const members = shapeOf(operation.input, 'input');
  const given = Object.fromEntries(
    args
      .map(({ name, value }): [string, unknown] => [name.value, valueFromASTUntyped(value, variables)])
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const schema = name === 'input' && !members.input ? operation.input : members[name];
        return [name, schema ? spelled(schema, value) : value];
      }),
  );
  return operationInput(operation, given);
}

/** Words of enumerations as the contract writes them; everything else as it is, right or wrong. */
function spelled(schema: z.ZodType, value: unknown): unknown {
  const { inner } = unwrap(schema, 'input');
  if (inner instanceof z.ZodEnum) return inner.options.find((option) => enumName(String(option)) === value) ?? value;
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => spelled(inner.element as z.ZodType, item));
  if (!(inner instanceof z.ZodObject) || value === null || typeof value !== 'object' || Array.isArray(value))
    return value;
  const shape = inner.shape as Record<string, z.ZodType>;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, shape[name] ? spelled(shape[name], one) : one]),
  );
}
