import { describe, expect, it } from 'vitest';
import { createSchemaValidator, SchemaError } from '../src/json-schema.ts';

const validator = createSchemaValidator();
const new2020 = 'https://json-schema.org/draft/2020-12/schema';
const old07 = 'http://json-schema.org/draft-07/schema#';

const cases: [name: string, schema: unknown, value: unknown, issues: unknown][] = [
  ['fits', { type: 'object', properties: { a: { type: 'integer' } } }, { a: 1 }, []],
  ['true fits all', true, { a: 1 }, []],
  ['false fits nothing', false, 1, [{ path: '', message: expect.any(String) }]],
  [
    'a path',
    { properties: { a: { items: { type: 'string' } } } },
    { a: ['x', 1] },
    [{ path: 'a.1', message: 'must be string' }],
  ],
  [
    'a required property',
    { required: ['b'], properties: { c: { required: ['d'] } } },
    { c: {} },
    [
      { path: 'b', message: 'is required' },
      { path: 'c.d', message: 'is required' },
    ],
  ],
  [
    'a property too many',
    { properties: {}, additionalProperties: false },
    { x: 1 },
    [{ path: 'x', message: 'is not allowed' }],
  ],
  ['enum', { enum: ['a', 1] }, 'b', [{ path: '', message: 'must be one of "a", 1' }]],
  ['format', { format: 'email' }, 'nope', [{ path: '', message: 'must match format "email"' }]],
  [
    'odd keys in a path',
    { properties: { 'a/b~c': { type: 'string' } } },
    { 'a/b~c': 1 },
    [{ path: 'a/b~c', message: 'must be string' }],
  ],
  [
    'draft-07 tuples',
    { $schema: old07, items: [{ type: 'string' }], additionalItems: false },
    ['a', 1],
    [{ path: '', message: expect.stringContaining('1 items') }],
  ],
  [
    '2020-12 tuples',
    { $schema: new2020, prefixItems: [{ type: 'string' }], items: false },
    ['a', 1],
    [{ path: '', message: expect.stringContaining('1 items') }],
  ],
  [
    '2020-12 by its keywords',
    { properties: { a: true }, unevaluatedProperties: false },
    { b: 1 },
    [{ path: 'b', message: 'is not allowed' }],
  ],
  [
    'references within',
    { $defs: { n: { type: 'number' } }, properties: { a: { $ref: '#/$defs/n' } } },
    { a: 'x' },
    [{ path: 'a', message: 'must be number' }],
  ],
  [
    'recursion',
    { $id: 'tree', properties: { next: { $ref: '#' }, n: { type: 'number' } } },
    { next: { next: { n: 'x' } } },
    [{ path: 'next.next.n', message: 'must be number' }],
  ],
  ['pattern', { pattern: '^\\d+$' }, '12a', [{ path: '', message: 'must match pattern "^\\d+$"' }]],
  [
    'patternProperties',
    { patternProperties: { '^x-': { type: 'string' } } },
    { 'x-a': 1 },
    [{ path: 'x-a', message: 'must be string' }],
  ],
  ['unknown keywords are kept', { 'x-ui': { widget: 'text' }, type: 'string' }, 'a', []],
  [
    'a __proto__ key',
    { type: 'object', additionalProperties: { type: 'string' } },
    JSON.parse('{"__proto__": 1}'),
    [{ path: '__proto__', message: 'must be string' }],
  ],
];

const bad: [name: string, schema: unknown, message: RegExp][] = [
  ['no schema at all', 5, /JSON object/],
  ['a list', [], /JSON object/],
  ['an unknown type', { type: 'strnig' }, /cannot be used/],
  [
    'a reference elsewhere',
    { $ref: 'https://example.org/other.json' },
    /"https:\/\/example\.org\/other\.json".*nothing is fetched/,
  ],
  ['a reference to nothing', { $ref: '#/definitions/gone' }, /#\/definitions\/gone/],
  ['an unknown dialect', { $schema: 'http://json-schema.org/draft-04/schema#' }, /draft-07 or 2020-12/],
  ['a pattern that is none', { pattern: '(' }, /pattern "\("/],
  ['a pattern with look-around', { pattern: '(?=a)b' }, /look-around/],
  ['a back-reference', { pattern: '(a)\\1' }, /back-references/],
];

describe('JSON Schema', () => {
  it.each(cases)('%s', (_, schema, value, issues) => {
    expect(validator.validate(schema, value)).toEqual(issues);
    expect(validator.validate(structuredClone(schema), value)).toEqual(issues);
    expect(validator.check(schema)).toEqual([]);
  });

  it.each(bad)('refuses %s', (_, schema, message) => {
    expect(() => validator.validate(schema, {})).toThrow(SchemaError);
    expect(validator.check(schema)).toEqual([{ path: '', message: expect.stringMatching(message) }]);
  });

  it('takes the same $id twice', () => {
    for (const type of ['string', 'number', 'boolean'])
      expect(validator.validate({ $id: 'https://example.org/same', type }, null)).toHaveLength(1);
  });

  it('withstands patterns that take other engines for ever', () => {
    expect(validator.validate({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}b`)).toHaveLength(1);
  });

  it('answers a bounded number of issues', () => {
    expect(validator.validate({ items: { type: 'string' } }, Array(1000).fill(1))).toHaveLength(100);
  });

  it('forgets schemas it has not seen for long', () => {
    for (let n = 0; n < 700; n += 1) expect(validator.validate({ const: n }, n)).toEqual([]);
    expect(validator.validate({ const: 0 }, 1)).toHaveLength(1);
  });
});
