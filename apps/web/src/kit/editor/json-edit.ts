import { type Json, type JsonNode, memberOf, nodeAt, scanJson, stepsOf } from './json-scan.ts';

/**
 * The text with the value at a pointer set, or removed where it is undefined; everything else keeps its bytes. null: there
 * is no such place.
 */
export function editJson(text: string, pointer: string, value: Json | undefined): string | null {
  const root = scanJson(text);
  if (!root) return null;
  const steps = stepsOf(pointer);
  const key = steps.pop();
  if (key === undefined)
    return value === undefined ? null : splice(text, root.from, root.to, written(value, text, root, ''));
  const parent = nodeAt(root, steps);
  if (!parent || parent.kind === 'scalar') return null;
  const member = memberOf(parent, key);
  if (member && value !== undefined) {
    const { from, to } = member.value;
    return splice(text, from, to, written(value, text, member.value, indentAt(text, member.from)));
  }
  if (member) return remove(text, parent, parent.members.indexOf(member));
  if (value === undefined) return text;
  if (parent.kind === 'array' && key !== String(parent.members.length)) return null;
  return add(text, parent, key, value);
}

const splice = (text: string, from: number, to: number, insert: string): string =>
  text.slice(0, from) + insert + text.slice(to);

function remove(text: string, parent: JsonNode, index: number): string {
  const member = parent.members[index];
  const [before, after] = [parent.members[index - 1], parent.members[index + 1]];
  if (!member) return text;
  if (after) return splice(text, member.from, after.from, '');
  if (before) return splice(text, before.value.to, member.value.to, '');
  return splice(text, parent.from + 1, parent.to - 1, '');
}

function add(text: string, parent: JsonNode, key: string, value: Json): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const last = parent.members.at(-1);
  const outer = indentAt(text, parent.from);
  const first = parent.members[0];
  const gap = first ? text.slice(parent.from + 1, first.from) : `${newline}${outer}${unitOf(text)}`;
  const indent = gap.includes('\n') ? (/[^\n]*$/.exec(gap)?.[0] ?? '') : outer;
  const name = parent.kind === 'object' ? `${JSON.stringify(key)}: ` : '';
  const wide = gap.includes('\n');
  const member = name + stringified(value, wide ? unitOf(text) : '', indent, newline);
  if (last) return splice(text, last.value.to, last.value.to, `,${wide ? gap : gap || ' '}${member}`);
  return splice(text, parent.from + 1, parent.to - 1, `${gap}${member}${newline}${outer}`);
}

/** A value in the place of another: over several lines where that one was, or where it was a scalar. */
function written(value: Json, text: string, old: JsonNode, indent: string): string {
  const oneLine = old.kind !== 'scalar' && old.members.length > 0 && !text.slice(old.from, old.to).includes('\n');
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return stringified(value, oneLine || !text.trim().includes('\n') ? '' : unitOf(text), indent, newline);
}

function stringified(value: Json, unit: string, indent: string, newline: string): string {
  if (unit === '') return spaced(value);
  return JSON.stringify(value, null, unit).replaceAll('\n', newline + indent);
}

/** On one line, with a space after each comma and colon. */
function spaced(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => spaced(item as Json)).join(', ')}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item as Json)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

const indentAt = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))?.[0] ?? '';

/** What one level of the text is indented by. */
const unitOf = (text: string): string => /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
