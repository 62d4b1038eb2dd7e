import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Ground, openGround } from './ground.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Wire } from './wire.ts';
import { membersOf, unwrapped } from './wires/zod-walk.ts';
import { openWires } from './wires.ts';
import { nobody } from './world.ts';

type Input = Record<string, unknown>;

let ground: Ground;
let rest: Wire;
let others: readonly Wire[];
beforeAll(async () => {
  ground = await openGround();
  [rest, ...others] = await openWires(ground.address);
});
afterAll(async () => {
  for (const wire of [rest, ...(others ?? [])]) await wire?.close();
  await ground?.close();
});

/** Whether a member is written as text, in the path or the query of REST. */
const isText = ({ rest: [method, path] }: Operation, name: string): boolean =>
  method === 'GET' || method === 'DELETE' || new RegExp(`\\{${name}\\+?\\}`).test(path);

/**
 * A value that no schema of this kind takes; undefined where text takes any. By its specification GraphQL takes one value
 * for a list of one, and a whole number for an ID: these are no mistakes there.
 */
function wrongValue(schema: z.ZodType, asText: boolean): unknown {
  const { inner } = unwrapped(schema, 'input');
  if (inner instanceof z.ZodEnum) return 'no_such_word';
  if (inner instanceof z.ZodNumber) return 'many';
  if (inner instanceof z.ZodBoolean) return 'perhaps';
  if (inner instanceof z.ZodUUID || inner instanceof z.ZodISODateTime) return 'neither-id-nor-time';
  if (asText) return undefined;
  if (inner instanceof z.ZodString || inner instanceof z.ZodStringFormat) return true;
  if (inner instanceof z.ZodArray) return { not: 'a list' };
  if (inner instanceof z.ZodObject) return 'text';
  return undefined;
}

/** Something that each schema takes, so that one mistake stands alone. */
function rightValue(name: string, schema: z.ZodType): unknown {
  const { inner } = unwrapped(schema, 'input');
  if (inner instanceof z.ZodUUID) return nobody;
  if (inner instanceof z.ZodISODateTime) return '2030-01-01T00:00:00Z';
  if (inner instanceof z.ZodEnum) return inner.options[0];
  if (inner instanceof z.ZodNumber) return 1;
  if (inner instanceof z.ZodBoolean) return false;
  if (inner instanceof z.ZodArray) return [rightValue(name, inner.element as z.ZodType)];
  if (inner instanceof z.ZodObject) return rightInput(inner);
  if (inner instanceof z.ZodRecord || /^(config|changes|input|metadata)$/.test(name)) return {};
  if (/email/i.test(name)) return 'una@example.org';
  if (/cron/i.test(name)) return '0 0 * * *';
  return /path/i.test(name) ? 'some/place' : 'a-text-of-some-length';
}

const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;
const rightInput = (schema: z.ZodType): Input =>
  Object.fromEntries(
    Object.entries(membersOf(schema, 'input'))
      .filter(([, member]) => isRequired(member))
      .map(([name, member]) => [name, rightValue(name, member)]),
  );

/** Inputs with one mistake each, that every surface can be sent. */
function mistakesIn(operation: Operation): [what: string, input: Input][] {
  const right = rightInput(operation.input);
  const members = Object.entries(membersOf(operation.input, 'input')).filter(
    ([name]) => !operation.list || !listed.has(name),
  );
  const wrong = members.flatMap(([name, schema]): [string, Input][] => {
    const value = wrongValue(schema, isText(operation, name));
    return value === undefined ? [] : [[`a wrong ${name}`, { ...right, [name]: value }]];
  });
  const missing = Object.keys(right)
    .filter((name) => !new RegExp(`\\{${name}\\+?\\}`).test(operation.rest[1]))
    .map((name): [string, Input] => [
      `no ${name}`,
      Object.fromEntries(Object.entries(right).filter(([other]) => other !== name)),
    ]);
  // A list over REST has filters where others have members.
  const unknown: [string, Input][] = operation.list
    ? []
    : [['a member that is not known', { ...right, nonsense: 'x' }]];
  return [...wrong, ...missing, ...unknown];
}
const listed = new Set(['page', 'limit', 'cursor', 'sort', 'filters', 'q']);

/**
 * Where a surface has to say it in its own way, with the reason. The code is the same even so.
 */
const exceptions: readonly { readonly wire: string; readonly what: RegExp; readonly reason: string }[] = [
  {
    wire: 'mcp',
    what: /^a member that is not known$/,
    reason:
      'The arguments that there are have other spellings here, and the answer lists them as an agent must write them.',
  },
];

const told = (outcome: Outcome): string =>
  'output' in outcome
    ? `answers ${JSON.stringify(outcome.output)?.slice(0, 200)}`
    : `${outcome.code} ${outcome.message} ${JSON.stringify(outcome.details)}`;

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
  const mistakes = mistakesIn(operation);
  it.skipIf(mistakes.length === 0)('answers the same mistake with the same code and message everywhere', async () => {
    const differences: string[] = [];
    for (const [what, input] of mistakes) {
      const expected = await outcomeOf(rest, operation, input);
      if (!('code' in expected) || expected.code !== 'VALIDATION_FAILED')
        differences.push(`rest, ${what}: ${JSON.stringify(input)} ${told(expected)}`);
      await Promise.all(
        others.map(async (wire) => {
          if (operation.excused?.[wire.name]) return;
          const outcome = await outcomeOf(wire, operation, input);
          const excepted = exceptions.some((one) => one.wire === wire.name && one.what.test(what));
          const same = excepted
            ? 'code' in outcome && 'code' in expected && outcome.code === expected.code
            : isDeepStrictEqual(outcome, expected);
          if (!same) differences.push(`${wire.name}, ${what}: ${told(outcome)}; over REST ${told(expected)}`);
        }),
      );
    }
    expect(differences).toEqual([]);
  });
});
