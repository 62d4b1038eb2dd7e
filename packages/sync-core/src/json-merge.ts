/** A JSON value. Objects are read by own members only, so that no member name can reach a prototype. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** One place where both sides changed a value differently. A member that is left out is absent there, which is not null. */
export interface JsonConflict {
  /** RFC 6901. */
  readonly pointer: string;
  readonly base?: JsonValue;
  readonly local?: JsonValue;
  readonly remote?: JsonValue;
}

export interface JsonMerge {
  /** The merged value, with the local side where a conflict is open; undefined: nothing is left. */
  readonly value: JsonValue | undefined;
  readonly conflicts: readonly JsonConflict[];
}

/** Whose value an open conflict takes. */
export type Preference = 'local' | 'remote';
export type Choose = (conflict: JsonConflict) => Preference;

/** Below this depth values are compared whole, never member by member. */
const maxDepth = 200;

type Maybe = JsonValue | undefined;
type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Three-way merge by structure: objects by key; arrays of objects by the identity each element has (id, uuid, name or
 * key), arrays of distinct scalars as sets; anything else whole.
 */
export function mergeJson(base: Maybe, local: Maybe, remote: Maybe, choose: Choose = () => 'local'): JsonMerge {
  const conflicts: JsonConflict[] = [];
  const value = merge(base, local, remote, '', 0, { conflicts, choose });
  return { value, conflicts };
}

interface Context {
  readonly conflicts: JsonConflict[];
  readonly choose: Choose;
}

function merge(base: Maybe, local: Maybe, remote: Maybe, pointer: string, depth: number, context: Context): Maybe {
  if (equalJson(local, remote)) return local;
  if (equalJson(base, remote)) return local;
  if (equalJson(base, local)) return remote;
  if (depth < maxDepth) {
    if (isObject(local) && isObject(remote) && (isObject(base) || base === undefined))
      return mergeObjects(base ?? {}, local, remote, pointer, depth, context);
    if (Array.isArray(local) && Array.isArray(remote) && Array.isArray(base)) {
      const identity = identityKey([base, local, remote]);
      if (identity) return mergeByIdentity(identity, base, local, remote, pointer, depth, context);
      if ([base, local, remote].every(isSet)) return mergeSets(base, local, remote);
    }
  }
  const conflict: JsonConflict = {
    pointer,
    ...(base === undefined ? {} : { base }),
    ...(local === undefined ? {} : { local }),
    ...(remote === undefined ? {} : { remote }),
  };
  context.conflicts.push(conflict);
  return context.choose(conflict) === 'remote' ? remote : local;
}

function mergeObjects(
  base: JsonObject,
  local: JsonObject,
  remote: JsonObject,
  pointer: string,
  depth: number,
  context: Context,
): JsonValue {
  const result = new Map<string, JsonValue>();
  // The remote's order, with what only the local side has at the end: upstream's diff stays small.
  for (const key of new Set([...Object.keys(remote), ...Object.keys(local), ...Object.keys(base)])) {
    const value = merge(
      own(base, key),
      own(local, key),
      own(remote, key),
      `${pointer}/${escapePointer(key)}`,
      depth + 1,
      context,
    );
    if (value !== undefined) result.set(key, value);
  }
  return objectFrom(result);
}

const identities = ['id', 'uuid', 'name', 'key'] as const;

/** A member by which every element of every array is named, each name once in its array. */
function identityKey(arrays: readonly (readonly JsonValue[])[]): string | null {
  if (arrays.every((array) => array.length === 0)) return null;
  return (
    identities.find((key) =>
      arrays.every((array) => {
        const names = array.map((element) => (isObject(element) ? own(element, key) : undefined));
        const usable = names.every((name) => typeof name === 'string' || typeof name === 'number');
        return usable && new Set(names.map((name) => `${typeof name}:${name}`)).size === names.length;
      }),
    ) ?? null
  );
}

function mergeByIdentity(
  key: string,
  base: readonly JsonValue[],
  local: readonly JsonValue[],
  remote: readonly JsonValue[],
  pointer: string,
  depth: number,
  context: Context,
): JsonValue {
  const named = (array: readonly JsonValue[]) =>
    new Map(array.map((element) => [own(element as JsonObject, key) as string | number, element]));
  const [b, l, r] = [named(base), named(local), named(remote)];
  const remoteMoved = !sameOrder([...b.keys()], [...r.keys()]);
  const order = remoteMoved ? interleave([...r.keys()], [...l.keys()]) : interleave([...l.keys()], [...r.keys()]);
  const result: JsonValue[] = [];
  for (const name of new Set([...order, ...b.keys()])) {
    const at = remote.findIndex((element) => own(element as JsonObject, key) === name);
    const position = at >= 0 ? at : local.findIndex((element) => own(element as JsonObject, key) === name);
    const value = merge(
      b.get(name),
      l.get(name),
      r.get(name),
      `${pointer}/${position < 0 ? `${key}=${escapePointer(String(name))}` : position}`,
      depth + 1,
      context,
    );
    if (value !== undefined) result.push(value);
  }
  return result;
}

const sameOrder = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  const common = new Set(a.filter((x) => b.includes(x)));
  const [left, right] = [a.filter((x) => common.has(x)), b.filter((x) => common.has(x))];
  return left.every((x, i) => x === right[i]);
};

/** The first order, with what only the second has put after what stands before it there. */
function interleave<T>(first: readonly T[], second: readonly T[]): T[] {
  const result = [...first];
  const known = new Set(first);
  for (const [i, item] of second.entries()) {
    if (known.has(item)) continue;
    known.add(item);
    const before = second.slice(0, i).findLast((other) => result.includes(other));
    result.splice(before === undefined ? 0 : result.indexOf(before) + 1, 0, item);
  }
  return result;
}

const isSet = (array: readonly JsonValue[]): boolean =>
  array.every((element) => element === null || typeof element !== 'object') &&
  new Set(array.map((element) => `${typeof element}:${element}`)).size === array.length;

/** What a side added is there, what a side removed is gone. */
function mergeSets(base: readonly JsonValue[], local: readonly JsonValue[], remote: readonly JsonValue[]): JsonValue {
  const order = sameOrder(base, remote) ? interleave(local, remote) : interleave(remote, local);
  return order.filter((element) => {
    const [b, l, r] = [base.includes(element), local.includes(element), remote.includes(element)];
    return b ? l && r : l || r;
  });
}

/** Equal as JSON: the order of members does not matter. */
export function equalJson(a: Maybe, b: Maybe): boolean {
  const pairs: [Maybe, Maybe][] = [[a, b]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [x, y] = pair;
    if (x === y || (typeof x === 'number' && typeof y === 'number' && Object.is(x, y))) continue;
    if (Array.isArray(x) && Array.isArray(y)) {
      if (x.length !== y.length) return false;
      for (const [i, element] of x.entries()) pairs.push([element, y[i]]);
    } else if (isObject(x) && isObject(y)) {
      const keys = Object.keys(x);
      if (keys.length !== Object.keys(y).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(y, key)) return false;
        pairs.push([own(x, key), own(y, key)]);
      }
    } else return false;
  }
  return true;
}

const isObject = (value: Maybe): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const own = (object: JsonObject, key: string): Maybe => (Object.hasOwn(object, key) ? object[key] : undefined);
const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** `__proto__` becomes a member like any other. */
function objectFrom(members: ReadonlyMap<string, JsonValue>): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [key, value] of members)
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return object;
}
