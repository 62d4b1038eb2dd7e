import { operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { faultsOf } from './gate.ts';
import { manifest } from './manifest.ts';
import { judge } from './run-manifest.ts';

it('every operation has a requirement on every surface that it is on, and every requirement is about operations', () => {
  expect(faultsOf(operations, manifest)).toEqual([]);
});

describe('the gate', () => {
  const of = (name: string, excused = {}) =>
    operation({
      name,
      description: 'x',
      effect: 'read',
      permission: 'read',
      input: z.object({}),
      output: z.void(),
      errors: [],
      rest: ['GET', '/x'],
      graphql: 'x',
      mcp: 'x',
      excused,
    });
  const about = (id: string, ...cites: string[]) => ({ id, says: 'It does something', cites });
  const why = 'It answers once, and this one goes on.';

  it.each([
    [
      'an operation without a requirement',
      [of('a.b'), of('a.c')],
      [about('a.b', 'a.b')],
      'a.c: no requirement is about it',
    ],
    ['an unknown operation', [of('a.b')], [about('a.b', 'a.b'), about('a.x', 'a.x')], 'a.x: there is no operation a.x'],
    ['two of one name', [of('a.b')], [about('a.b', 'a.b'), about('a.b', 'a.b')], 'a.b: stands there twice'],
    ['one about nothing', [of('a.b')], [about('a.b', 'a.b'), about('a.c')], 'a.c: is about no operation'],
    [
      'an excuse without a reason',
      [of('a.b', { mcp: 'later' })],
      [about('a.b', 'a.b')],
      'a.b: gives no reason why it is not on mcp',
    ],
    [
      'one that never runs on a surface',
      [of('a.b'), of('a.c', { mcp: why })],
      [about('a.b', 'a.b', 'a.c')],
      'a.b: no requirement about it runs over mcp',
    ],
    [
      'one that is only known to fail',
      [of('a.b')],
      [{ ...about('a.b', 'a.b'), knownFailures: { trpc: 'not yet' } }],
      'a.b: every requirement about it fails over trpc',
    ],
  ])('finds %s', (_, table, requirements, fault) => {
    expect(faultsOf(table, requirements)).toContain(fault);
  });
  it('finds nothing where an excuse has its reason', () => {
    expect(faultsOf([of('a.b', { mcp: why })], [about('a.b', 'a.b')])).toEqual([]);
  });
  it('lets a known failure fail, and nothing else', () => {
    const failure = new Error('as ever');
    expect(() => judge(undefined, failure)).toThrow('as ever');
    expect(judge(undefined, null)).toBe(true);
    expect(judge('not yet', failure)).toBe(false);
    expect(() => judge('not yet', null)).toThrow('It holds now');
  });
});
