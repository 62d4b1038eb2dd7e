import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJson } from '../../src/kit/editor/json-edit.ts';
import { escapeStep, type Json, nodeAt, sameJson, scanJson, stepsOf } from '../../src/kit/editor/json-scan.ts';
import { membersIn, memberTree, structuredDocument, structuredText } from '../../src/kit/editor/structured-state.ts';

describe('an edit of a JSON text', () => {
  const text = '{\n  "a": 1,\n  "b": { "c": [1, 2] },\n  "d": {}\n}\n';
  it.each<[name: string, text: string, pointer: string, value: Json | undefined, result: string | null]>([
    ['a scalar', text, '/a', 'x', text.replace('1,\n', '"x",\n')],
    ['a scalar in a line', text, '/b/c/1', 3, text.replace('2]', '3]')],
    ['an object for a scalar', text, '/a', { x: 1 }, text.replace('1,\n', '{\n    "x": 1\n  },\n')],
    [
      'an object for one in a line',
      text,
      '/b',
      { c: 1, e: [] },
      text.replace('{ "c": [1, 2] }', '{ "c": 1, "e": [] }'),
    ],
    ['a member more', text, '/e', true, text.replace('{}', '{},\n  "e": true')],
    ['a member more in a line', text, '/b/z', 1, text.replace('2] }', '2], "z": 1 }')],
    ['the first member', text, '/d/x', 1, text.replace('{}', '{\n    "x": 1\n  }')],
    ['an element more', text, '/b/c/2', 3, text.replace('2]', '2, 3]')],
    ['no such element', text, '/b/c/4', 3, null],
    ['the first removed', text, '/a', undefined, text.replace('"a": 1,\n  ', '')],
    ['the last removed', text, '/d', undefined, text.replace(',\n  "d": {}', '')],
    ['the only one removed', '{ "a": 1 }', '/a', undefined, '{}'],
    ['what is not there removed', text, '/zz', undefined, text],
    ['the whole', '[1]\n', '', { a: 1 }, '{ "a": 1 }\n'],
    ['CRLF and tabs', '{\r\n\t"a": 1\r\n}', '/b', { c: 2 }, '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2\r\n\t}\r\n}'],
    ['a name with signs', '{"a/b~\\"": 1}', '/a~1b~0"', 2, '{"a/b~\\"": 2}'],
    ['the last of equal names', '{"a": 1, "a": 2}', '/a', 3, '{"a": 1, "a": 3}'],
    ['no JSON', '{', '/a', 1, null],
    ['under a scalar', text, '/a/b', 1, null],
  ])('%s', (_name, given, pointer, value, result) => expect(editJson(given, pointer, value)).toBe(result));
});

const plainJson = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) as fc.Arbitrary<Json>;
const spellings = fc.constantFrom(undefined, 2, '\t');
const pointersOf = (value: Json, at = ''): string[] => [
  at,
  ...(value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, item]) => pointersOf(item as Json, `${at}/${escapeStep(key)}`))
    : []),
];

