import type { Finding, Rule } from './finding.ts';
import { boundNames, child, children, keyOf, lineOf, type Node, nameOf, walk } from './syntax-tree.ts';

interface Reads {
  readonly members: ReadonlyMap<string, number | undefined>;
  /** The input is used as a whole somewhere, so that any member may be read. */
  readonly whole: boolean;
}

/** Members of the input that the schema has and the code never reads, and the other way round. */
export const inputMembers: Rule = function* ({ inputSchema, entry }) {
  if (!entry || inputSchema === null || typeof inputSchema !== 'object') return;
  const schema = inputSchema as Record<string, unknown>;
  if (schema.properties === null || typeof schema.properties !== 'object') return;
  const known = Object.keys(schema.properties);
  const reads = readsOf(entry.node);
  const findings: Finding[] = [];
  if (!reads.whole)
    for (const name of known)
      if (!reads.members.has(name))
        findings.push({
          code: 'unused_input',
          message: `The input schema has ${JSON.stringify(name)}, which the code never reads.`,
          line: lineOf(entry.node),
        });
  const closed = schema.additionalProperties === false && !composes(schema);
  for (const [name, line] of closed ? reads.members : [])
    if (!known.includes(name))
      findings.push({
        code: 'unknown_input',
        message: `The code reads ${JSON.stringify(name)} of the input, which the input schema does not allow.`,
        line,
      });
  yield* findings;
};

const composes = (schema: Record<string, unknown>): boolean =>
  ['allOf', 'anyOf', 'oneOf', '$ref', 'patternProperties', 'if'].some((key) => schema[key] !== undefined);

function readsOf(entry: Node): Reads {
  const members = new Map<string, number | undefined>();
  const names = new Set<string>();
  let whole = false;
  const take = (pattern: Node | null) => {
    const inner = pattern?.type === 'AssignmentPattern' ? child(pattern, 'left') : pattern;
    if (inner?.type !== 'ObjectPattern') {
      for (const name of boundNames(inner)) names.add(name);
      return;
    }
    for (const one of children(inner, 'properties')) {
      const name = one.type === 'RestElement' ? null : keyOf(one, 'key');
      if (name === null) whole = true;
      else members.set(name, lineOf(one));
    }
  };
  const [parameter] = children(entry, 'params');
  take(parameter ?? null);
  if (usesArguments(entry)) whole = true;
  const body = child(entry, 'body');
  if (!body || names.size === 0) return { members, whole };
  walk(body, (node, above) => {
    const name = nameOf(node);
    const parent = above.at(-1);
    if (name === null || !names.has(name) || !parent) return undefined;
    if (parent.property === node && parent.computed !== true) return undefined;
    if (parent.key === node && parent.computed !== true && parent.shorthand !== true) return undefined;
    if (/^(Optional)?MemberExpression$/.test(parent.type) && parent.object === node) {
      const member = keyOf(parent, 'property');
      if (member === null) whole = true;
      else members.set(member, members.get(member) ?? lineOf(parent));
    } else if (parent.type === 'VariableDeclarator' && parent.init === node) {
      const pattern = child(parent, 'id');
      if (pattern?.type === 'ObjectPattern') take(pattern);
      else whole = true;
    } else if (!(parent.type === 'LogicalExpression' && parent.operator === '&&' && parent.left === node)) whole = true;
    return undefined;
  });
  return { members, whole };
}

function usesArguments(entry: Node): boolean {
  let used = false;
  walk(entry, (node) => {
    if (nameOf(node) === 'arguments') used = true;
    return !used;
  });
  return used;
}
