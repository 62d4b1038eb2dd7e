import type { Finding, Rule } from './finding.ts';
import { fetchCalls } from './network.ts';
import { child, children, isFunction, keyOf, lineOf, type Node, nameOf, walk } from './syntax-tree.ts';

const ofResponse = new Set([
  'json',
  'text',
  'arrayBuffer',
  'blob',
  'bytes',
  'ok',
  'status',
  'headers',
  'body',
  'statusText',
]);
const readers = new Set(['json', 'text', 'arrayBuffer', 'blob', 'bytes']);

/** The kind of fetch that a task does not have is used: a promise where the answer comes at once, or the other way round. */
export const kindOfFetch: Rule = function* ({ program, declared, entry }) {
  if (!entry) return;
  for (const { node, above } of fetchCalls(program, declared)) {
    const used = membersOf(node, above);
    if (entry.hasStandardFetch) {
      const member = isAwaited(above) ? undefined : used.find((name) => ofResponse.has(name));
      if (member !== undefined)
        yield {
          code: 'fetch_not_awaited',
          message: `fetch answers a promise here, and .${member} is read of the promise: write await fetch(…).`,
          line: lineOf(node),
        };
      continue;
    }
    if (used.some((name) => name === 'then' || name === 'catch' || readers.has(name)))
      yield {
        code: 'fetch_blocks',
        message:
          'This task is not async, so fetch answers { ok, status, headers, body } at once, body parsed, and throws on an error status. Make the function async for the standard fetch, or read .body.',
        line: lineOf(node),
      };
  }
};

const isAwaited = (above: readonly Node[]): boolean => above.at(-1)?.type === 'AwaitExpression';

/** Members that are read of a call's answer, at once or of the name it is bound to. */
function membersOf(call: Node, above: readonly Node[]): string[] {
  const parent = above.at(-1);
  if (parent?.type === 'MemberExpression' && parent.object === call) return [keyOf(parent, 'property') ?? ''];
  const name = parent?.type === 'VariableDeclarator' ? nameOf(child(parent, 'id')) : null;
  const scope = above.findLast((node) => isFunction(node)) ?? above[0];
  if (name === null || !scope) return [];
  const found: string[] = [];
  walk(scope, (node) => {
    if (node.type === 'MemberExpression' && nameOf(child(node, 'object')) === name)
      found.push(keyOf(node, 'property') ?? '');
    // Another variable of the name, or a value it is given later: nothing can be said.
    if (node.type === 'AssignmentExpression' && nameOf(child(node, 'left')) === name) found.length = 0;
    return undefined;
  });
  return found;
}

/** A promise that nobody waits for: the run ends before it does, and its error is lost. */
export const floatingPromises: Rule = function* ({ program, declared, entry }) {
  const asynchronous = asyncNames(program);
  const findings: Finding[] = [];
  walk(program, (node) => {
    if (node.type !== 'ExpressionStatement') return undefined;
    const call = child(node, 'expression');
    const callee = call?.type === 'CallExpression' ? nameOf(child(call, 'callee')) : null;
    if (callee === null) return undefined;
    const isFetch = callee === 'fetch' && !declared.has('fetch') && entry?.hasStandardFetch === true;
    if (isFetch || asynchronous.has(callee))
      findings.push({
        code: 'floating_promise',
        message: `Nobody waits for ${callee}(…): the task may end before it does, and its error is lost. Write await.`,
        line: lineOf(node),
      });
    return undefined;
  });
  yield* findings;
};

/** Names that are bound to async functions, and to nothing else. */
function asyncNames(program: Node): ReadonlySet<string> {
  const kinds = new Map<string, boolean>();
  const note = (name: string | null, value: Node | null) => {
    if (name === null) return;
    const isAsync = isFunction(value) && value?.async === true;
    kinds.set(name, isAsync && kinds.get(name) !== false);
  };
  walk(program, (node) => {
    if (node.type === 'FunctionDeclaration') note(nameOf(child(node, 'id')), node);
    if (node.type === 'VariableDeclarator') note(nameOf(child(node, 'id')), child(node, 'init'));
    if (isFunction(node)) for (const parameter of children(node, 'params')) note(nameOf(parameter), null);
    return undefined;
  });
  return new Set([...kinds].flatMap(([name, isAsync]) => (isAsync ? [name] : [])));
}
