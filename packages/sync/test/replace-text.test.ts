import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replaceText } from '../src/kinds/task/replace-text.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const text = (file: Uint8Array | undefined) => Buffer.from(file ?? []).toString('utf8');
const files = (content: string) => new Map([['main.js', bytes(content)]]);
const one = (find: string, replace: string, all = false) => [{ path: null, find, replace, all }];
const result = (content: string, edits: ReturnType<typeof one>) => replaceText(files(content), 'main.js', edits);

describe('exact text of a file', () => {
  it('is replaced where it stands once, and all around it stays, byte for byte', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '$', 'é', '𝒳') });
    fc.assert(
      fc.property(letters, letters, letters, (before, after, replace) => {
        const made = result(`${before}<<find>>${after}`, one('<<find>>', replace));
        expect('files' in made && text(made.files.get('main.js'))).toBe(before + replace + after);
      }),
    );
  });

  it.each([
    ['every place, where all is said', 'a b a', one('a', 'aa', true), 'aa b aa'],
    ['with a byte order mark', '\uFEFFa b', one('a', 'c'), '\uFEFFc b'],
    ['with CRLF, line feeds meaning those', 'a\r\nb\r\nc', one('a\nb', 'x\ny\nz'), 'x\r\ny\r\nz\r\nc'],
    ['with mixed line endings, exactly', 'a\r\nb\nc', one('b\nc', 'd\ne'), 'a\r\nd\ne'],
    ['after an edit before it', 'a', [...one('a', 'b'), ...one('b', 'c')], 'c'],
    ['by nothing', 'abc', one('b', ''), 'ac'],
  ])('is replaced %s', (_, content, edits, wanted) => {
    const made = result(content, edits);
    expect('files' in made && text(made.files.get('main.js'))).toBe(wanted);
  });

  it.each([
    ['that is not there', 'a', one('b', 'c'), { found: 0, nearest: null, member: 'find' }],
    ['that overlaps itself', 'aaa', one('aa', 'b'), { found: 2, nearest: { line: 1, text: 'aaa' } }],
    [
      'in other case or spacing',
      'x\nif (a ===  b) {\n',
      one('if (A === b) {\n', ''),
      { nearest: { line: 2, text: 'if (a ===  b) {' } },
    ],
    ['by half a character', 'a', one('a', '\ud800'), { member: 'replace' }],
    ['by far too much', 'a'.repeat(1000), one('a', 'b'.repeat(100_000), true), { member: 'replace', found: 1000 }],
  ])('is refused for text %s', (_, content, edits, wanted) => {
    const made = result(content, edits);
    expect('refused' in made && made.refused).toMatchObject([wanted]);
  });

  it('is refused in what is not text', () => {
    const made = replaceText(new Map([['main.js', new Uint8Array([0xff, 0xfe, 0x61])]]), 'main.js', one('a', 'b'));
    expect('refused' in made && made.refused).toMatchObject([{ member: 'path' }]);
  });

  it('that is not found in a very long file is told of soon', () => {
    const content = 'const value = compute(input.first, input.second);\n'.repeat(100_000);
    const made = result(content, one('const value = compute(input.first, input.third);', ''));
    expect('refused' in made && made.refused).toMatchObject([{ nearest: { line: 1 } }]);
  });
});
