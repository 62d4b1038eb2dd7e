import { RatchetError } from '@ratchet/contract/errors';
import { JsonObject, JsonSchema, JsonValue } from '@ratchet/contract/json';
import { type Operation, operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { listInput } from '@ratchet/contract/paging';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { judgeInput } from '../src/validation/judge-input.ts';

const common = { effect: 'write', permission: 'edit', errors: [], graphql: 'x', mcp: 'x', description: 'x' } as const;
const taking = (input: z.ZodType, further: Partial<Operation> = {}): Operation => ({
  ...(operation({ ...common, name: 'things.do', rest: ['POST', '/things'], input, output: z.void() }) as Operation),
  ...further,
});
const refusal = (of: Operation, input: unknown) => {
  try {
    judgeInput(of, input);
    return null;
  } catch (error) {
    if (error instanceof RatchetError && error.code === 'VALIDATION_FAILED')
      return error.details as { path: string; message: string; suggestion?: string }[];
    throw error;
  }
};

const thing = taking(
  z.object({
    id: z.string(),
    name: z.string().optional(),
    policy: z
      .object({ branchStrategy: z.string().optional(), size: z.preprocess((v) => v, z.int()).optional() })
      .optional(),
    list: z.array(z.object({ at: z.int() })).default([]),
    either: z
      .union([z.object({ kind: z.literal('a'), a: z.int() }), z.object({ kind: z.literal('b'), b: z.int() })])
      .optional(),
    labels: z.record(z.string(), z.object({ colour: z.string() })).optional(),
    input: JsonValue.optional(),
    metadata: JsonObject.optional(),
    schema: JsonSchema.optional(),
  }),
);

describe('members that are not known', () => {
  it.each<[string, Record<string, unknown>, string, string | undefined]>([
    ['at the top', { nmae: 'x' }, 'nmae', 'name'],
    ['in snake case', { policy: { branch_strategy: 'x' } }, 'policy.branch_strategy', 'branchStrategy'],
    ['in a list', { list: [{ at: 1 }, { at: 1, too: 2 }] }, 'list.1.too', undefined],
    ['in the option that is meant', { either: { kind: 'a', a: 1, b: 2 } }, 'either.b', 'a'],
    ['in a record', { labels: { x: { colour: 'red', color: 'red' } } }, 'labels.x.color', 'colour'],
    ['of nothing', { wholly_else: 1 }, 'wholly_else', undefined],
    ['called constructor', { constructor: {} }, 'constructor', undefined],
  ])('%s', (_, input, path, suggestion) => {
    const issues = refusal(thing, { id: 'x', ...input });
    expect(issues).toHaveLength(1);
    expect([issues?.[0]?.path, issues?.[0]?.suggestion]).toEqual([path, suggestion]);
  });
  it.each(['{"__proto__":{"name":"x"}}', '{"input":[{"__proto__":1}]}'])('%s is refused wherever it stands', (text) => {
    expect(refusal(thing, { id: 'x', ...JSON.parse(text) })?.[0]?.message).toContain('__proto__');
  });
  it('are told together with what else is wrong', () => {
    expect(refusal(thing, { name: 1, nmae: 2 })?.map(({ path }) => path)).toEqual(['id', 'name', 'nmae']);
  });
  it('are a caller’s own matter in JSON of theirs', () => {
    const input = {
      id: 'x',
      input: { a: [{ b: 1 }] },
      metadata: { any: { thing: 1 } },
      schema: { type: 'object', x: 1 },
    };
    expect(judgeInput(thing, input)).toMatchObject(input);
  });
  it('of an answer are let through and dropped where the operation says so', () => {
    const inner = z.object({ a: z.int() });
    const lenient = taking(z.object({ id: z.string(), inner }), {
      ignoresAnswerMembers: true,
      output: z.object({ id: z.string(), inner: inner.extend({ b: z.int() }), revision: z.int() }),
    });
    expect(judgeInput(lenient, { id: 'x', inner: { a: 1, b: 2 }, revision: 4 })).toEqual({ id: 'x', inner: { a: 1 } });
    expect(refusal(lenient, { id: 'x', inner: { a: 1, c: 2 }, revisoin: 4 })?.map(({ path }) => path)).toEqual([
      'inner.c',
      'revisoin',
    ]);
  });
  it('by the thousand give a short answer', () => {
    const issues = refusal(thing, {
      id: 'x',
      ...Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])),
    });
    expect(issues?.length).toBeLessThan(30);
  });
  it('of a list’s request are refused too', () => {
    const list = taking(listInput({ filters: { a: 'string' }, sorts: [], defaultSort: [] }));
    expect(refusal(list, { filters: [{ field: 'a', value: 'x', operator: 'eq' }] })?.[0]?.path).toBe(
      'filters.0.operator',
    );
  });
});

describe('text that cannot be kept', () => {
  it.each<[string, Record<string, unknown>]>([
    ['NUL', { id: 'a\0' }],
    ['half a character', { id: '\ud800' }],
    ['NUL in metadata', { id: 'x', metadata: { a: [{ b: '\0' }] } }],
    ['NUL in a name in a schema', { id: 'x', schema: { 'a\0': 1 } }],
  ])('%s', (_, input) => {
    expect(refusal(thing, input)).toHaveLength(1);
  });
  it('stays in JSON of a caller', () => {
    expect(judgeInput(thing, { id: 'x', input: { 'a\0': '\ud800' } })).toMatchObject({ input: { 'a\0': '\ud800' } });
  });
});

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { a: value };
  return value;
};
it.each([400, 1_000, 100_000])('%i levels are taken or refused, never fatal', (levels) => {
  const issues = refusal(thing, { id: 'x', input: nested(levels) });
  expect(issues?.[0]?.message).toEqual(levels > 499 ? expect.stringContaining('nested') : undefined);
});

it('any JSON for any operation is taken or refused with VALIDATION_FAILED', () => {
  fc.assert(
    fc.property(fc.constantFrom(...operations), fc.jsonValue({ maxDepth: 4 }), (of, value) => {
      refusal(of, value);
      refusal(of, Object.fromEntries(Object.keys((of.input as z.ZodObject).shape ?? {}).map((name) => [name, value])));
    }),
    { numRuns: 2000 },
  );
});
