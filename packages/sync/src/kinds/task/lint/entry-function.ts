import { boundNames, child, children, isFunction, keyOf, type Node, nameOf } from './syntax-tree.ts';

/** The function that a task is called by, as far as its code shows it. */
export interface EntryFunction {
  readonly node: Node;
  readonly isAsync: boolean;
  /** Of a module, or async: it has the standard fetch. */
  readonly hasStandardFetch: boolean;
}

/** Finds the function that is called: the default export or `main`, a global `main`, the last value, `module.exports`. */
export function entryFunction(program: Node): EntryFunction | null {
  const body = children(program, 'body');
  const isModule = body.some(({ type }) => /^(Import|Export)/.test(type));
  const top = new Map<string, Node>();
  for (const statement of body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? child(statement, 'declaration') : statement;
    if (declaration?.type === 'FunctionDeclaration') top.set(nameOf(child(declaration, 'id')) ?? '', declaration);
    if (declaration?.type === 'VariableDeclaration')
      for (const one of children(declaration, 'declarations')) {
        const [name] = boundNames(child(one, 'id'));
        const value = bare(child(one, 'init'));
        if (name && value) top.set(name, value);
      }
  }
  const resolved = (node: Node | null): Node | null => {
    const value = bare(node);
    if (isFunction(value)) return value;
    const name = nameOf(value);
    const named = name === null ? null : (top.get(name) ?? null);
    return isFunction(named) ? named : null;
  };
  const found =
    fromDefault(body, resolved) ??
    fromModuleExports(body, resolved) ??
    resolved(top.get('main') ?? null) ??
    fromLastValue(body, resolved);
  if (!found) return null;
  const isAsync = found.async === true;
  return { node: found, isAsync, hasStandardFetch: isAsync || isModule };
}

type Resolve = (node: Node | null) => Node | null;

function fromDefault(body: readonly Node[], resolved: Resolve): Node | null {
  const exported = child(
    body.find(({ type }) => type === 'ExportDefaultDeclaration'),
    'declaration',
  );
  return resolved(exported) ?? mainOf(exported, resolved);
}

/** `main` of an object that is written out. */
function mainOf(node: Node | null, resolved: Resolve): Node | null {
  const object = bare(node);
  if (object?.type !== 'ObjectExpression') return null;
  for (const member of children(object, 'properties')) {
    if (member.type === 'SpreadElement' || keyOf(member, 'key') !== 'main') continue;
    return isFunction(member) ? member : resolved(child(member, 'value'));
  }
  return null;
}

/** `module.exports = …`, `module.exports.main = …`, `exports.main = …`. */
function fromModuleExports(body: readonly Node[], resolved: Resolve): Node | null {
  for (const statement of body) {
    const assignment = child(statement, 'expression');
    if (statement.type !== 'ExpressionStatement' || assignment?.type !== 'AssignmentExpression') continue;
    const target = pathOf(child(assignment, 'left'));
    const value = child(assignment, 'right');
    if (target === 'module.exports') return resolved(value) ?? mainOf(value, resolved);
    if (target === 'module.exports.main' || target === 'exports.main') return resolved(value);
  }
  return null;
}

function fromLastValue(body: readonly Node[], resolved: Resolve): Node | null {
  const last = body.at(-1);
  if (last?.type === 'FunctionDeclaration' && body.length === 1) return last;
  return last?.type === 'ExpressionStatement' ? resolved(child(last, 'expression')) : null;
}

/** `a.b.c` as text; empty: it is something else. */
export function pathOf(node: Node | null): string {
  const name = nameOf(node);
  if (name !== null || node?.type !== 'MemberExpression') return name ?? '';
  const [object, property] = [pathOf(child(node, 'object')), keyOf(node, 'property')];
  return object && property !== null ? `${object}.${property}` : '';
}

/** Without what TypeScript and brackets put around an expression. */
function bare(node: Node | null): Node | null {
  let inner = node;
  while (inner && /^(TS(As|Satisfies|NonNull)Expression|ParenthesizedExpression|TSTypeAssertion)$/.test(inner.type))
    inner = child(inner, 'expression');
  return inner;
}
