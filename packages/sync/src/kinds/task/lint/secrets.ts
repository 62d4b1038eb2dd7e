import type { Finding, Rule } from './finding.ts';
import { boundNames, child, children, isFunction, keyOf, lineOf, type Node, nameOf, walk } from './syntax-tree.ts';

/** Secrets that the code reads and that the metadata does not name, or that the task is not granted. */
export const secretsInCode: Rule = function* ({ program, metadata, granted, entry }) {
  const named = secretsNamed(metadata);
  const said = new Set<string>();
  for (const { name, line } of secretsRead(program, entry?.node ?? null)) {
    if (said.has(name)) continue;
    said.add(name);
    if (granted !== null && !granted.has(name))
      yield {
        code: 'secret_not_granted',
        message: `context.secrets.${name} is read, and the task is not granted it: ratchet secret grant ${name} <task>.`,
        line,
      };
    if (!named.includes(name))
      yield {
        code: 'secret_not_declared',
        message: `context.secrets.${name} is read, and "secrets" of the metadata does not name it: name it there, so that a run without it says so.`,
        line,
      };
  }
};

/** The secrets that metadata says a task needs. */
export const secretsNamed = ({ secrets }: Readonly<Record<string, unknown>>): string[] =>
  Array.isArray(secrets) ? secrets.filter((name) => typeof name === 'string') : [];

/** `context.secrets.X`, `const { X } = context.secrets`, `({ secrets: { X } })` as the second parameter. */
function secretsRead(program: Node, entry: Node | null): { name: string; line: number | undefined }[] {
  const contexts = new Set(['context', 'ctx']);
  const holders = new Set<string>();
  const found: { name: string; line: number | undefined }[] = [];
  const members = (pattern: Node | null) => {
    if (pattern?.type !== 'ObjectPattern') {
      for (const name of boundNames(pattern)) holders.add(name);
      return;
    }
    for (const one of children(pattern, 'properties')) {
      const name = one.type === 'RestElement' ? null : keyOf(one, 'key');
      if (name !== null) found.push({ name, line: lineOf(one) });
    }
  };
  const second = entry && isFunction(entry) ? (children(entry, 'params')[1] ?? null) : null;
  const name = nameOf(second);
  if (name !== null) contexts.add(name);
  const ofContext = (pattern: Node | null) => {
    for (const one of children(pattern, 'properties'))
      if (one.type !== 'RestElement' && keyOf(one, 'key') === 'secrets') members(child(one, 'value'));
  };
  ofContext(second);
  const isSecrets = (node: Node | null): boolean =>
    (node?.type === 'MemberExpression' &&
      keyOf(node, 'property') === 'secrets' &&
      contexts.has(nameOf(child(node, 'object')) ?? '')) ||
    holders.has(nameOf(node) ?? '');
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator') {
      const value = child(node, 'init');
      if (isSecrets(value)) members(child(node, 'id'));
      else if (contexts.has(nameOf(value) ?? '')) ofContext(child(node, 'id'));
    }
    if (/^(Optional)?MemberExpression$/.test(node.type) && isSecrets(child(node, 'object'))) {
      const read = keyOf(node, 'property');
      if (read !== null) found.push({ name: read, line: lineOf(node) });
    }
    return undefined;
  });
  return found;
}

/** What the metadata names and nobody granted. */
export function* secretsOfMetadata(
  metadata: Readonly<Record<string, unknown>>,
  granted: ReadonlySet<string> | null,
): Iterable<Finding> {
  const { secrets } = metadata;
  if (secrets !== undefined && !(Array.isArray(secrets) && secrets.every((name) => typeof name === 'string')))
    yield { code: 'bad_secrets', message: '"secrets" is a list of the names of secrets.' };
  for (const name of granted === null ? [] : secretsNamed(metadata))
    if (!granted?.has(name))
      yield {
        code: 'secret_not_granted',
        message: `The task needs ${name} and is not granted it, so it will not run: ratchet secret grant ${name} <task>.`,
      };
}
