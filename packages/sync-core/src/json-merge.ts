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
 * key), arrays of distinct scalars as sets; anything else whole. An array that both sides put into different orders is a
 * conflict as a whole: order may be meant.
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
      const names = identity ? (element: JsonValue) => nameOf(element, identity) : keyOfScalar;
      if ((identity || [base, local, remote].every(isSet)) && !bothReordered(base, local, remote, names))
        return identity
          ? mergeByIdentity(identity, base, local, remote, pointer, depth, context)
          : mergeSets(base, local, remote);
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
  const named = (array: readonly JsonValue[]) => new Map(array.map((element) => [nameOf(element, key), element]));
  const places = (array: readonly JsonValue[]) => new Map(array.map((element, i) => [nameOf(element, key), i]));
  const [b, l, r] = [named(base), named(local), named(remote)];
  const [atLocal, atRemote] = [places(local), places(remote)];
  const remoteMoved = !sameOrder([...b.keys()], [...r.keys()]);
  const order = remoteMoved ? interleave([...r.keys()], [...l.keys()]) : interleave([...l.keys()], [...r.keys()]);
  const result: JsonValue[] = [];
  for (const name of new Set([...order, ...b.keys()])) {
    const position = atRemote.get(name) ?? atLocal.get(name);
    const value = merge(
      b.get(name),
      l.get(name),
      r.get(name),
      `${pointer}/${position ?? `${key}=${escapePointer(String(name))}`}`,
      depth + 1,
      context,
    );
    if (value !== undefined) result.push(value);
  }
  return result;
}

const nameOf = (element: JsonValue, key: string): string | number => own(element as JsonObject, key) as string | number;
const keyOfScalar = (element: JsonValue): string => `${typeof element}:${element}`;

/** Whether what all three have stands in another order on each side, and not in the same other one. */
function bothReordered(
  base: readonly JsonValue[],
  local: readonly JsonValue[],
  remote: readonly JsonValue[],
  nameOf: (element: JsonValue) => unknown,
): boolean {
  const [b, l, r] = [base.map(nameOf), local.map(nameOf), remote.map(nameOf)];
  return !sameOrder(b, l) && !sameOrder(b, r) && !sameOrder(l, r);
}

/** Whether what both have stands in the same order in both. */
function sameOrder(a: readonly unknown[], b: readonly unknown[]): boolean {
  const [inA, inB] = [new Set(a), new Set(b)];
  const right = b.filter((x) => inA.has(x));
  return a.filter((x) => inB.has(x)).every((x, i) => x === right[i]);
}

/** The first order, with what only the second has put after what stands before it there. */
function interleave<T>(first: readonly T[], second: readonly T[]): T[] {
  const known = new Set(first);
  const followers = new Map<T | undefined, T>();
  for (const [i, item] of second.entries()) if (!known.has(item)) followers.set(second[i - 1], item);
  const result: T[] = [];
  const put = (from: T | undefined): void => {
    for (let item = followers.get(from); item !== undefined; item = followers.get(item)) result.push(item);
  };
  put(undefined);
  for (const item of first) {
    result.push(item);
    put(item);
  }
  return result;
}

const isSet = (array: readonly JsonValue[]): boolean =>
  array.every((element) => element === null || typeof element !== 'object') &&
  new Set(array.map(keyOfScalar)).size === array.length;

/** What a side added is there, what a side removed is gone. */
function mergeSets(base: readonly JsonValue[], local: readonly JsonValue[], remote: readonly JsonValue[]): JsonValue {
  const order = sameOrder(base, remote) ? interleave(local, remote) : interleave(remote, local);
  const [b, l, r] = [new Set(base), new Set(local), new Set(remote)];
  return order.filter((element) => (b.has(element) ? l.has(element) && r.has(element) : true));
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
