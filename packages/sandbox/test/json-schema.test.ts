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
  [
    'recursion without a name',
    { properties: { next: { $ref: '#' }, n: { type: 'number' } } },
    { next: { next: { n: 'x' } } },
    [{ path: 'next.next.n', message: 'must be number' }],
  ],
  [
    'recursion in 2020-12',
    { $schema: new2020, properties: { list: { items: { $ref: '#' } }, n: { type: 'number' } } },
    { list: [{ n: 1 }, { list: [{ n: 'x' }] }] },
    [{ path: 'list.1.list.0.n', message: 'must be number' }],
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

  const doubling = (depth: number) => ({
    $defs: Object.fromEntries(
      Array.from({ length: depth }, (_, n) => [
        `a${n}`,
        n + 1 === depth
          ? { type: 'number' }
          : { allOf: [{ $ref: `#/$defs/a${n + 1}` }, { $ref: `#/$defs/a${n + 1}` }] },
      ]),
    ),
    $ref: '#/$defs/a0',
  });
  const deep = (depth: number): unknown => (depth === 0 ? 1 : { next: deep(depth - 1) });
  const hostile: [name: string, schema: unknown, value: unknown][] = [
    ['references that double', doubling(40), 1],
    ['a reference to itself', { allOf: [{ $ref: '#' }] }, 1],
    [
      'references that double with the value',
      { properties: { next: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } },
      deep(60),
    ],
    [
      'references out of places that nobody knows',
      { odd: { a: { anyOf: [{ $ref: '#/odd/a' }, { $ref: '#/odd/a' }], type: 'string' } }, $ref: '#/odd/a' },
      1,
    ],
    [
      'a thousand patterns on a long text',
      { allOf: Array.from({ length: 1000 }, (_, n) => ({ pattern: `x{${n % 9}}z?$` })) },
      'x'.repeat(1e6),
    ],
    [
      'a long list of values for each item',
      { items: { enum: Array.from({ length: 50_000 }, (_, n) => `v${n}`) } },
      Array(50_000).fill('v49999'),
    ],
  ];
  it.each(hostile)('gives up on %s', (_, schema, value) => {
    expect(() => validator.validate(schema, value)).toThrow(SchemaError);
  });

  it('takes large values in its stride', () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => ({ n, text: `row ${n}` }));
    const schema = {
      uniqueItems: true,
      items: { properties: { n: { type: 'integer' }, text: { type: 'string' } }, required: ['n'] },
    };
    expect(validator.validate(schema, rows)).toEqual([]);
    expect(validator.validate(schema, [...rows, { text: 'row' }])).toEqual([
      { path: '100000.n', message: 'is required' },
    ]);
    expect(validator.validate({ items: { type: 'string' } }, Array(1_000_000).fill(1))).toHaveLength(1);
    const wide = {
      properties: Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`p${n}`, { type: 'string' }])),
    };
    expect(validator.validate(wide, { p1999: 1, many: rows.slice(0, 30_000) })).toEqual([
      { path: 'p1999', message: 'must be string' },
    ]);
  });

  it.each([
    [[1, 1.0], false],
    [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    [[{ a: 1 }, { a: '1' }], true],
    [
      [
        [1, 2],
        [2, 1],
      ],
      true,
    ],
    [[null, 'null', false, 0], true],
  ])('tells whether the items of %j are unique: %s', (items, unique) => {
    expect(validator.validate({ uniqueItems: true }, items)).toHaveLength(unique ? 0 : 1);
  });

  it.each(['draft-07', '2020-12'])('checks formats in %s', (dialect) => {
    const $schema = dialect === 'draft-07' ? old07 : new2020;
    const formats: [format: string, good: string, bad: string][] = [
      ['date-time', '2026-01-02T03:04:05Z', '2026-13-02T03:04:05Z'],
      ['date', '2024-02-29', '2023-02-29'],
      ['time', '03:04:05Z', '25:00:00Z'],
      ['duration', 'P1DT2H', '1 day'],
      ['email', 'a@b.org', 'a@'],
      ['hostname', 'example.org', '-x'],
      ['ipv4', '1.2.3.4', '1.2.3.256'],
      ['ipv6', '::1', ':::'],
      ['uri', 'https://a.b/c', 'no uri'],
      ['uuid', '0190f0d0-7c44-7b9f-8f3e-2f4a9c1d2e3f', '0190'],
      ['json-pointer', '/a~1b', 'a'],
      ['regex', '^a$', '('],
    ];
    for (const [format, good, wrong] of formats) {
      expect([format, validator.validate({ $schema, format }, good)]).toEqual([format, []]);
      expect([format, validator.validate({ $schema, format }, wrong)]).toEqual([
        format,
        [{ path: '', message: `must match format "${format}"` }],
      ]);
    }
  });

  it('answers a bounded number of issues', () => {
    expect(validator.validate({ items: { type: 'string' } }, Array(1000).fill(1))).toHaveLength(100);
  });

  it('forgets schemas it has not seen for long', () => {
    for (let n = 0; n < 700; n += 1) expect(validator.validate({ const: n }, n)).toEqual([]);
    expect(validator.validate({ const: 0 }, 1)).toHaveLength(1);
  });
});
