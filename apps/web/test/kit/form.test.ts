import { describe, expect, test } from 'vitest';
import { errorSchemaOf, partsOf, withoutUndefined } from '../../src/kit/form/field-errors.ts';
import { dirtyFields, serverErrors } from '../../src/kit/form/field-state.ts';
import { fillConsts } from '../../src/kit/form/fill-consts.ts';
import { jsonProblem } from '../../src/kit/form/json-problem.ts';
import { checkSchema } from '../../src/kit/form/schema-check.ts';
import { hiddenMembers, whyNoForm } from '../../src/kit/form/showable.ts';

describe('JSON as it is typed', () => {
  test.each([
    ['{"a": [1, -2.5e3, true, null, "\\u00e9"]}', null],
    ['', [1, 1, 'ends']],
    ['{"a": 1,\n}', [1, 8, 'comma']],
    ['[1, 2', [1, 6, 'not closed']],
    ['{\n  a: 1\n}', [2, 3, 'name']],
    ["{'a': 1}", [1, 2, 'name']],
    ['{"a" 1}', [1, 6, 'colon']],
    ['{"a": "x}\n', [1, 7, 'not closed']],
    ['{"a": "\\q"}', [1, 8, 'escape']],
    ['[01]', [1, 2, 'number']],
    ['[hello]', [1, 2, 'double quotes']],
    ['1 2', [1, 3, 'follow']],
    ['{"a": 1 "b": 2}', [1, 9, 'comma']],
  ])('%j', (text, wrong) => {
    const problem = jsonProblem(text);
    if (wrong === null) expect(problem).toBeNull();
    else {
      expect([problem?.line, problem?.column]).toEqual(wrong.slice(0, 2));
      expect(problem?.message).toContain(wrong[2]);
    }
  });
  test('what is nested without end has an end', () => {
    expect(jsonProblem('['.repeat(100_000))?.line).toBe(1);
  });
});

