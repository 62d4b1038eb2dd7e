/** A node of a syntax tree, as far as the rules here look at it. */
export interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } } | null;
  readonly [member: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** A member of a node that is a node; null: it is none. */
export const child = (node: Node | null | undefined, member: string): Node | null => {
  const value = node?.[member];
  return isNode(value) ? value : null;
};

export const children = (node: Node | null | undefined, member: string): Node[] => {
  const value = node?.[member];
  return Array.isArray(value) ? value.filter(isNode) : [];
};

/** The name of an identifier; null: it is something else. */
export const nameOf = (node: Node | null | undefined): string | null =>
  node?.type === 'Identifier' && typeof node.name === 'string' ? node.name : null;

/** The name of a member that is read by name: `a.b`, `a['b']`, `{ b }`; null: it is computed. */
export function keyOf(node: Node, member: 'property' | 'key'): string | null {
  const key = child(node, member);
  if (key?.type === 'StringLiteral') return String(key.value);
  return node.computed === true ? null : nameOf(key);
}

export const lineOf = (node: Node): number | undefined => node.loc?.start.line;

export const isFunction = (node: Node | null | undefined): boolean =>
  node !== null &&
  node !== undefined &&
  /^(Arrow)?Function(Expression|Declaration)$|^(Object|Class)Method$/.test(node.type);

/** Members that hold no code of the tree below a node. */
const aside = new Set(['loc', 'leadingComments', 'trailingComments', 'innerComments', 'extra', 'tokens', 'comments']);

/** Every node of a tree with those above it, the nearest last. `enter` answers false to leave out what is below. */
export function walk(root: Node, enter: (node: Node, above: readonly Node[]) => boolean | undefined): void {
  const above: Node[] = [];
  // A stack of our own: code may nest deeper than calls can.
  const open: (Node | null)[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === null) {
      above.pop();
      continue;
    }
    if (enter(node, above) === false) continue;
    above.push(node);
    open.push(null);
    const below: Node[] = [];
    for (const [member, value] of Object.entries(node)) {
      if (aside.has(member)) continue;
      if (isNode(value)) below.push(value);
      else if (Array.isArray(value)) below.push(...value.filter(isNode));
    }
    open.push(...below.reverse());
  }
}

/** Every name that a pattern binds: `a`, `{ a, b: c }`, `[a, ...b]`, `a = 1`. */
export function boundNames(pattern: Node | null): string[] {
  if (!pattern) return [];
  const name = nameOf(pattern);
  if (name !== null) return [name];
  switch (pattern.type) {
    case 'ObjectPattern':
      return children(pattern, 'properties').flatMap((one) =>
        boundNames(child(one, 'value') ?? child(one, 'argument')),
      );
    case 'ArrayPattern':
      return children(pattern, 'elements').flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(child(pattern, 'left'));
    case 'RestElement':
      return boundNames(child(pattern, 'argument'));
    default:
      return [];
  }
}

/** Every name that is declared anywhere in a tree. */
export function declaredNames(root: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walk(root, (node) => {
    if (node.type === 'VariableDeclarator') for (const name of boundNames(child(node, 'id'))) names.add(name);
    if (isFunction(node)) {
      for (const parameter of children(node, 'params')) for (const name of boundNames(parameter)) names.add(name);
    }
    const own = /^(Function|Class)/.test(node.type) || node.type.startsWith('Import') ? child(node, 'id') : null;
    const name = nameOf(own) ?? nameOf(child(node, 'local'));
    if (name !== null && (own !== null || node.type.startsWith('Import'))) names.add(name);
    if (node.type === 'CatchClause') for (const one of boundNames(child(node, 'param'))) names.add(one);
    return undefined;
  });
  return names;
}
