import {
  Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isRecord, type JsonRecord, sameJson, withChanges } from './json-value.ts';
import { readYaml, yamlOptions } from './read-yaml.ts';
import { isFault } from './reading.ts';
import { lineEnding, type Splice, splice } from './text.ts';

/**
 * Sets members of a YAML mapping or, with null, takes them out, touching only what differs; comments, quotes and the order
 * of keys stay, new keys go last. Text whose ranges cannot be edited so (anchors in use, keys over several lines) is set
 * anew by the YAML library, which keeps comments. null: the text cannot come to mean that.
 */
export function reviseYaml(text: string, changes: ReadonlyMap<string, unknown>): string | null {
  const current = membersOf(text);
  if (!current) return null;
  const wanted = withChanges(current, changes);
  if (sameJson(current, wanted)) return text;
  const inPlace = reviseRanges(text, current, wanted);
  if (sameJson(membersOf(inPlace), wanted)) return inPlace;
  const anew = setAnew(text, current, wanted);
  return sameJson(membersOf(anew), wanted) ? anew : null;
}

/** The mapping as it is written, aliases resolved; null where the text is none. */
function membersOf(text: string): JsonRecord | null {
  if (isFault(readYaml(text))) return null;
  const value: unknown = parseDocument(text, yamlOptions).toJS() ?? {};
  return isRecord(value) ? value : null;
}

function reviseRanges(text: string, current: JsonRecord, wanted: JsonRecord): string {
  const { contents } = parseDocument(text, yamlOptions);
  const style = {
    text,
    ending: lineEnding(text),
    unit: /(?:^|\n)[^\s#-][^\n]*:[ \t]*\r?\n( +)[^\s-]/.exec(text)?.[1] ?? '  ',
  };
  if (isMap(contents) && !contents.flow) return splice(text, [...reviseMap(style, contents, current, wanted)]);
  const gap = text === '' || text.endsWith('\n') ? '' : style.ending;
  const lines = Object.entries(wanted).map(([key, value]) => `${entryText(style, key, value, '')}${style.ending}`);
  return contents === null ? text + gap + lines.join('') : text;
}

interface Style {
  readonly text: string;
  readonly ending: string;
  readonly unit: string;
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '');

/** `current` is what `map` means now. Of repeated keys the last one counts. */
function* reviseMap(style: Style, map: YAMLMap, current: JsonRecord, wanted: JsonRecord): Generator<Splice> {
  const indent = ' '.repeat(columnOf(style.text, startOf(map.items[0]?.key)));
  const counting = new Map(map.items.map((pair) => [keyOf(pair), pair]));
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (!Object.hasOwn(wanted, key)) yield removal(style.text, pair);
    else if (counting.get(key) === pair) yield* reviseValue(style, pair, current[key], wanted[key], indent);
  }
  const added = Object.keys(wanted).filter((key) => !counting.has(key));
  const last = map.items.at(-1);
  if (added.length === 0 || !last) return;
  const lines = added.map((key) => indent + entryText(style, key, wanted[key], indent));
  yield appended(style, endOf(last), lines);
}

function* reviseValue(style: Style, pair: Pair, current: unknown, wanted: unknown, indent: string): Generator<Splice> {
  if (sameJson(current, wanted)) return;
  const { value } = pair;
  if (isMap(value) && !value.flow && isRecord(current) && isRecord(wanted) && shareKeys(current, wanted))
    yield* reviseMap(style, value, current, wanted);
  else if (isSeq(value) && !value.flow && Array.isArray(current) && Array.isArray(wanted) && wanted.length > 0)
    yield* reviseSeq(style, value, current, wanted);
  else yield replacement(style, pair, wanted, indent);
}

/** Whether both have a key in common, so that one is made of the other key by key. */
const shareKeys = (current: JsonRecord, wanted: JsonRecord): boolean =>
  Object.keys(wanted).some((key) => Object.hasOwn(current, key));

/** Items that stay are left, others are revised in pairs, and the rest is added or goes. */
function* reviseSeq(
  style: Style,
  seq: YAMLSeq,
  current: readonly unknown[],
  wanted: readonly unknown[],
): Generator<Splice> {
  const { text } = style;
  const items = seq.items as Node[];
  const dash = (item: Node) => text.lastIndexOf('-', startOf(item) - 1);
  for (const [i, item] of items.entries()) {
    if (i >= wanted.length) yield wholeLines(text, dash(item), endOfNode(item));
    else if (!sameJson(current[i], wanted[i])) yield* reviseItem(style, item, current[i], wanted[i]);
  }
  const [first] = items;
  const last = items.at(-1);
  if (items.length >= wanted.length || !first || !last) return;
  const indent = ' '.repeat(columnOf(text, dash(first)));
  const added = wanted.slice(items.length).map((value) => `${indent}- ${itemText(style, value, indent)}`);
  yield appended(style, endOfNode(last), added);
}

