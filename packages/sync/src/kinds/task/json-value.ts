/** Levels a JSON value may be nested; what stores or walks one deeper would run out of stack. */
export const maxDepth = 100;

export type JsonRecord = Record<string, unknown>;

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isSchema = (value: unknown): value is JsonRecord | boolean =>
  typeof value === 'boolean' || isRecord(value);

export interface Settled {
  readonly value: unknown;
  /** Some string held a NUL or half a surrogate pair, which no JSON column takes: U+FFFD stands there now. */
  readonly replaced: boolean;
}

/** A parsed value as JSON that can be stored, members in their order; null: it is nested too deeply or in itself. */
export function settleJson(value: unknown): Settled | null {
  let replaced = false;
  const text = (string: string) => {
    if (isStorable(string)) return string;
    replaced = true;
    return storableText(string);
  };
  const walk = (node: unknown, depth: number): unknown => {
    if (typeof node === 'string') return text(node);
    if (typeof node === 'number') return Number.isFinite(node) ? node : null;
    if (typeof node === 'boolean' || node === null || node === undefined) return node ?? null;
    if (typeof node !== 'object') return String(node);
    if (depth === maxDepth) throw tooDeep;
    if (Array.isArray(node)) return node.map((item) => walk(item, depth + 1));
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [text(key), walk(member, depth + 1)]));
  };
  try {
    return { value: walk(value, 0), replaced };
  } catch (error) {
    if (error === tooDeep) return null;
    throw error;
  }
}

const tooDeep = new Error('nested too deeply');

export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

/** Whether two JSON values are equal; the order of members does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** A record with members set or, where null, taken out. Members that were there keep their place. */
export function withChanges(current: JsonRecord, changes: ReadonlyMap<string, unknown>): JsonRecord {
  const members = new Map(Object.entries(current));
  for (const [key, value] of changes) {
    if (value === null) members.delete(key);
    else members.set(key, value);
  }
  return Object.fromEntries(members);
}
