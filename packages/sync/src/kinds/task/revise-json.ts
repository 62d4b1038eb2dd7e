import { type Node, parseTree } from 'jsonc-parser';
import { isRecord, sameJson, withChanges } from './json-value.ts';
import { lineEnding, type Splice, splice } from './text.ts';

/**
 * Changes JSON text so that it means `wanted`, touching only what differs: untouched members keep their bytes and their
 * order, new ones go last and are set as their neighbours are.
 * @throws Error when the text is not valid JSON.
 */
export function reviseJson(text: string, wanted: unknown): string {
  const tree = parseTree(text);
  if (!tree) throw new Error('Only valid JSON can be revised.');
  return splice(text, [...reviseNode({ text, unit: indentUnit(text), ending: lineEnding(text) }, tree, wanted)]);
}

/** Sets members of a JSON object or, with null, takes them out. @throws Error when the text is not a valid JSON object. */
export function reviseJsonMembers(text: string, changes: ReadonlyMap<string, unknown>): string {
  const current: unknown = JSON.parse(text);
  if (!isRecord(current)) throw new Error('Only a JSON object has members.');
  return reviseJson(text, withChanges(current, changes));
}

/** JSON as we set it where nothing stands yet: two spaces, a final line feed. */
export const newJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

interface Style {
  readonly text: string;
  readonly unit: string;
  readonly ending: string;
}

/** What one level is indented by: the white space before the first member that stands on a line of its own. */
const indentUnit = (text: string): string => /[[{][ \t]*\r?\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';

function* reviseNode(style: Style, node: Node, wanted: unknown): Generator<Splice> {
  if (sameJson(meaningOf(node), wanted)) return;
  if (node.type === 'object' && isRecord(wanted)) yield* reviseObject(style, node, wanted);
  else if (node.type === 'array' && Array.isArray(wanted)) yield* reviseArray(style, node, wanted);
  else
    yield {
      ...rangeOf(node),
      text: render(style, wanted, lineIndent(style.text, node.offset), spansLines(style, node.parent)),
    };
}

const rangeOf = (node: Node) => ({ from: node.offset, to: node.offset + node.length });

/** A node's value; of repeated keys the last one counts. */
function meaningOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(meaningOf);
  if (node.type === 'object')
    return Object.fromEntries([...membersOf(node)].map(([key, member]) => [key, meaningOf(member.value)]));
  return node.value;
}

interface Member {
  readonly property: Node;
  readonly value: Node;
}

function membersOf(object: Node): Map<string, Member> {
  const members = new Map<string, Member>();
  for (const property of object.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key && value) members.set(String(key.value), { property, value });
  }
  return members;
}

function* reviseObject(style: Style, object: Node, wanted: Record<string, unknown>): Generator<Splice> {
  const members = membersOf(object);
  const properties = object.children ?? [];
  const kept = properties.filter((property) => Object.hasOwn(wanted, String(property.children?.[0]?.value)));
  const added = Object.keys(wanted).filter((key) => !members.has(key));
  for (const [key, { value }] of members) if (Object.hasOwn(wanted, key)) yield* reviseNode(style, value, wanted[key]);
  yield* rearrange(
    style,
    object,
    kept,
    added.map((key) => ({ key, value: wanted[key] })),
  );
}

/** Items of both ends that are equal stay; those between are revised in pairs. */
function* reviseArray(style: Style, array: Node, wanted: readonly unknown[]): Generator<Splice> {
  const items = array.children ?? [];
  const same = (node: Node | undefined, value: unknown) => node !== undefined && sameJson(meaningOf(node), value);
  const shorter = Math.min(items.length, wanted.length);
  let start = 0;
  while (start < shorter && same(items[start], wanted[start])) start++;
  let end = 0;
  while (end < shorter - start && same(items[items.length - 1 - end], wanted[wanted.length - 1 - end])) end++;
  const paired = shorter - start - end;
  for (const [i, item] of items.slice(start, start + paired).entries())
    yield* reviseNode(style, item, wanted[start + i]);
  const kept = [...items.slice(0, start + paired), ...items.slice(items.length - end)];
  const added = wanted.slice(start + paired, wanted.length - end).map((value) => ({ value }));
  yield* rearrange(style, array, kept, added, start + paired);
}

