export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value of a JSON text and where it stands. */
export interface JsonNode {
  readonly from: number;
  readonly to: number;
  readonly kind: 'object' | 'array' | 'scalar';
  readonly members: readonly JsonMember[];
}

/** A member of an object or an element of an array; it stands from its name, or from its value where it has none. */
export interface JsonMember {
  readonly from: number;
  readonly key: string;
  readonly value: JsonNode;
}

/** Where the values of a text stand; null: it is no JSON, or is nested too deep. */
export function scanJson(text: string): JsonNode | null {
  try {
    JSON.parse(text);
    return scanValue({ text, at: 0 });
  } catch {
    return null;
  }
}

interface Cursor {
  readonly text: string;
  at: number;
}

function scanValue(cursor: Cursor): JsonNode {
  skipSpace(cursor);
  const from = cursor.at;
  const first = cursor.text[from];
  if (first !== '{' && first !== '[') {
    skipScalar(cursor);
    return { from, to: cursor.at, kind: 'scalar', members: [] };
  }
  const kind = first === '{' ? 'object' : 'array';
  const members: JsonMember[] = [];
  cursor.at++;
  for (skipSpace(cursor); cursor.text[cursor.at] !== '}' && cursor.text[cursor.at] !== ']'; skipSpace(cursor)) {
    if (cursor.text[cursor.at] === ',') cursor.at++;
    skipSpace(cursor);
    const start = cursor.at;
    let key = String(members.length);
    if (kind === 'object') {
      skipScalar(cursor);
      key = JSON.parse(cursor.text.slice(start, cursor.at)) as string;
      skipSpace(cursor);
      cursor.at++;
    }
    members.push({ from: start, key, value: scanValue(cursor) });
  }
  cursor.at++;
  return { from, to: cursor.at, kind, members };
}

function skipSpace(cursor: Cursor): void {
  while (' \t\r\n'.includes(cursor.text[cursor.at] ?? 'x')) cursor.at++;
}

function skipScalar(cursor: Cursor): void {
  if (cursor.text[cursor.at] === '"') {
    cursor.at++;
    while (cursor.text[cursor.at] !== '"') cursor.at += cursor.text[cursor.at] === '\\' ? 2 : 1;
    cursor.at++;
  } else while (!',]} \t\r\n'.includes(cursor.text[cursor.at] ?? ',')) cursor.at++;
}

/** The steps of an RFC 6901 pointer. */
export const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

export const escapeStep = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** The last member of a name: of names that come twice the last one holds. */
export const memberOf = (node: JsonNode, key: string): JsonMember | undefined =>
  node.members.findLast((member) => member.key === key);

export function nodeAt(root: JsonNode, steps: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const step of steps) node = node && memberOf(node, step)?.value;
  return node;
}

/** Equal as JSON: the order of members does not matter. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => sameJson(item, b[i] as Json))
    );
  const [left, right] = [a as { readonly [key: string]: Json }, b as { readonly [key: string]: Json }];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  );
}
