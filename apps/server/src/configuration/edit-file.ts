import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  stringify,
  type YAMLMap,
} from 'yaml';

/** What is to stand at a place; undefined takes it away. */
export interface Change {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * A YAML text with one setting changed. Every other byte stays, wherever a change of the text itself can do it; else the
 * document is written anew, which keeps comments and order. `text` must be without faults.
 */
export function changeYaml(text: string, change: Change): string {
  const wanted = changedDocument(text, change);
  const spliced = splice(text, change);
  if (spliced !== null) {
    const read = parseDocument(spliced, { merge: false });
    if (read.errors.length === 0 && isDeepStrictEqual(read.toJS(), wanted.toJS())) return spliced;
  }
  return wanted.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The same change by the library: what the text must mean afterwards, and the way that always works. */
function changedDocument(text: string, { path, value }: Change): Document {
  const document = parseDocument(text, { merge: false });
  if (document.contents === null) document.contents = document.createNode({}) as never;
  // A section that is there and empty is null, in which nothing can be set.
  for (let depth = 1; depth < path.length; depth++) {
    const at = path.slice(0, depth);
    if (!isMap(document.getIn(at, true)) && value !== undefined) document.setIn(at, document.createNode({}));
  }
  if (value !== undefined) document.setIn(path, value);
  else if (document.hasIn(path)) {
    document.deleteIn(path);
    const left = document.getIn(path.slice(0, -1), true);
    if (path.length > 1 && isMap(left) && left.items.length === 0) document.setIn(path.slice(0, -1), null);
  }
  return document;
}

/** The text with the change put into its place; null where that takes more than replacing, adding or removing lines. */
function splice(text: string, { path, value }: Change): string | null {
  const document = parseDocument(text, { merge: false });
  let map = document.contents as YAMLMap | null;
  let header: Pair<Scalar> | null = null;
  for (const [depth, key] of path.entries()) {
    if (map !== null && (!isMap(map) || map.flow || map.anchor)) return null;
    const pair = pairOf(map, key);
    const isLast = depth === path.length - 1;
    if (!pair) return value === undefined ? text : add(path.slice(depth), map, header);
    if (isLast) return value === undefined ? remove(pair) : replace(pair);
    header = pair;
    const inner = pair.value as YAMLMap | Scalar | null;
    map = isMap(inner) ? inner : null;
    if (inner !== null && !isMap(inner) && !(isScalar(inner) && inner.value === null)) return null;
  }
  return null;

  function replace({ key, value: node }: Pair<Scalar>): string | null {
    const found = node as Node | null;
    const colon = text.indexOf(':', key.range?.[1]);
    if (!found?.range || hasProperties(found) || colon < 0) return null;
    const [start, end] = found.range;
    const head = `${text.slice(0, colon + 1)} ${inline(value)}`;
    if (start <= colon + 1) return head + text.slice(colon + 1);
    // What begins below its key, such as a list, goes beside it; comments on the way stay.
    if (start >= endOfLine(colon))
      return head + text.slice(colon + 1, startOfLine(start)) + text.slice(endOfLines(found));
    return `${text.slice(0, start)}${inline(value)}${text[end - 1] === '\n' ? '\n' : ''}${text.slice(end)}`;
  }

  function remove({ key, value: node }: Pair<Scalar>): string | null {
    if (!key.range) return null;
    const first = startOfLine(key.range[0]);
    if (text.slice(first, key.range[0]).trim() !== '') return null;
    const found = node as Node | null;
    return text.slice(0, first) + text.slice(found?.range ? endOfLines(found) : endOfLine(key.range[1]));
  }

  /** Where the line after a value's last one begins. */
  function endOfLines(node: Node): number {
    const end = lastOffset(node);
    return text[end - 1] === '\n' ? end : endOfLine(end);
  }

  /** Puts lines right below the section's own, so that comments above its first setting stay with that. */
  function add(rest: readonly string[], section: YAMLMap | null, above: Pair<Scalar> | null): string | null {
    const firstKey = (section?.items[0]?.key as Scalar | undefined)?.range?.[0];
    if (above === null) {
      const indent = firstKey === undefined ? 0 : firstKey - startOfLine(firstKey);
      const gap = text === '' || text.endsWith('\n') ? '' : '\n';
      // A document that was ended takes nothing more below.
      if (/^(\.\.\.|---)/m.test(text)) return null;
      return `${text}${gap}${block(rest, indent)}`;
    }
    const [, keyEnd = 0] = above.key.range ?? [];
    const keyStart = above.key.range?.[0] ?? 0;
    const at = endOfLine(keyEnd);
    if (!/^\s*:[ \t]*(#.*)?\r?\n?$/.test(text.slice(keyEnd, at))) return null;
    const indent = firstKey === undefined ? keyStart - startOfLine(keyStart) + 2 : firstKey - startOfLine(firstKey);
    const gap = text[at - 1] === '\n' ? '' : '\n';
    return `${text.slice(0, at)}${gap}${block(rest, indent)}${text.slice(at)}`;
  }

  function block(rest: readonly string[], indent: number): string {
    return rest
      .map((key, i) => `${' '.repeat(indent + 2 * i)}${key}:${i === rest.length - 1 ? ` ${inline(value)}` : ''}\n`)
      .join('');
  }

  function startOfLine(offset: number): number {
    return text.lastIndexOf('\n', offset - 1) + 1;
  }
  function endOfLine(offset: number): number {
    const at = text.indexOf('\n', offset);
    return at < 0 ? text.length : at + 1;
  }
}

const pairOf = (map: YAMLMap | null, key: string): Pair<Scalar> | undefined =>
  map?.items.find((item) => isScalar(item.key) && item.key.value === key) as Pair<Scalar> | undefined;

/** Where what a value says ends, without the comments below it. */
function lastOffset(node: Node): number {
  const [, end = 0] = node.range ?? [];
  if (!isCollection(node) || node.flow) return end;
  const last = node.items.at(-1) as Node | Pair<Node, Node | null> | undefined;
  if (last === undefined) return end;
  return isPair(last) ? lastOffset((last.value as Node | null) ?? (last.key as Node)) : lastOffset(last);
}

const hasProperties = (node: Node): boolean => Boolean((node as Scalar).anchor || node.tag);

/** A value on one line. */
const inline = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim()
    : typeof value === 'string' && /[\n\r\t]/.test(value)
      ? JSON.stringify(value)
      : stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trim();
