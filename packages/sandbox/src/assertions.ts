import { isDeepStrictEqual } from 'node:util';
import { compilePattern, PatternError } from './safe-pattern.ts';
import type { Assertion } from './test-file.ts';

const missing = Symbol('missing');

/** The steps of a path: `a.b[0]`, `$.a["b c"]`, `a.0`; empty or `$` is the whole. */
const stepsOf = (path: string): string[] => {
  const steps: string[] = [];
  const body = path.trim().replace(/^\$\.?/, '');
  const step = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]|\.?([^.[\]]+)/gy;
  let at = 0;
  for (const found of body.matchAll(step)) {
    steps.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
    at = found.index + found[0].length;
  }
  if (at !== body.length)
    throw new PatternError(`The path ${JSON.stringify(path)} cannot be read; write it like items[0].name.`);
  return steps;
};

const follow = (value: unknown, path: string): unknown => {
  let held = value;
  for (const step of stepsOf(path)) {
    if (step === 'length' && (Array.isArray(held) || typeof held === 'string')) held = held.length;
    else if (typeof held === 'object' && held !== null && Object.hasOwn(held, step)) held = Reflect.get(held, step);
    else return missing;
  }
  return held;
};

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

const contains = (value: unknown, expected: unknown): boolean => {
  if (typeof value === 'string') return value.includes(String(expected));
  if (Array.isArray(value)) return value.some((item) => isDeepStrictEqual(item, expected));
  if (typeof value !== 'object' || value === null) return false;
  if (typeof expected === 'string') return Object.hasOwn(value, expected);
  const wanted = typeof expected === 'object' && expected !== null ? Object.entries(expected) : [];
  return wanted.length > 0 && wanted.every(([key, held]) => isDeepStrictEqual(Reflect.get(value, key), held));
};

const compare = (value: unknown, expected: unknown): number | null =>
  (typeof value === 'number' && typeof expected === 'number') ||
  (typeof value === 'string' && typeof expected === 'string')
    ? value < expected
      ? -1
      : Number(value > expected)
    : null;
const ordered = (holds: (order: number) => boolean) => (value: unknown, expected: unknown) => {
  const order = compare(value, expected);
  return order !== null && holds(order);
};
const lengthOf = (value: unknown): number | null => {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : null;
};
const isType = (value: unknown, expected: unknown): boolean =>
  typeOf(value) === expected || (expected === 'integer' && Number.isInteger(value));

const operators: Readonly<Record<string, (value: unknown, expected: unknown) => boolean>> = {
  equals: (value, expected) => isDeepStrictEqual(value, expected),
  not_equals: (value, expected) => !isDeepStrictEqual(value, expected),
  contains,
  not_contains: (value, expected) => !contains(value, expected),
  greater_than: ordered((order) => order > 0),
  less_than: ordered((order) => order < 0),
  gte: ordered((order) => order >= 0),
  lte: ordered((order) => order <= 0),
  exists: (value, expected) => (value !== missing) !== (expected === false),
  not_exists: (value) => value === missing,
  type: isType,
  matches: (value, expected) => typeof value === 'string' && compilePattern(String(expected)).test(value),
  length: (value, expected) => lengthOf(value) === expected,
};
const holdForMissing = new Set(['exists', 'not_exists', 'not_equals', 'not_contains']);

/** Says what keeps an assertion from being used at all; null when nothing does. */
export const checkOperator = ({ operator }: Assertion): string | null =>
  Object.hasOwn(operators, operator)
    ? null
    : `Unknown operator ${JSON.stringify(operator)}; there are ${Object.keys(operators).join(', ')}.`;

/** Tests one assertion: null when it holds, otherwise what is wrong with the output or with the assertion. */
export const checkAssertion = (output: unknown, assertion: Assertion): string | null => {
  const { path, operator, expected } = assertion;
  const holds = operators[operator];
  const unknown = checkOperator(assertion);
  if (unknown !== null || holds === undefined) return unknown;
  try {
    const value = follow(output, path);
    const where = path === '' ? 'the output' : path;
    if (value === missing && !holdForMissing.has(operator)) return `${where} does not exist.`;
    if (holds(value, expected)) return null;
    const shown = value === missing ? 'missing' : JSON.stringify(value);
    return `${where} ${operator} ${expected === undefined ? '' : `${JSON.stringify(expected)} `}does not hold: it is ${shown?.slice(0, 500)}.`;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
};