interface Addition {
  readonly key?: string;
  readonly value: unknown;
}

/** Takes out the children that are not kept and puts new ones after the first `position` of the kept ones. */
function* rearrange(
  style: Style,
  container: Node,
  kept: readonly Node[],
  added: readonly Addition[],
  position = kept.length,
): Generator<Splice> {
  const children = container.children ?? [];
  const inner = { from: container.offset + 1, to: container.offset + container.length - 1 };
  const { open, between, close, indent, colon } = layoutOf(style, container);
  const rendered = added.map(({ key, value }) => {
    const text = render(style, value, indent, between.includes('\n'));
    return key === undefined ? text : `${JSON.stringify(key)}${colon}${text}`;
  });
  if (kept.length === 0) {
    if (rendered.length === 0 && children.length === 0) return;
    yield { ...inner, text: rendered.length > 0 ? open + rendered.join(between) + close : '' };
    return;
  }
  const keeps = new Set(kept);
  let last: Node | null = null;
  for (const child of children) {
    if (keeps.has(child)) {
      // What stood between two that are neighbours now goes with those between them.
      const previous: number = last ? last.offset + last.length : inner.from;
      const dropped = children.some(
        (other) => !keeps.has(other) && other.offset >= previous && other.offset < child.offset,
      );
      if (dropped) yield { from: previous, to: child.offset, text: last ? between : open };
      last = child;
    }
  }
  const tail = last ? last.offset + last.length : inner.from;
  if (children.at(-1) !== last) yield { from: tail, to: inner.to, text: close };
  if (rendered.length === 0) return;
  const after = kept[position - 1];
  const at = after ? after.offset + after.length : (kept[0] as Node).offset;
  const text = after ? between + rendered.join(between) : rendered.join(between) + between;
  yield { from: at, to: at, text };
}

/** How a container sets its children: what comes before the first, between two, and after the last. */
function layoutOf(style: Style, container: Node) {
  const { text, ending, unit } = style;
  const children = container.children ?? [];
  const [first, second] = children;
  const outer = lineIndent(text, container.offset);
  const colon = colonOf(text, first) ?? colonOf(text, container.parent) ?? ': ';
  if (!first) {
    const open = spansLines(style, container.parent) || isPretty(text) ? `${ending}${outer}${unit}` : '';
    return {
      open,
      between: open ? `,${open}` : `,${colon.slice(1)}`,
      close: open ? `${ending}${outer}` : '',
      indent: outer + unit,
      colon,
    };
  }
  const last = children.at(-1) ?? first;
  const open = text.slice(container.offset + 1, first.offset);
  const close = text.slice(last.offset + last.length, container.offset + container.length - 1);
  const gap = open.includes('\n') || open === '' ? open : ' ';
  const between = second
    ? text.slice(first.offset + first.length, second.offset)
    : `,${gap === '' ? colon.slice(1) : gap}`;
  return { open, between, close, indent: open.includes('\n') ? lineIndent(text, first.offset) : outer, colon };
}

/** What stands between a key and its value; undefined where `node` is no property. */
function colonOf(text: string, node: Node | undefined): string | undefined {
  const [key, value] = node?.type === 'property' ? (node.children ?? []) : [];
  const gap = key && value ? text.slice(key.offset + key.length, value.offset) : undefined;
  return gap?.includes('\n') ? undefined : gap;
}

const isPretty = (text: string): boolean => text.trimEnd().includes('\n') || text.trim() === '{}';

/** Whether the nearest container with children sets each on a line of its own. */
function spansLines(style: Style, node: Node | undefined): boolean {
  const container = node?.type === 'property' ? node.parent : node;
  const first = container?.children?.[0];
  return (
    container !== undefined && first !== undefined && style.text.slice(container.offset, first.offset).includes('\n')
  );
}

const lineIndent = (text: string, offset: number): string => {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
};

/** A value over several lines, further ones indented by `indent`, or on one line as the text sets it. */
function render({ text, unit, ending }: Style, value: unknown, indent: string, lines: boolean): string {
  if (lines) return JSON.stringify(value, null, unit).replaceAll('\n', ending + indent);
  return /"\s*:[ \t]/.test(text) ? spaced(value) : JSON.stringify(value);
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return members.length > 0 ? `{ ${members.join(', ')} }` : '{}';
}
