import type { ErrorCode } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import * as z from 'zod';
import { type Credentials, operationNamed, proofHeaders, type Wire, WireError } from '../wire.ts';
import { serverSentEvents } from './server-sent-data.ts';
import { converted, membersOf, unwrapped } from './zod-walk.ts';

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType?: TypeRef;
}
interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code: ErrorCode; readonly details: unknown };
  }[];
}
type Arguments = Readonly<Record<string, Readonly<Record<string, string>>>>;
type Values = Readonly<Record<string, unknown>>;

/** How deep a tree is asked for: every level multiplies what a query weighs. */
const treeLevels = 6;

const kindOf = ({ effect, stream }: Operation) =>
  stream ? 'subscription' : effect === 'read' ? ('query' as const) : ('mutation' as const);

/** GraphQL by documents that ask for every member of an answer. */
export async function graphqlWire(address: string, credentials: Credentials = {}): Promise<Wire> {
  return wireWith(address, await argumentTypes(address, credentials), credentials);
}

function wireWith(address: string, types: Arguments, credentials: Credentials): Wire {
  const send = (query: string, variables: Values, more: RequestInit = {}) =>
    fetch(`${address}/graphql`, {
      method: 'POST',
      ...more,
      headers: { ...proofHeaders(credentials), 'content-type': 'application/json', ...more.headers },
      body: JSON.stringify({ query, variables }),
    });
  const ask = async (operation: Operation, input: Values): Promise<unknown> => {
    const { query, variables } = documentOf(operation, input, types);
    return outputOf(operation, (await (await send(query, variables)).json()) as Answer);
  };
  return {
    name: 'graphql',
    async call(operation, input) {
      const output = await ask(operation, input);
      // GraphQL answers the task that a conflict is of; what became of the conflict is another question.
      return operation.name === 'conflicts.resolve' ? ask(operationNamed('conflicts.get'), { id: input.id }) : output;
    },
    async *stream(operation, input, signal) {
      const { query, variables } = documentOf(operation, input, types);
      const response = await send(query, variables, { signal, headers: { accept: 'text/event-stream' } });
      if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
        throw outputOf(operation, (await response.json()) as Answer);
      for await (const { event, data } of serverSentEvents(response)) {
        if (event === 'complete') return;
        if (data !== '') yield outputOf(operation, JSON.parse(data) as Answer);
      }
    },
    as: (proof) => wireWith(address, types, proof),
    close: async () => {},
  };
}

function outputOf(operation: Operation, { data, errors = [] }: Answer): unknown {
  const [error] = errors;
  if (error?.extensions) throw new WireError(error.extensions.code, error.message, error.extensions.details);
  if (error) throw new Error(`An error without its code: ${error.message}`);
  const { output } = operation;
  const answer = data?.[operation.graphql];
  if (operation.name === 'conflicts.resolve') return answer;
  return output instanceof z.ZodVoid ? (answer === true ? undefined : answer) : restored(output, answer);
}

/** The document that carries out an operation, one variable for each argument. */
function documentOf(operation: Operation, input: Values, types: Arguments): { query: string; variables: Values } {
  const members = membersOf(operation.input, 'input');
  const { page, limit, cursor, ...rest } = input;
  const given: Values = operation.list ? { ...rest, ...pagination({ page, limit, cursor }) } : input;
  const variables = Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, members[name] ? converted(members[name], value, { text: capitals }) : value]),
  );
  const names = Object.keys(variables);
  const known = types[`${kindOf(operation)} ${operation.graphql}`];
  if (!known) throw new WireError('NOT_FOUND', `GraphQL has no field ${operation.graphql}.`, null);
  const declared = names.map((name) => `$${name}: ${known[name] ?? 'JSON'}`).join(', ');
  const passed = names.map((name) => `${name}: $${name}`).join(', ');
  const field = `${operation.graphql}${passed && `(${passed})`} ${answered(operation)}`;
  return { query: `${kindOf(operation)}${declared && ` (${declared})`} { ${field} }`, variables };
}

