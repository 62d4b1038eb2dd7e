import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBounded } from '../src/bounded-json.ts';
import { createRedactor } from '../src/redact.ts';

describe('redaction', () => {
  it.each([
    ['plain', ['hunter22'], 'pw=hunter22!', 'pw=[redacted]!'],
    ['inside JSON', ['a"b\\c\nd'], JSON.stringify({ k: 'a"b\\c\nd' }), '{"k":"[redacted]"}'],
    ['in a URL', ['a b&c=d'], '?k=a%20b%26c%3Dd', '?k=[redacted]'],
    ['in base64', ['user:pass'], 'Basic dXNlcjpwYXNz', 'Basic [redacted]'],
    ['within a longer base64 text', ['longpass'], 'Basic dXNlcjpsb25ncGFzcw==', 'Basic dXNlcjp[redacted]w=='],
    ['in JSON within JSON', ['a"b\\c'], JSON.stringify(JSON.stringify('a"b\\c')), '"\\"[redacted]\\""'],
    ['in a form', ['a b(c)'], 'k=a+b%28c%29', 'k=[redacted]'],
    ['in hexadecimal', ['abcd'], '61626364', '[redacted]'],
    ['a line of several', ['-----BEGIN-----\nMIIEvQIBADANBgkqh\n'], '1: MIIEvQIBADANBgkqh', '1: [redacted]'],
    ['one within another', ['abcd', 'abcdefgh'], 'abcdefgh abcd', '[redacted] [redacted]'],
    ['with white space around', [' key-1 \n'], 'key-1', '[redacted]'],
    ['too short to be one', ['abc', ''], 'abc', 'abc'],
  ])('%s', (_, secrets, text, shown) => {
    expect(createRedactor(secrets).text(text)).toBe(shown);
  });

  it('goes through JSON values, keys and numbers too', () => {
    const { json } = createRedactor(['secret', '12345']);
    expect(json({ secret: ['a secret', 12345, 1, null, { b: true }] })).toEqual({
      '[redacted]': ['a [redacted]', '[redacted]', 1, null, { b: true }],
    });
  });

  it('leaves nothing of a secret in any text', () => {
    const secret = fc
      .string({ minLength: 4 })
      .filter((text) => text.trim().length >= 4 && !'[redacted]'.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        expect(createRedactor([value]).text(`${before}\n${value}\n${after}`)).not.toContain(`\n${value}\n`);
      }),
    );
  });
});

describe('bounded JSON', () => {
  it.each([
    ['[[1]]', 2, [[1]]],
    ['[[[1]]]', 2, undefined],
    ['{"a":"[[[[\\"[["}', 1, { a: '[[[["[[' }],
    ['"text"', 0, 'text'],
    ['[[],[],[]]', 2, [[], [], []]],
  ])('%s within %s levels', (text, most, value) => {
    expect(parseBounded(text, most)).toEqual(value);
  });

  it('parses what JSON writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseBounded(text, 1000)).toEqual(JSON.parse(text));
      }),
    );
  });
});
