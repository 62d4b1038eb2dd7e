import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode, visit } from 'jsonc-parser';
import { maxDepth, settleJson } from './json-value.ts';
import type { Fault, Reading } from './reading.ts';
import { lineAt } from './text.ts';

/** Reads strict JSON: no comments, no trailing commas. */
export function readJson(text: string): Reading | Fault {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return faultOf(text);
    throw error;
  }
  const settled = settleJson(parsed);
  if (!settled) return { fault: `It is nested deeper than ${maxDepth} levels.`, line: 1 };
  let tree: Node | undefined;
  return {
    ...settled,
    duplicates: mayRepeatKeys(text, parsed) ? repeatedKeys(text) : [],
    lineOf: (path) => {
      tree ??= parseTree(text);
      return tree ? lineOfNode(text, tree, path) : 1;
    },
  };
}

function lineOfNode(text: string, tree: Node, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return lineAt(text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }
  return lineAt(text, tree.offset);
}

function faultOf(text: string): Fault {
  if (text.trim() === '') return { fault: 'The file is empty.', line: 1 };
  const errors: ParseError[] = [];
  try {
    parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (error instanceof RangeError) return { fault: `It is nested deeper than ${maxDepth} levels.`, line: 1 };
    throw error;
  }
  const first = errors[0];
  if (!first) return { fault: 'It is not valid JSON.', line: 1 };
  const words = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return { fault: `It is not valid JSON: ${words}.`, line: lineAt(text, first.offset) };
}

/** In valid JSON a string before a colon is a key, so a surplus of those over the members read is a repeated key. */
function mayRepeatKeys(text: string, parsed: unknown): boolean {
  let written = 0;
  for (const match of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/g)) if (match[1]) written++;
  return written !== countMembers(parsed);
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members = Object.values(value);
  return members.reduce((sum: number, member) => sum + countMembers(member), Array.isArray(value) ? 0 : members.length);
}

function repeatedKeys(text: string): { key: string; line: number }[] {
  const found: { key: string; line: number }[] = [];
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (key, offset) => {
      const keys = open.at(-1);
      if (keys?.has(key)) found.push({ key, line: lineAt(text, offset) });
      keys?.add(key);
    },
  });
  return found;
}
