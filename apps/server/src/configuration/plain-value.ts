import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { type Substituted, substitute } from './substitute.ts';

export interface PlainOptions {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of every variable that is used. */
  readonly used: (name: string) => void;
  readonly wrong: (node: Node | null, message: string) => void;
  /** Nodes that may still be visited: aliases multiply them. */
  readonly budget: { left: number };
}

/** A text in which variables were put in: it is of the type that its setting has. */
export class FromVariables {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const deepest = 40;

/** What a node says, with the environment's variables put in. Bounded, whatever the file's aliases are. */
export function plainValue(node: Node | null | undefined, options: PlainOptions, depth = 0): unknown {
  const { document, budget, wrong } = options;
  if (--budget.left < 0 || depth > deepest) {
    // Said once, of the setting as a whole: what it leads to may stand anywhere.
    if (budget.left !== Number.NEGATIVE_INFINITY)
      wrong(null, 'is nested too deep, or its aliases make too much of it.');
    budget.left = Number.NEGATIVE_INFINITY;
    return null;
  }
  if (isAlias(node)) return plainValue(node.resolve(document) as Node | undefined, options, depth + 1);
  if (isScalar(node)) {
    if (typeof node.value !== 'string') return node.value;
    const put: Substituted = substitute(node.value, options.environment);
    for (const name of put.used) options.used(name);
    if (put.wrong !== null) wrong(node, put.wrong);
    return put.used.length > 0 ? new FromVariables(put.text) : put.text;
  }
  if (isSeq(node)) return node.items.map((item) => textOf(plainValue(item as Node, options, depth + 1)));
  if (isMap(node)) {
    const made: Record<string, unknown> = Object.create(null);
    for (const { key, value } of node.items)
      made[String(isScalar(key) ? key.value : key)] = textOf(plainValue(value as Node, options, depth + 1));
    return { ...made };
  }
  return null;
}

/** Within lists and records, what comes from variables is text. */
const textOf = (value: unknown): unknown => (value instanceof FromVariables ? value.text : value);
