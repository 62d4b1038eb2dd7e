import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { operations, table } from '@ratchet/contract/operations/table';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkArguments } from '../../src/mcp/argument-limits.ts';
import { readArguments } from '../../src/mcp/read-arguments.ts';
import { snakeCase } from '../../src/mcp/snake-case.ts';

const of = (operation: unknown) => operation as Operation;
const issuesOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    if (error instanceof RatchetError) return { code: error.code, details: error.details };
    throw error;
  }
  return null;
};

describe('arguments', () => {
  it('are the members in snake_case, down to members of members', () => {
    const { input } = readArguments(of(table.repositories.create), {
      name: 'a',
      repository_type: 'git',
      push_policy: { branch_strategy: 'main', pr_template: 'x' },
      auth_config: { token_env: 'T' },
    });
    expect(input).toEqual({
      name: 'a',
      repositoryType: 'git',
      pushPolicy: { branchStrategy: 'main', prTemplate: 'x' },
      authConfig: { tokenEnv: 'T' },
    });
  });

  it('leave opaque JSON as it is', () => {
    const schema = { type: 'object', properties: { some_name: {}, someName: {} }, additionalProperties: false };
    const metadata = { some_thing: { deep_er: 1, deepEr: 2 } };
    const { input } = readArguments(of(table.tasks.create), {
      name: 'a',
      source_code: '',
      input_schema: schema,
      metadata,
    });
    expect(input).toEqual({ name: 'a', sourceCode: '', inputSchema: schema, metadata });
    const files = { 'src/a_b.ts': 'text' };
    expect(
      readArguments(of(table.conflicts.resolve), { conflict_id: 'x', resolution: 'manual', files }).input.files,
    ).toEqual(files);
    const run = { task_id: 'x', input: { task_id: 1, user_name: 'a' } };
    expect(readArguments(of(table.tasks.run), run).input).toEqual({ id: 'x', input: run.input });
  });

  it('name the id by what it is of, or id', () => {
    expect(readArguments(of(table.tasks.get), { task_id: 'x' }).input).toEqual({ id: 'x' });
    expect(readArguments(of(table.tasks.get), { id: 'x' }).input).toEqual({ id: 'x' });
    expect(readArguments(of(table.tasks.get), { id: 'x', task_id: 'x' }).input).toEqual({ id: 'x' });
    expect(issuesOf(() => readArguments(of(table.tasks.get), { id: 'x', task_id: 'y' }))).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it.each([
    [table.tasks.get, { taskId: 'x' }, 'taskId', 'did you mean task_id?'],
    [table.tasks.create, { sourcecode: 'x' }, 'sourcecode', 'did you mean source_code?'],
    [
      table.repositories.create,
      { push_policy: { branchStrategy: 'main' } },
      'push_policy.branchStrategy',
      'did you mean branch_strategy?',
    ],
    [table.jobs.createBulk, { jobs: [{ taskid: 'x' }] }, 'jobs.0.taskid', 'did you mean task_id?'],
    [table.tasks.list, { filters: [{ feild: 'name' }] }, 'filters.0.feild', 'did you mean field?'],
    [table.tasks.get, { confirm: true, task_id: 'x' }, 'confirm', 'is not an argument here'],
    [table.tasks.stats, { anything: 1 }, 'anything', 'there are none'],
    [table.tasks.get, JSON.parse('{"__proto__": 1}'), '__proto__', 'is not an argument here'],
  ])('refuse what nothing is called (%#)', (operation, given, path, message) => {
    expect(issuesOf(() => readArguments(of(operation), given as Record<string, unknown>))).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it('ask for pages of 50 where there are pages', () => {
    expect(readArguments(of(table.tasks.list), {}).input.limit).toBe(50);
    expect(readArguments(of(table.tasks.list), { limit: 3 }).input.limit).toBe(3);
    expect(readArguments(of(table.tasks.get), {}).input).toEqual({});
  });

  it('say whether it was meant', () => {
    expect(readArguments(of(table.tasks.delete), { task_id: 'x' }).confirmed).toBe(false);
    expect(readArguments(of(table.tasks.delete), { task_id: 'x', confirm: false }).confirmed).toBe(false);
    expect(readArguments(of(table.tasks.delete), { task_id: 'x', confirm: true }).confirmed).toBe(true);
    expect(issuesOf(() => readArguments(of(table.tasks.delete), { task_id: 'x', confirm: 'yes' }))).toMatchObject({
      details: [{ path: 'confirm' }],
    });
  });

  it('hold anything without harm: what comes out has members of the operation alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...operations), fc.dictionary(fc.string(), fc.jsonValue()), (operation, given) => {
        try {
          const { input } = readArguments(operation, given);
          const known = Object.keys((operation.input as z.ZodObject).shape);
          for (const name of Object.keys(input)) expect(known).toContain(name);
        } catch (error) {
          expect(error).toBeInstanceOf(RatchetError);
          expect((error as RatchetError).code).toBe('VALIDATION_FAILED');
        }
      }),
    );
  });

  it.each(operations.filter((one) => one.example).map((one) => [one.name, one] as const))(
    'of %s: the example comes through in its other spelling',
    (_name, operation) => {
      const example = operation.example?.input as Record<string, unknown>;
      const { limit, ...input } = readArguments(
        operation,
        respelled(operation.input, example) as Record<string, unknown>,
      ).input;
      expect('limit' in example ? { ...input, limit } : input).toEqual(example);
    },
  );
});

/** An input as MCP writes it, by the schema. */
function respelled(schema: z.ZodType, value: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return respelled(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map((one) => respelled(schema.element as z.ZodType, one));
  if (schema instanceof z.ZodObject && value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [snakeCase(name), respelled(schema.shape[name] as z.ZodType, one)]),
    );
  return value;
}

describe('limits of arguments', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  it('lets through what people send', () => {
    expect(() => checkArguments({ a: [1, { b: 'x' }], c: null, d: nested(90) }, 1000)).not.toThrow();
  });
  it.each([
    ['VALIDATION_FAILED', { a: nested(101) }],
    ['VALIDATION_FAILED', { a: nested(5_000) }],
    ['VALIDATION_FAILED', { a: JSON.parse('{"__proto__": {}}') }],
    ['PAYLOAD_TOO_LARGE', { a: 'x'.repeat(1001) }],
    ['PAYLOAD_TOO_LARGE', { a: Array.from({ length: 1_000_001 }, () => 1) }],
  ])('refuses with %s (%#)', (code, given) => {
    expect(issuesOf(() => checkArguments(given, 1000))).toMatchObject({ code });
  });
});
