import type { Finding, Rule } from './finding.ts';
import { child, keyOf, lineOf, type Node, nameOf, walk } from './syntax-tree.ts';

const missing: Readonly<Record<string, string>> = {
  require: 'A task has no modules but its own files: import those with a relative path.',
  process: 'A task has no process and no environment: take what it needs as input, or as a secret.',
  Buffer: 'Buffer is not there: use Uint8Array, TextEncoder, atob and btoa.',
  __dirname: 'A task has no file system.',
  __filename: 'A task has no file system.',
  setImmediate: 'setImmediate is not there: use setTimeout.',
  XMLHttpRequest: 'XMLHttpRequest is not there: use fetch.',
  window: 'A task runs in no browser.',
  document: 'A task runs in no browser.',
  localStorage: 'A task keeps nothing between runs: store results, or send them to an output destination.',
};
const modulesOfNode = new Set([
  'fs',
  'path',
  'os',
  'http',
  'https',
  'child_process',
  'crypto',
  'util',
  'net',
  'stream',
]);

/** What a script for Node or a browser has and a task has not. */
export const unavailableGlobals: Rule = function* ({ program, declared }) {
  const findings: Finding[] = [];
  const said = new Set<string>();
  walk(program, (node, above) => {
    const name = nameOf(node);
    const parent = above.at(-1);
    if (name === null || said.has(name) || declared.has(name) || !parent || !isRead(node, parent)) return undefined;
    const why = Object.hasOwn(missing, name) ? missing[name] : undefined;
    const isModule = modulesOfNode.has(name) && parent.type === 'MemberExpression' && parent.object === node;
    // The global crypto is there; only what belongs to the module of that name is not.
    const isWebCrypto =
      name === 'crypto' && ['subtle', 'randomUUID', 'getRandomValues'].includes(keyOf(parent, 'property') ?? '');
    if (why === undefined && (!isModule || isWebCrypto)) return undefined;
    if (name === 'require' && parent.type !== 'CallExpression') return undefined;
    said.add(name);
    const message = why ?? `${name} is a module of Node, and not there: a task has no modules but its own files.`;
    findings.push({ code: 'unavailable_global', message: `${name} is used. ${message}`, line: lineOf(node) });
    return undefined;
  });
  yield* findings;
};

/** A name that is looked up, and not the name of a member, a label or the like; `typeof x` may ask for anything. */
function isRead(node: Node, parent: Node): boolean {
  if (/^TS|^(Labeled|Break|Continue)|^(Import|Export).*Specifier$|^MetaProperty$/.test(parent.type)) return false;
  if (parent.type === 'UnaryExpression' && parent.operator === 'typeof') return false;
  if (parent.property === node && parent.computed !== true) return false;
  return !(parent.key === node && parent.computed !== true && parent.value !== node && parent.shorthand !== true);
}

/** Code that is made of text cannot be looked at before it runs. */
export const codeOfText: Rule = function* ({ program, declared }) {
  const findings: Finding[] = [];
  walk(program, (node) => {
    const isCall = node.type === 'CallExpression' || node.type === 'NewExpression';
    const callee = isCall ? nameOf(child(node, 'callee')) : null;
    if (callee === null || declared.has(callee)) return undefined;
    if (callee === 'eval' || callee === 'Function')
      findings.push({
        code: 'code_of_text',
        message: `${callee} makes code of text, which nobody can review. Write the code out.`,
        line: lineOf(node),
      });
    return undefined;
  });
  yield* findings;
};