const pagination = (given: Values): Values => {
  const asked = Object.entries(given).filter(([, value]) => value !== undefined);
  return asked.length > 0 ? { pagination: Object.fromEntries(asked) } : {};
};

const answered = (operation: Operation): string =>
  operation.name === 'conflicts.resolve' ? '{ id }' : selection(operation.output, []);

/** Every member of an answer, down to the bottom; of trees `treeLevels` levels. */
function selection(schema: z.ZodType, above: readonly z.ZodType[]): string {
  const { inner } = unwrapped(schema, 'output');
  if (inner instanceof z.ZodArray) return selection(inner.element as z.ZodType, above);
  if (!(inner instanceof z.ZodObject)) return '';
  const levels = [...above, inner];
  const shape = inner.shape as Record<string, z.ZodType>;
  const members = Object.entries(shape).filter(([, member]) => !tooDeep(member, levels));
  return `{ ${members.map(([name, member]) => `${name} ${selection(member, levels)}`.trim()).join(' ')} }`;
}

function tooDeep(schema: z.ZodType, above: readonly z.ZodType[]): boolean {
  const { inner } = unwrapped(schema, 'output');
  const of = inner instanceof z.ZodArray ? unwrapped(inner.element as z.ZodType, 'output').inner : inner;
  return above.filter((level) => level === of).length >= treeLevels;
}

/** `take_local` is written `TAKE_LOCAL`; a digit cannot begin a name. */
const enumName = (option: string): string =>
  option
    .replace(/\W/g, '_')
    .replace(/^(?=\d)/, '_')
    .toUpperCase();
const capitals = (options: readonly string[], text: string): string => (options.includes(text) ? enumName(text) : text);

/**
 * The answer as the contract has it: enumerations in their own spelling, members that are left out left out (GraphQL
 * writes null), and no branches below the levels of a tree that were asked for.
 */
function restored(schema: z.ZodType, value: unknown): unknown {
  const { inner } = unwrapped(schema, 'output');
  if (inner instanceof z.ZodEnum)
    return inner.options.map(String).find((option) => enumName(option) === value) ?? value;
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => restored(inner.element as z.ZodType, item));
  if (!(inner instanceof z.ZodObject) || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([name, member]) => {
      const one = (value as Record<string, unknown>)[name];
      const { optional, nullable, inner: of } = unwrapped(member, 'output');
      if (one === undefined) return of instanceof z.ZodArray ? [[name, []]] : [];
      return one === null && optional && !nullable ? [] : [[name, restored(member, one)]];
    }),
  );
}

/** The type of every argument, as the server writes it in its own schema. */
async function argumentTypes(address: string, credentials: Credentials): Promise<Arguments> {
  const type = 'kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
  const fields = `{ fields { name args { name type { ${type} } } } }`;
  const query = `{ __schema { queryType ${fields} mutationType ${fields} subscriptionType ${fields} } }`;
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { ...proofHeaders(credentials), 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as {
    data: { __schema: Record<string, { fields: { name: string; args: { name: string; type: TypeRef }[] }[] }> };
    errors?: unknown;
  };
  if (errors) throw new Error(`The schema cannot be read: ${JSON.stringify(errors)}`);
  return Object.fromEntries(
    Object.entries(data.__schema).flatMap(([root, { fields }]) =>
      fields.map(({ name, args }) => [
        `${root.replace('Type', '')} ${name}`,
        Object.fromEntries(args.map((arg) => [arg.name, written(arg.type)])),
      ]),
    ),
  );
}

function written({ kind, name, ofType }: TypeRef): string {
  if (kind === 'NON_NULL') return `${written(ofType as TypeRef)}!`;
  return kind === 'LIST' ? `[${written(ofType as TypeRef)}]` : (name ?? '');
}
