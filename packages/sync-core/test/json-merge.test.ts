import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalJson, type JsonValue, mergeJson } from '../src/json-merge.ts';

const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;

describe('mergeJson', () => {
  it.each<[string, JsonValue, JsonValue, JsonValue, JsonValue]>([
    ['different members', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 }],
    ['a member removed and another changed', { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, { b: 2 }],
    ['members added on both sides', {}, { l: 1 }, { r: 1 }, { l: 1, r: 1 }],
    ['null is not missing', { a: 1 }, { a: null }, { a: 1 }, { a: null }],
    [
      'objects in arrays by id',
      [
        { id: 1, v: 1 },
        { id: 2, v: 1 },
      ],
      [
        { id: 1, v: 2 },
        { id: 2, v: 1 },
      ],
      [
        { id: 1, v: 1 },
        { id: 2, v: 2 },
      ],
      [
        { id: 1, v: 2 },
        { id: 2, v: 2 },
      ],
    ],
    [
      'elements added by name',
      [{ name: 'a' }],
      [{ name: 'a' }, { name: 'l' }],
      [{ name: 'a' }, { name: 'r' }],
      [{ name: 'a' }, { name: 'r' }, { name: 'l' }],
    ],
    ['tags as a set', ['a', 'b'], ['a', 'b', 'l'], ['b', 'r'], ['b', 'l', 'r']],
    [
      'deep',
      { x: { y: { z: 1, w: 1 } } },
      { x: { y: { z: 2, w: 1 } } },
      { x: { y: { z: 1, w: 2 } } },
      { x: { y: { z: 2, w: 2 } } },
    ],
  ])('%s', (_, base, local, remote, expected) => {
    const merged = mergeJson(base, local, remote);
    expect(merged.conflicts).toEqual([]);
    if (Array.isArray(expected) && expected.every((e) => typeof e !== 'object'))
      expect(new Set(merged.value as JsonValue[])).toEqual(new Set(expected));
    else if (Array.isArray(expected))
      expect(new Set((merged.value as JsonValue[]).map((e) => JSON.stringify(e)))).toEqual(
        new Set(expected.map((e) => JSON.stringify(e))),
      );
    else expect(equalJson(merged.value, expected)).toBe(true);
  });
  it.each<[string, JsonValue, JsonValue, JsonValue, string]>([
    ['the same member differently', { a: 1 }, { a: 2 }, { a: 3 }, '/a'],
    ['a set put into two orders', ['a', 'b', 'c'], ['c', 'a', 'b'], ['b', 'a', 'c'], ''],
    [
      'steps put into two orders',
      { steps: [{ id: 1 }, { id: 2 }, { id: 3 }] },
      { steps: [{ id: 3 }, { id: 1 }, { id: 2 }] },
      { steps: [{ id: 2 }, { id: 1 }, { id: 3 }] },
      '/steps',
    ],
    ['changed against removed', { a: { b: 1 } }, { a: { b: 2 } }, {}, '/a'],
    ['types that do not match', { a: 1 }, { a: [] }, { a: {} }, '/a'],
    ['a name with a slash', { 'a/b~c': 1 }, { 'a/b~c': 2 }, { 'a/b~c': 3 }, '/a~1b~0c'],
    ['the whole value', 1, 2, 3, ''],
  ])('leaves open: %s', (_, base, local, remote, pointer) => {
    expect(mergeJson(base, local, remote).conflicts.map((c) => c.pointer)).toEqual([pointer]);
  });
  it('keeps a member named __proto__ a member', () => {
    const parse = (text: string) => JSON.parse(text) as JsonValue;
    const merged = mergeJson(parse('{"a":1}'), parse('{"a":1,"__proto__":{"x":1}}'), parse('{"a":2}'));
    expect(JSON.stringify(merged.value)).toBe('{"a":2,"__proto__":{"x":1}}');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
  it('a side that changed nothing gives the other', () => {
    fc.assert(
      fc.property(value, value, (base, other) => {
        expect(equalJson(mergeJson(base, other, base).value, other)).toBe(true);
        expect(equalJson(mergeJson(base, base, other).value, other)).toBe(true);
      }),
    );
  });
  it('finds the same conflicts with the sides swapped', () => {
    fc.assert(
      fc.property(value, value, value, (base, local, remote) => {
        const [one, two] = [mergeJson(base, local, remote), mergeJson(base, remote, local)];
        expect(one.conflicts.length).toBe(two.conflicts.length);
        if (one.conflicts.length === 0 && !JSON.stringify([base, local, remote]).includes('['))
          expect(equalJson(one.value, two.value)).toBe(true);
      }),
    );
  });
});
