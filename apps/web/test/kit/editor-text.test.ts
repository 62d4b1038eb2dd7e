import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLarge } from '../../src/kit/editor/editor-language.ts';
import { languageOf } from '../../src/kit/editor/language-of.ts';
import { changesBetween, diffByLines, diffLines, linesOf, minimalChange } from '../../src/kit/editor/text-diff.ts';
import { closeText, openText } from '../../src/kit/editor/text-shape.ts';
import { remembered } from '../../src/kit/editor/told-values.ts';

const texts = fc
  .array(fc.constantFrom('a', 'b', '\n', '\r\n', '\r', '😀', '\uFEFF', ''), { maxLength: 20 })
  .map((all) => all.join(''));

describe('a text in an editor', () => {
  it('is given back byte for byte', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { plain, shape } = openText(text);
        expect(closeText(plain, shape)).toBe(text);
      }),
    );
  });
  it.each([
    ['CRLF', 'a\r\nb\r\n', 'a\nb\n'],
    ['BOM', '\uFEFFa', 'a'],
    ['mixed ends', 'a\r\nb\n', 'a\r\nb\n'],
    ['a lone carriage return', 'a\rb\r\n', 'a\rb\r\n'],
  ])('%s', (_name, text, plain) => expect(openText(text).plain).toBe(plain));
});

describe('the difference of two texts', () => {
  it('is the least one that gives the other', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const change = minimalChange(before, after);
        if (change === null) expect(before).toBe(after);
        else expect(before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after);
      }),
    );
  });
  it('does not cut a pair of code units', () => {
    expect(minimalChange('😀', '😁')).toEqual({ from: 0, to: 2, insert: '😁' });
  });
  it('by lines gives the other text', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const applied = [...changesBetween(before, after)]
          .reverse()
          .reduce((all, { from, to, insert }) => all.slice(0, from) + insert + all.slice(to), before);
        expect(applied).toBe(after);
        const drawn = [...diffByLines(before, after)]
          .reverse()
          .reduce(
            (all, { fromA, toA, fromB, toB }) => all.slice(0, fromA) + after.slice(fromB, toB) + all.slice(toA),
            before,
          );
        expect(drawn).toBe(after);
      }),
    );
  });
  it('leaves the line after a removed one alone', () => {
    const before = 'line 40 of it\nline 41 of it\n';
    expect(diffByLines(before, 'line 41 of it\n')).toMatchObject([{ fromA: 0, toA: 14, fromB: 0, toB: 0 }]);
  });
  it('is coarse where there are more distinct lines than signs for them', () => {
    const many = (word: string) => Array.from({ length: 40_000 }, (_, i) => `${word} ${i}\n`);
    const [a, b] = [
      ['same\n', ...many('x'), 'end\n'],
      ['same\n', ...many('y'), 'end\n'],
    ];
    expect(diffLines(a, b)).toEqual([{ fromA: 1, toA: 40_001, fromB: 1, toB: 40_001 }]);
  });
  it('knows lines with and without an end', () => expect(linesOf('a\n\nb')).toEqual(['a\n', '\n', 'b']));
});

it.each([
  ['', false],
  ['x'.repeat(20_000), false],
  ['x'.repeat(20_001), true],
  [`${'x\n'.repeat(30_000)}`, false],
  [`${'x\n'.repeat(30_000)}${'y'.repeat(20_001)}`, true],
  ['x\n'.repeat(500_001), true],
])('%#: a large text', (text, large) => expect(isLarge(text)).toBe(large));

it.each([
  ['a/main.mjs', 'javascript'],
  ['x.TS', 'typescript'],
  ['task.json', 'json'],
  ['.gitlab-ci.yml', 'yaml'],
  ['README.md', 'markdown'],
  ['Makefile', 'text'],
  ['x.constructor', 'text'],
] as const)('%s is %s', (path, language) => expect(languageOf(path)).toBe(language));

it('remembers fewer values the larger they are', () => {
  const many = Array.from({ length: 2000 }, () => 'x').reduce<string[]>(remembered, []);
  expect(many).toHaveLength(1000);
  const large = 'x'.repeat(2_000_000);
  expect(Array.from({ length: 50 }, () => large).reduce<string[]>(remembered, [])).toHaveLength(20);
});
