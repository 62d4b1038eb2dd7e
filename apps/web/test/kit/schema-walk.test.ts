import { describe, expect, it } from 'vitest';
import { descriptionOf, namesOf, schemasAt, valuesOf } from '../../src/kit/editor/schema-walk.ts';

const schema = {
  title: 'Task',
  required: ['level', '__proto__'],
  $defs: {
    level: { enum: ['debug', 'info'], description: 'How loud' },
    node: { properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } } },
    'a/b': { const: 1 },
  },
  properties: {
    name: { type: 'string', title: 'Name', description: 'What it is called' },
    level: { $ref: '#/$defs/level' },
    tree: { $ref: '#/$defs/node' },
    slash: { $ref: '#/$defs/a~1b' },
    either: { oneOf: [{ const: 'x' }, { type: ['boolean', 'null'], default: false }] },
    pair: { prefixItems: [{ const: 'first' }], items: { const: 'rest' } },
    old: { items: [{ const: 'one' }, { const: 'two' }] },
    map: {
      patternProperties: { '^(x+)+$': { const: 'ext' } },
      additionalProperties: { const: 'any' },
    },
    missing: { $ref: '#/$defs/nothing' },
    elsewhere: { $ref: 'https://example.com/schema' },
  },
  allOf: [{ properties: { extra: { type: 'integer' } } }, { $ref: '#' }, true, null],
};

describe('a schema', () => {
  it('names members, the required first, those combined too', () => {
    const names = namesOf(schemasAt(schema, []));
    expect(names[0]).toEqual({ name: 'level', required: true, type: '', description: '' });
    expect(names.map(({ name }) => name)).toContain('extra');
  });
  it.each<[steps: string[], values: string[]]>([
    [['level'], ['"debug"', '"info"']],
    [['slash'], ['1']],
    [['either'], ['"x"', 'false', 'true', 'null']],
    [['pair', '0'], ['"first"']],
    [['pair', '3'], ['"rest"']],
    [['old', '1'], ['"two"']],
    [['old', '2'], []],
    [
      ['map', 'x-a'],
      ['"ext"', '"any"'],
    ],
    [['missing'], []],
    [['elsewhere'], []],
    [['__proto__'], []],
    [['none', 'at', 'all'], []],
  ])('at %j names %j', (steps, values) =>
    expect(valuesOf(schemasAt(schema, steps)).map(({ text }) => text)).toEqual(values),
  );
  it('that refers to itself ends', () => {
    const steps = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'children' : '0'));
    expect(namesOf(schemasAt(schema, ['tree', ...steps])).map(({ name }) => name)).toEqual(['name', 'children']);
  });
  it('describes a value', () => {
    expect(descriptionOf(schemasAt(schema, ['name']))).toBe('Name\nWhat it is called\nType: string');
    expect(descriptionOf(schemasAt(schema, ['missing']))).toBe('');
  });
  it.each([[[]], [{ properties: 1, items: 'x', allOf: {}, enum: 'y', required: 2 }]])(
    'that is wrong says nothing: %j',
    (wrong) => {
      expect(namesOf(schemasAt(wrong, ['a', '0']))).toEqual([]);
      expect(valuesOf(schemasAt(wrong, []))).toEqual([]);
    },
  );
});
