import { describe, expect, it } from 'vitest';
import { Name } from '../src/name.ts';

describe('a name', () => {
  it.each([
    ['plain', 'nightly report (2)'],
    ['of another script', 'गणना 計算 حساب'],
    ['with a joiner that its script needs', 'क्‍ष می‌خواهم'],
    ['with joined emoji', '👩‍👩‍👧‍👦 ❤️'],
  ])('may be %s', (_, name) => {
    expect(Name.parse(name)).toBe(name);
  });
  it('is trimmed, and in one form', () => {
    expect(Name.parse('  cafe\u0301 ')).toBe('caf\u00e9');
  });
  it.each([
    ['nothing', ' \t '],
    ['NUL', 'a\0b'],
    ['a line break', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['text turned around', 'invoice\u202egpj.exe'],
    ['an isolated direction', 'a\u2066b\u2069'],
    ['a space without width', 'ad\u200bmin'],
    ['a joiner in ASCII', 'ad\u200dmin'],
    ['a mark of byte order', 'a\ufeffb'],
    ['a soft hyphen', 'ad\u00admin'],
    ['a filler', 'a\u3164b'],
    ['half a character', 'a\ud83d'],
    ['tags', 'a\u{e0061}b'],
    ['too much', 'x'.repeat(201)],
  ])('may not hold %s', (_, name) => {
    expect(Name.safeParse(name).success).toBe(false);
  });
});
