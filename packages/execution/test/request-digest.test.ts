import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../src/request-digest.ts';

it('canonical JSON is one text for equal values, and another for others', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const text = canonicalJson(a);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(a)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      if (canonicalJson(b) === text) expect(JSON.parse(JSON.stringify(b))).toEqual(JSON.parse(JSON.stringify(a)));
    }),
  );
  expect(canonicalJson({ b: { d: 1, c: [] }, a: undefined })).toBe('{"b":{"c":[],"d":1}}');
});