function* reviseItem(style: Style, item: Node, current: unknown, wanted: unknown): Generator<Splice> {
  if (isMap(item) && !item.flow && isRecord(current) && isRecord(wanted) && shareKeys(current, wanted))
    yield* reviseMap(style, item, current, wanted);
  else {
    const indent = ' '.repeat(Math.max(0, columnOf(style.text, startOf(item)) - 2));
    const to = endOfNode(item);
    yield { from: startOf(item), to, text: itemText(style, wanted, indent, item) + closing(style, to) };
  }
}

/** New text for a value: only the scalar itself where one takes the place of another on its line, else all after the colon. */
function replacement(style: Style, pair: Pair, wanted: unknown, indent: string): Splice {
  const node = pair.value as Node | null;
  const text = valueText(style, wanted, indent, node);
  const colon = style.text.indexOf(':', endOfNode(pair.key as Node)) + 1;
  const [from, to] = node?.range ?? [colon, colon];
  if (from === to) return { from: colon, to: colon, text };
  const isOneLine = !style.text.slice(colon, to).includes('\n') && !text.includes('\n');
  const end = endOfNode(node);
  return isOneLine
    ? { from, to: end, text: text.trimStart() }
    : { from: colon, to: end, text: text + closing(style, end) };
}

/** A block scalar's range holds the line break that ends it. */
const closing = ({ text, ending }: Style, end: number): string => (text[end - 1] === '\n' ? ending : '');

/** A value as it stands after `key:`, further lines below `indent`. A string keeps the quotes of the one it replaces. */
function valueText(style: Style, value: unknown, indent: string, old?: Node | null): string {
  const document = new Document({ k: value }, { aliasDuplicateObjects: false });
  const made = document.get('k', true);
  if (isScalar(made) && typeof value === 'string' && isScalar(old) && typeof old.value === 'string' && isQuoted(old))
    made.type = old.type;
  const isFlow = (isSeq(made) && isSeq(old) && old.flow) || (isMap(made) && isMap(old) && old.flow);
  if (isFlow) made.flow = true;
  const flowCollectionPadding = isFlow && style.text[startOf(old) + 1] === ' ';
  const text = document.toString({ indent: style.unit.length, lineWidth: 0, flowCollectionPadding });
  const [first = '', ...rest] = text.slice(2).replace(/\n$/, '').split('\n');
  return [first, ...rest.map((line) => (line === '' ? '' : indent + line))].join(style.ending);
}

const isQuoted = (node: Scalar): boolean => node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;

const keyText = (key: string): string => new Document(key).toString({ lineWidth: 0 }).trimEnd();

const entryText = (style: Style, key: string, value: unknown, indent: string): string =>
  `${keyText(key)}:${valueText(style, value, indent)}`;

/** A value as it stands after `- `. */
function itemText(style: Style, value: unknown, indent: string, old?: Node): string {
  const inner = `${indent}  `;
  if (isRecord(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .map(([key, member]) => entryText(style, key, member, inner))
      .join(style.ending + inner);
  return valueText(style, value, indent, old).trimStart();
}

const startOf = (node: unknown): number => (node as Node | null | undefined)?.range?.[0] ?? 0;

/** Where a node's own text ends, without comments and blank lines that follow it. */
function endOfNode(node: Node | null): number {
  if (isMap(node) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1) as Pair);
  if (isSeq(node) && !node.flow && node.items.length > 0) return endOfNode(node.items.at(-1) as Node);
  return node?.range?.[1] ?? 0;
}

const endOf = (pair: Pair): number => {
  const value = pair.value as Node | null;
  return value?.range ? Math.max(endOfNode(value), endOfNode(pair.key as Node) + 1) : endOfNode(pair.key as Node) + 1;
};

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** The offset after the line that `offset` is in, or where a block that ends with its line break ends. */
function lineEndAfter(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function appended({ text, ending }: Style, after: number, lines: readonly string[]): Splice {
  const at = lineEndAfter(text, after);
  const atEnd = text[at - 1] !== '\n';
  return { from: at, to: at, text: atEnd ? ending + lines.join(ending) : lines.join(ending) + ending };
}

function wholeLines(text: string, from: number, to: number): Splice {
  const start = lineStart(text, from);
  const ownLine = text.slice(start, from).trim() === '';
  return { from: ownLine ? start : from, to: lineEndAfter(text, to), text: '' };
}

const removal = (text: string, pair: Pair): Splice => wholeLines(text, startOf(pair.key), endOf(pair));

function setAnew(text: string, current: JsonRecord, wanted: JsonRecord): string {
  const document = parseDocument(text, yamlOptions);
  // An alias whose anchor changes would change with it.
  visit(document, { Alias: (_, alias) => document.createNode(alias.toJS(document)) });
  for (const key of Object.keys(current)) if (!Object.hasOwn(wanted, key)) document.delete(key);
  for (const [key, value] of Object.entries(wanted)) if (!sameJson(current[key], value)) document.set(key, value);
  return document.toString({ lineWidth: 0 }).replaceAll('\n', lineEnding(text));
}
