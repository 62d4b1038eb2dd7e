import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { FieldWeight } from './build-schema.ts';

/** What one query may be, at most. */
export interface Limits {
  /** Levels of fields. */
  readonly maxDepth: number;
  /** Objects that it may answer, each field counted with the calls it needs, multiplied down its lists. */
  readonly maxComplexity: number;
  readonly maxAliases: number;
}

/** Bounds that need no configuring: past them nothing is a query anybody wrote. */
const most = { characters: 262_144, tokens: 10_000, nesting: 200, directives: 50, fields: 2000 } as const;
/** Items of a list whose number no argument says, and of a page without a limit. */
const items = { unpaged: 3, paged: 25 } as const;

const refuse = (what: string, is: number | string, may: number, advice: string): GraphQLError =>
  new GraphQLError(`The query has ${is} ${what}; ${may} are allowed. ${advice}`, {
    extensions: { details: { limit: what, is, allowed: may } },
  });

/** Looks at the text alone, before anything is built of it: in one pass, and no further than the limits go. */
export function checkText(text: string): void {
  if (text.length > most.characters)
    throw refuse('characters', text.length, most.characters, 'Send long values as variables.');
  const lexer = new Lexer(new Source(text));
  const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
  const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);
  for (let tokens = 1, level = 0; ; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    if (tokens > most.tokens)
      throw refuse('tokens', `more than ${most.tokens}`, most.tokens, 'Send values as variables, or several queries.');
    if (opening.has(kind) && ++level > most.nesting)
      throw refuse('levels of brackets', `more than ${most.nesting}`, most.nesting, 'Send nested values as variables.');
    if (closing.has(kind)) level--;
  }
}

/** Looks at the document alone, before it is validated: some rules compare every field with every other. */
export function checkStructure(document: DocumentNode, { maxAliases, maxDepth }: Limits): void {
  const counted = { aliases: 0, directives: 0, fields: 0 };
  visit(document, {
    Field: (node) => {
      counted.fields++;
      if (node.alias) counted.aliases++;
    },
    Directive: () => {
      counted.directives++;
    },
  });
  if (counted.aliases > maxAliases)
    throw refuse('aliases', counted.aliases, maxAliases, 'Ask for many things by a list and its filters.');
  if (counted.directives > most.directives)
    throw refuse('directives', counted.directives, most.directives, 'Leave fields out instead of skipping them.');
  if (counted.fields > most.fields)
    throw refuse('fields', counted.fields, most.fields, 'Ask for less, or in several queries.');
  const depth = depthOf(document);
  if (depth > maxDepth) throw refuse('levels of fields', depth, maxDepth, 'Ask for the inner ones by their ids.');
}

const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );

/** Fragments are measured once, wherever they are spread; one that holds itself counts nothing and fails validation. */
function perFragment(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  measure: (of: FragmentDefinitionNode) => number,
) {
  const known = new Map<string, number>();
  return (name: string): number => {
    const found = known.get(name);
    if (found !== undefined) return found;
    known.set(name, 0);
    const fragment = fragments.get(name);
    const value = fragment ? measure(fragment) : 0;
    known.set(name, value);
    return value;
  };
}

function depthOf(document: DocumentNode): number {
  const ofFragment = perFragment(fragmentsOf(document), (fragment) => ofSet(fragment.selectionSet));
  function ofSet(set: SelectionSetNode): number {
    let deepest = 0;
    for (const node of set.selections) {
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(node.name.value)
          : node.kind === Kind.INLINE_FRAGMENT
            ? ofSet(node.selectionSet)
            : // Looking at the schema has a rule of its own, and tools ask for it in one deep query.
              node.name.value.startsWith('__')
              ? 1
              : 1 + (node.selectionSet ? ofSet(node.selectionSet) : 0);
      deepest = Math.max(deepest, inner);
    }
    return deepest;
  }
  return Math.max(
    0,
    ...document.definitions.map((node) => (node.kind === Kind.OPERATION_DEFINITION ? ofSet(node.selectionSet) : 0)),
  );
}

/** Looks at a valid operation with its variables: what it may cost, before any of it is carried out. */
export function checkComplexity(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  { maxComplexity }: Limits,
): void {
  const complexity = complexityOf(schema, document, operation, { ...defaultsOf(operation), ...variables });
  if (complexity > maxComplexity)
    throw refuse('points of complexity', complexity, maxComplexity, 'Ask for fewer items (limit) or fewer relations.');
}

const defaultsOf = ({ variableDefinitions }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    (variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

export function complexityOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const ofFragment = perFragment(fragmentsOf(document), (fragment) =>
    ofSet(fragment.selectionSet, fragment.typeCondition.name.value),
  );
  function ofSet(set: SelectionSetNode, typeName: string): number {
    const type = schema.getType(typeName);
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    let sum = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) sum += ofFragment(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT)
        sum += ofSet(node.selectionSet, node.typeCondition?.name.value ?? typeName);
      else {
        const field = fields[node.name.value];
        if (!field) continue;
        const { cost, size } = (field.extensions.ratchet ?? {}) as FieldWeight;
        const named = getNamedType(field.type);
        const inner = node.selectionSet ? ofSet(node.selectionSet, named.name) : 0;
        const own = isCompositeType(named) ? 1 + inner : 0;
        const times =
          size === 'paged'
            ? wanted(node.arguments ?? [], variables)
            : (size ?? (isListed(field.type) ? items.unpaged : 1));
        sum += (cost ?? 0) + times * own;
      }
    }
    return sum;
  }
  const root = schema.getRootType(operation.operation);
  return root ? ofSet(operation.selectionSet, root.name) : 0;
}

const isListed = (type: unknown): boolean =>
  isListType(type) || (typeof type === 'object' && type !== null && 'ofType' in type && isListed(type.ofType));

type Arguments = NonNullable<import('graphql').FieldNode['arguments']>;

/** No list has more than 1000: whoever asks for more is told so by the list itself, as on every surface. */
const within = (limit: number): number => Math.min(1000, Math.max(1, limit));

/** The limit that a field's arguments name: `limit`, or within `pagination`. */
function wanted(given: Arguments, variables: Readonly<Record<string, unknown>>): number {
  for (const { name, value } of given) {
    const known = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
    if (name.value === 'limit') {
      const limit = value.kind === Kind.INT ? Number(value.value) : known;
      if (typeof limit === 'number') return within(limit);
    }
    if (name.value === 'pagination') {
      if (value.kind === Kind.OBJECT) return wanted(value.fields as unknown as Arguments, variables);
      const limit = (known as { limit?: unknown } | null | undefined)?.limit;
      if (typeof limit === 'number') return within(limit);
    }
  }
  return items.paged;
}