describe('a schema', () => {
  const tree = {
    $ref: '#/$defs/n',
    $defs: { n: { type: 'object', properties: { next: { $ref: '#/$defs/n' }, v: { type: 'integer' } } } },
  };
  test.each<[string, unknown, unknown, string[]]>([
    ['true', true, 1, []],
    ['false', false, 1, [' false']],
    ['type', { type: 'string' }, 1, [' type']],
    ['one of several types', { type: ['string', 'null'] }, null, []],
    ['whole numbers', { type: 'integer' }, 1.5, [' type']],
    ['required', { type: 'object', required: ['a'] }, {}, ['a required']],
    ['cleared is missing', { type: 'object', required: ['a'] }, { a: undefined }, ['a required']],
    ['enum', { enum: [1, { a: 1 }] }, { a: 1 }, []],
    ['const', { const: 'x' }, 'y', [' const']],
    ['bounds', { minimum: 1, exclusiveMaximum: 5 }, 5, [' exclusiveMaximum']],
    ['steps', { multipleOf: 0.1 }, 0.3, []],
    ['lengths count characters', { maxLength: 1 }, '😀', []],
    ['pattern', { pattern: '^a' }, 'b', [' pattern']],
    ['a pattern that is none', { pattern: '(' }, 'b', []],
    ['format', { format: 'email' }, 'nobody', [' format']],
    ['items', { items: { type: 'number' } }, [1, 'a'], ['1 type']],
    ['first items, 2020-12', { prefixItems: [{ type: 'string' }], items: false }, ['a', 1], ['1 false']],
    ['first items, draft-07', { items: [{ type: 'string' }], additionalItems: false }, ['a', 1], ['1 false']],
    ['unique', { uniqueItems: true }, [{ a: 1 }, { a: 1 }], [' uniqueItems']],
    ['contains', { contains: { const: 3 } }, [1, 2], [' contains']],
    [
      'other members',
      { properties: { a: {} }, additionalProperties: false },
      { a: 1, b: 2 },
      ['b additionalProperties'],
    ],
    [
      'patterns of names',
      { patternProperties: { '^x': { type: 'number' } }, additionalProperties: false },
      { x1: 'a' },
      ['x1 type'],
    ],
    ['dependent', { dependentRequired: { a: ['b'] } }, { a: 1 }, ['b required']],
    ['allOf', { allOf: [{ minimum: 3 }, { maximum: 1 }] }, 2, [' minimum', ' maximum']],
    ['anyOf', { anyOf: [{ type: 'string' }, { minimum: 3 }] }, 4, []],
    ['oneOf fits two', { oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 3, [' oneOf']],
    ['not', { not: { type: 'string' } }, 'a', [' not']],
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    ['if', { if: { required: ['a'] }, then: { required: ['b'] } }, { a: 1 }, ['b required']],
    ['a schema that names itself', tree, { next: { next: { v: 'x' } } }, ['next.next.v type']],
    ['a reference to nothing', { $ref: '#/gone' }, 1, []],
    ['a ring of references', { $ref: '#' }, 1, []],
    [
      'beside a reference, draft-07',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        $ref: '#/definitions/a',
        minimum: 5,
        definitions: { a: {} },
      },
      1,
      [],
    ],
    ['what it does not know', { type: 'colour', properties: 3, required: 'a' }, {}, []],
  ])('%s', (_, schema, value, found) => {
    expect(checkSchema(value, schema).map(({ path, keyword }) => `${path.join('.')} ${keyword}`)).toEqual(found);
  });

  test.each([
    ['nothing', null, true],
    ['anything', {}, true],
    ['an ordinary one', { type: 'object', properties: { a: { type: 'string' } } }, false],
    ['a type that there is not', { type: 'colour' }, true],
    ['a reference to nothing', { type: 'object', properties: { a: { $ref: '#/gone' } } }, true],
    ['a ring', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }, true],
    ['itself, one level at a time', tree, false],
    ['huge', { type: 'object', properties: Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [i, {}])) }, true],
  ])('whether it can be shown: %s', (_, schema, refused) => {
    expect(whyNoForm(schema) !== null).toBe(refused);
  });

  test('members without a field are named', () => {
    const schema = { properties: { a: {} }, allOf: [{ properties: { b: {} } }] };
    expect(hiddenMembers({ a: 1, b: 2, c: 3 }, schema)).toEqual(['c']);
    expect(hiddenMembers({ c: 3 }, { ...schema, additionalProperties: true })).toEqual([]);
  });

  const choice = {
    oneOf: [
      { properties: { kind: { const: 'file' }, path: {} }, required: ['kind', 'path'] },
      { properties: { kind: { const: 'web' }, url: {} }, required: ['kind', 'url'] },
    ],
  };
  test.each([
    ['one choice but for its name', { path: 'x' }, { kind: 'file', path: 'x' }],
    ['nothing yet', {}, {}],
    ['no choice', { other: 1 }, { other: 1 }],
    ['two choices', { path: 'x', url: 'y' }, { path: 'x', url: 'y' }],
    ['complete', { kind: 'web', url: 'y' }, { kind: 'web', url: 'y' }],
  ])('the name of a choice is filled in: %s', (_, value, filled) => {
    expect(fillConsts({ target: value }, { properties: { target: choice } })).toEqual({ target: filled });
  });
  test('what is complete stays the same value', () => {
    const value = { target: { kind: 'web', url: 'y' } };
    expect(fillConsts(value, { properties: { target: choice } })).toBe(value);
  });
});

describe('errors of fields', () => {
  test.each([
    ['a.b', ['a', 'b']],
    ['a[0].b', ['a', '0', 'b']],
    ['/a/b~1c/0', ['a', 'b/c', '0']],
    ['', []],
    ['__proto__.x', ['x']],
  ])('the path %j', (path, parts) => expect(partsOf(path)).toEqual(parts));
  test('several of one field stay apart', () => {
    const issues = [
      { path: 'a', message: 'one' },
      { path: 'a', message: 'two' },
      { path: '', message: 'whole' },
    ];
    expect(errorSchemaOf(issues)).toEqual({ __errors: ['whole'], a: { __errors: ['one', 'two'] } });
  });
  test('what is undefined is left out, and the rest is the same', () => {
    const kept = { a: [1, { b: 2 }] };
    expect(withoutUndefined(kept)).toBe(kept);
    expect(withoutUndefined({ a: undefined, b: { c: undefined, d: 1 } })).toEqual({ b: { d: 1 } });
  });
  test('a server’s issues go to the fields that they are of', () => {
    const error = {
      code: 'VALIDATION_FAILED',
      details: [
        { path: 'name', message: 'is taken.' },
        { path: 'config.url', message: 'is no address.' },
        { path: 'body.cron', message: 'is wrong.', suggestion: '@daily' },
        { path: 'other', message: 'is odd.' },
      ],
    };
    expect(serverErrors(error, { name: '', config: {}, when: '' }, { when: 'body.cron' })).toEqual({
      fields: { name: 'is taken.', config: 'url: is no address.', when: 'is wrong. Did you mean @daily?' },
      rest: ['other: is odd.'],
    });
  });
  test('what changed', () => {
    expect(dirtyFields({ a: 1, b: ['x'], c: '' }, { a: 1, b: ['x'], c: 'y' })).toEqual(['c']);
  });
});
