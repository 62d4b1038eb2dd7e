import { type ModuleDeclaration, type Program, parse, type Statement } from 'acorn';

type Node = Statement | ModuleDeclaration;

/** Reads the top level of a file; null when the parser does not know a piece of syntax that the engine may know. */
const read = (source: string): Program | null => {
  try {
    return parse(source, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowImportExportEverywhere: true,
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
    });
  } catch {
    return null;
  }
};

/** Whether a script is one function and nothing else: declared, or as an expression, in brackets or not. */
export const isLoneFunction = (source: string): boolean => {
  const [only, ...rest] = (read(source)?.body ?? []).filter((node) => node.type !== 'EmptyStatement');
  if (only === undefined || rest.length > 0) return false;
  if (only.type === 'FunctionDeclaration') return true;
  return only.type === 'ExpressionStatement' && /^(Arrow)?FunctionExpression$/.test(only.expression.type);
};

/** Where the last statement of a script begins when it is a function, alone or by its name; null otherwise. */
export const completionAt = (source: string): number | null => {
  const last = read(source)?.body.at(-1);
  if (last?.type !== 'ExpressionStatement') return null;
  return /^(Identifier|(Arrow)?FunctionExpression)$/.test(last.expression.type) ? last.start : null;
};

const namesOf = (node: Node): string[] => {
  if (node.type === 'FunctionDeclaration') return [node.id.name];
  if (node.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
};

/** The names that a file declares at its top. */
export const declaredNames = (source: string): string[] =>
  (read(source)?.body ?? []).flatMap((node) => (node.type === 'ClassDeclaration' ? [node.id.name] : namesOf(node)));

/** Whether a text is one expression of JavaScript, as far as the parser knows. */
export const isExpression = (text: string): boolean => {
  try {
    const { body } = parse(`(${text}\n)`, { ecmaVersion: 'latest', allowAwaitOutsideFunction: true });
    return body.length === 1 && body[0]?.type === 'ExpressionStatement';
  } catch {
    return false;
  }
};

interface AnyNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly async?: boolean;
}
const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string';
const childrenOf = (node: AnyNode): AnyNode[] => Object.values(node).flat().filter(isNode);

/** Every function of a file; kept for the file that was asked for last. */
let asked: { readonly source: string; readonly functions: readonly AnyNode[] } = { source: '', functions: [] };
const functionsOf = (source: string): readonly AnyNode[] => {
  if (asked.source !== source) {
    const functions: AnyNode[] = [];
    const program = read(source);
    const left: AnyNode[] = program === null ? [] : [program];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (/^(Arrow)?Function(Expression|Declaration)$/.test(node.type)) functions.push(node);
      left.push(...childrenOf(node));
    }
    asked = { source, functions };
  }
  return asked.functions;
};

/** The innermost function around an offset; null at the top of the file. */
export const functionAt = (source: string, offset: number): { start: number; end: number; async: boolean } | null => {
  let inner: AnyNode | null = null;
  for (const node of functionsOf(source)) {
    const within = node.start <= offset && offset < node.end;
    if (within && (inner === null || node.start > inner.start)) inner = node;
  }
  return inner === null ? null : { start: inner.start, end: inner.end, async: inner.async === true };
};

const exportsEntry = (node: Node): boolean => {
  if (node.type === 'ExportDefaultDeclaration' || node.type === 'ExportAllDeclaration') return true;
  if (node.type !== 'ExportNamedDeclaration') return false;
  const declared = node.declaration == null ? [] : namesOf(node.declaration as Node);
  const named = node.specifiers.map(({ exported }) => ('name' in exported ? exported.name : String(exported.value)));
  return [...declared, ...named].some((name) => name === 'main' || name === 'default');
};

/** Whether a file declares `main` at its top and does not export an entry point, and by which kind of file. */
export const declaresMain = (source: string): 'esm' | 'cjs' | null => {
  const body = read(source)?.body ?? [];
  if (!body.some((node) => namesOf(node).includes('main')) || body.some(exportsEntry)) return null;
  return body.some((node) => /^(Import|Export)/.test(node.type)) ? 'esm' : 'cjs';
};
