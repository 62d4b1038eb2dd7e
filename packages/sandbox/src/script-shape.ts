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

const namesOf = (node: Node): string[] => {
  if (node.type === 'FunctionDeclaration') return [node.id.name];
  if (node.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
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
