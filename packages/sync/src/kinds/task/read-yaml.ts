import { type Document, isCollection, isMap, isNode, isScalar, type Node, parseDocument, visit } from 'yaml';
import { maxDepth, settleJson } from './json-value.ts';
import type { Fault, Reading } from './reading.ts';
import { lineAt } from './text.ts';

export const yamlOptions = { uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;

/** Reads one YAML 1.2 document. An empty one is an empty mapping. */
export function readYaml(text: string): Reading | Fault {
  const tooDeep = { fault: `It is nested deeper than ${maxDepth} levels, or within itself.`, line: 1 };
  let document: Document.Parsed;
  let parsed: unknown;
  try {
    document = parseDocument(text, yamlOptions);
    const error = document.errors[0];
    if (error) return { fault: `It is not valid YAML: ${firstLine(error.message)}`, line: lineAt(text, error.pos[0]) };
    parsed = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof RangeError) return tooDeep;
    if (error instanceof ReferenceError)
      return { fault: `Its aliases do not resolve: ${firstLine(error.message)}`, line: 1 };
    throw error;
  }
  const settled = settleJson(parsed);
  if (!settled) return tooDeep;
  return {
    value: settled.value ?? {},
    replaced: settled.replaced,
    duplicates: repeatedKeys(text, document),
    lineOf: (path) => lineAt(text, offsetOf(document.contents, path)),
  };
}

const firstLine = (message: string): string => {
  const line = message.split('\n', 1)[0] ?? '';
  return line.endsWith('.') ? line : `${line}.`;
};

function offsetOf(root: Node | null, path: readonly (string | number)[]): number {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const step of path) {
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : null;
    const next = pair ? pair.key : node.get(step, true);
    if (!isNode(next)) break;
    offset = next.range?.[0] ?? offset;
    node = pair ? pair.value : next;
  }
  return offset;
}

function repeatedKeys(text: string, document: Document.Parsed): { key: string; line: number }[] {
  const found: { key: string; line: number }[] = [];
  visit(document, {
    Map: (_, map) => {
      const keys = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (keys.has(name)) found.push({ key: name, line: lineAt(text, key.range?.[0] ?? 0) });
        keys.add(name);
      }
    },
  });
  return found;
}