describe('for any JSON', () => {
  it('every value is found where it stands', () => {
    fc.assert(
      fc.property(plainJson, spellings, (value, space) => {
        const text = JSON.stringify(value, null, space);
        const root = scanJson(text);
        for (const pointer of pointersOf(value)) {
          const node = root && nodeAt(root, stepsOf(pointer));
          expect(node).toBeTruthy();
        }
        expect(JSON.parse(text.slice(root?.from, root?.to))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('an edit sets its value and no other', () => {
    fc.assert(
      fc.property(plainJson, plainJson, spellings, fc.nat(), (value, put, space, which) => {
        const pointers = pointersOf(value);
        const pointer = pointers[which % pointers.length] ?? '';
        const text = JSON.stringify(value, null, space);
        const edited = editJson(text, pointer, put);
        const root = scanJson(edited ?? '');
        const node = root && nodeAt(root, stepsOf(pointer));
        expect(JSON.parse((edited ?? '').slice(node?.from, node?.to))).toEqual(JSON.parse(JSON.stringify(put)));
        const was = scanJson(text);
        const old = was && nodeAt(was, stepsOf(pointer));
        expect((edited ?? '').slice(0, node?.from)).toBe(text.slice(0, old?.from));
        expect((edited ?? '').slice(node?.to)).toBe(text.slice(old?.to));
      }),
    );
  });
});

describe('a merge of values', () => {
  const base =
    '{\n  "name": "job",\n  "timeout": 10,\n  "limits": { "memory": 64, "cpu": 1 },\n  "gone": 1,\n  "tags": ["a"]\n}\n';
  const local = base.replace('10', '20').replace('64', '128').replace('["a"]', '["b"]');
  const remote = base.replace('10', '30').replace('64, "cpu": 1', '256, "cpu": 2').replace('  "gone": 1,\n', '');
  const document = structuredDocument({ base, local, remote }, null, null);
  it('finds what is open and takes what one side alone changed', () => {
    expect(document?.members.map((member) => member.pointer)).toEqual(['/timeout', '/limits/memory']);
    expect(document?.settled).toEqual(['/limits/cpu', '/gone']);
    expect(document && structuredText(document, {})).toBe(
      local.replace('"cpu": 1', '"cpu": 2').replace('  "gone": 1,\n', ''),
    );
  });
  it('writes the choices into the text and leaves the rest', () => {
    expect(document && structuredText(document, { '/timeout': 'remote', '/limits/memory': 'local' })).toBe(
      local.replace('"cpu": 1', '"cpu": 2').replace('  "gone": 1,\n', '').replace('20', '30'),
    );
  });
  it('follows the hunks given, in the suggestion', () => {
    const given = structuredDocument({ base, local, remote }, remote.replace('30', '20'), [
      { id: '/timeout', kind: 'value', pointer: '/timeout', base: 10, local: 20, remote: 30 },
    ]);
    expect(given && structuredText(given, { '/timeout': 'remote' })).toBe(remote);
    expect(given && structuredText(given, { '/timeout': 'local' })).toBe(remote.replace('30', '20'));
  });
  it('leaves the text to the server where the pointers are no places in it', () => {
    const given = structuredDocument({ base, local, remote }, 'timeout: 20\n', [
      { id: '/timeout', kind: 'value', pointer: '/timeout', local: 20, remote: 30 },
    ]);
    expect(given?.members).toHaveLength(1);
    expect(given && structuredText(given, { '/timeout': 'remote' })).toBeNull();
  });
  it.each([
    ['no JSON', '{', '{}', '{}'],
    ['no JSON on one side', '{}', '{"a":1}', '{"a":'],
  ])('%s', (_name, b, l, r) => expect(structuredDocument({ base: b, local: l, remote: r }, null, null)).toBeNull());

  it('orders members as a tree', () => {
    const tree = memberTree(document?.members ?? []);
    expect(tree.map((node) => [node.step, membersIn(node).length])).toEqual([
      ['timeout', 1],
      ['limits', 1],
    ]);
  });

  it('of any three objects gives each open member the value chosen', () => {
    const object = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.oneof(fc.nat(3), fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(3))),
    );
    fc.assert(
      fc.property(object, object, object, spellings, (b, l, r, space) => {
        const [was, mine, theirs] = [b, l, r].map((value) => JSON.stringify(value, null, space)) as [
          string,
          string,
          string,
        ];
        const found = structuredDocument({ base: was, local: mine, remote: theirs }, null, null);
        expect(found).not.toBeNull();
        for (const side of ['local', 'remote'] as const) {
          const choices = Object.fromEntries((found?.members ?? []).map(({ id }) => [id, side]));
          const text = (found && structuredText(found, choices)) ?? '';
          const root = scanJson(text);
          for (const member of found?.members ?? []) {
            const node = root ? nodeAt(root, stepsOf(member.pointer)) : undefined;
            const value = node ? (JSON.parse(text.slice(node.from, node.to)) as Json) : undefined;
            expect(sameJson(value, member[side])).toBe(true);
          }
        }
      }),
    );
  });
});
