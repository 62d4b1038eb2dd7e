import type { Json } from '@ratchet/contract/json';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** Levels that a JSON value may be nested, at most: deeper ones are no data anybody means. */
const mostLevels = 200;

/** Any JSON value, taken as it is. Objects without a prototype of their own would let `__proto__` in: it is refused. */
export const JSONScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value: an object, a list, a text, a number, true, false or null',
  serialize: (value) => value,
  parseValue: (value) => checked(value),
  parseLiteral: (node, variables) => checked(fromLiteral(node, variables ?? {})),
});

/** An integer of up to 53 bits: sizes, durations and sequence numbers outgrow Int. */
export const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'A whole number between -(2^53 - 1) and 2^53 - 1, as JSON has them',
  serialize: (value) => safe(value),
  parseValue: (value) => safe(value),
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT) throw new GraphQLError('SafeInt must be a whole number.', { nodes: node });
    return safe(Number(node.value));
  },
});

function safe(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError(`SafeInt must be a whole number between -(2^53 - 1) and 2^53 - 1, not ${String(value)}.`);
}

function fromLiteral(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
    case Kind.LIST:
      return node.values.map((value) => fromLiteral(value, variables));
    case Kind.OBJECT: {
      const object: Record<string, unknown> = {};
      for (const { name, value } of node.fields) {
        refuseProto(name.value);
        object[name.value] = fromLiteral(value, variables);
      }
      return object;
    }
    default:
      throw new GraphQLError('JSON has no enum values: put it in quotes.', { nodes: node });
  }
}

function refuseProto(key: string): void {
  if (key === '__proto__') throw new GraphQLError('A member may not be named __proto__.');
}

/** Walks without recursion, so that no depth of nesting can exhaust the stack. */
function checked(value: unknown): Json {
  const open: { value: unknown; level: number }[] = [{ value, level: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.value === null || typeof next.value !== 'object') continue;
    if (next.level >= mostLevels) throw new GraphQLError(`JSON may be nested ${mostLevels} levels deep, not deeper.`);
    for (const [key, member] of Object.entries(next.value)) {
      refuseProto(key);
      open.push({ value: member, level: next.level + 1 });
    }
  }
  return value as Json;
}
