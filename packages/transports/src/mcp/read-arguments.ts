import { type Issue, RatchetError } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';
import type { Operation } from '@ratchet/contract/operation';
import * as z from 'zod';
import { snakeCase } from './snake-case.ts';
import { aliasOf, asksToConfirm, listLimit } from './tool-schema.ts';

export interface ReadArguments {
  /** The operation's input, still to be validated. */
  readonly input: Record<string, unknown>;
  /** It was said twice: by `confirm`, or by the id of the plan that was looked at. */
  readonly confirmed: boolean;
  /** Milliseconds after which a stream is answered though it goes on. */
  readonly waitMs: number;
}

/** A tool's arguments as its operation's input. Throws VALIDATION_FAILED for names that nothing has. */
export function readArguments(operation: Operation, given: Readonly<Record<string, unknown>>): ReadArguments {
  const { confirm, wait_ms: wait, ...rest } = given;
  const issues: Issue[] = [];
  const asks = asksToConfirm(operation);
  const named = {
    ...rest,
    ...(confirm === undefined || asks ? {} : { confirm }),
    ...(wait === undefined || operation.stream ? {} : { wait_ms: wait }),
  };
  const alias = aliasOf(operation);
  const extra = [
    ...(asks ? ['confirm'] : []),
    ...(operation.stream ? ['wait_ms'] : []),
    ...(alias ? [alias.argument] : []),
  ];
  const input = objectFrom(operation.input, unaliased(named, alias, issues), '', issues, extra) as Record<
    string,
    unknown
  >;
  if (asks && confirm !== undefined && typeof confirm !== 'boolean')
    issues.push({ path: 'confirm', message: 'must be true or false' });
  const waitMs = wait ?? 25_000;
  if (operation.stream && !(Number.isInteger(waitMs) && Number(waitMs) >= 0 && Number(waitMs) <= 300_000))
    issues.push({ path: 'wait_ms', message: 'must be a whole number from 0 to 300000' });
  if (issues.length > 0)
    throw new RatchetError(
      'VALIDATION_FAILED',
      issues.map(({ path, message }) => `${path}: ${message}`).join(' '),
      issues,
    );
  const members = membersOf(operation.input);
  if ('page' in members && 'limit' in members) input.limit ??= listLimit;
  return { input, confirmed: confirm === true || typeof input.planId === 'string', waitMs: Number(waitMs) };
}

/** `task_id` and `id` mean the same; both is a mistake unless they agree. */
function unaliased(
  given: Record<string, unknown>,
  alias: ReturnType<typeof aliasOf>,
  issues: Issue[],
): Record<string, unknown> {
  if (!alias || !Object.hasOwn(given, alias.argument)) return given;
  const { [alias.argument]: value, ...rest } = given;
  if (Object.hasOwn(rest, alias.member) && rest[alias.member] !== value)
    issues.push({ path: alias.argument, message: `says another thing than ${alias.member}; give one of them.` });
  return { ...rest, [alias.member]: value };
}

/** Members of an object schema, through what only wraps it. */
function membersOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return unwrapped(schema.unwrap() as z.ZodType);
  // A transformation's schema stands on its far side, a codec's on the near one.
  if (schema instanceof z.ZodPipe)
    return unwrapped((schema.in instanceof z.ZodTransform ? schema.out : schema.in) as z.ZodType);
  return schema;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Walks value and schema together. What the schema does not describe as an object with members is left as it is. */
function valueFrom(schema: z.ZodType, value: unknown, path: string, issues: Issue[]): unknown {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return isPlain(value) ? objectFrom(inner, value, path, issues) : value;
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item, i) => valueFrom(inner.element as z.ZodType, item, `${path}.${i}`, issues));
  if (inner instanceof z.ZodUnion && isPlain(value)) {
    const option = fitting(inner.options as z.ZodType[], value);
    return option ? valueFrom(option, value, path, issues) : value;
  }
  return value;
}

/** The alternative that knows most of the members given; null where none has members of its own. */
function fitting(options: readonly z.ZodType[], value: Record<string, unknown>): z.ZodType | null {
  const ranked = options
    .map((option) => ({ option, names: new Set(Object.keys(membersOf(option)).map(snakeCase)) }))
    .filter(({ names }) => names.size > 0)
    .map(({ option, names }) => ({ option, known: Object.keys(value).filter((name) => names.has(name)).length }))
    .sort((a, b) => b.known - a.known);
  return ranked[0]?.option ?? null;
}

function objectFrom(
  schema: z.ZodType,
  value: Record<string, unknown>,
  path: string,
  issues: Issue[],
  extra: readonly string[] = [],
): Record<string, unknown> {
  const inner = unwrapped(schema);
  const open =
    inner instanceof z.ZodObject && inner.def.catchall !== undefined && !(inner.def.catchall instanceof z.ZodNever);
  const members = new Map(
    Object.entries(membersOf(schema)).map(([name, member]) => [snakeCase(name), { name, member }]),
  );
  const read: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key;
    const found = members.get(key);
    if (found) read[found.name] = valueFrom(found.member, one, at, issues);
    else if (open) read[key] = one;
    else issues.push({ path: at, message: unknown(key, [...members.keys(), ...extra]) });
  }
  return read;
}

function unknown(given: string, known: readonly string[]): string {
  const meant = nearestName(given, known);
  if (meant) return `is not an argument here; did you mean ${meant}?`;
  return known.length > 0
    ? `is not an argument here; there are ${known.join(', ')}.`
    : 'is not an argument here; there are none.';
}
