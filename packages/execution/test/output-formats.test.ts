import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { type ContentOptions, format } from '../src/outputs/format.ts';
import { csvText, readCsvHeader } from '../src/outputs/format-csv.ts';
import { retryAfterMs } from '../src/outputs/retry-after.ts';
import { retryPauseMs } from '../src/outputs/retry-pause.ts';

const csv = { delimiter: ',', header: true, guardFormulas: true };
const options: ContentOptions = { content: 'output', format: 'json', indent: 0, encoding: 'utf8', ...csv };

/** A reader of RFC 4180 of its own. */
function readCsv(text: string, delimiter = ','): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      let value = '';
      if (text[at] === '"') {
        for (at++; ; at++) {
          if (text[at] !== '"') value += text[at];
          else if (text[at + 1] === '"') {
            value += '"';
            at++;
          } else break;
        }
        at++;
      } else while (at < text.length && text[at] !== delimiter && !text.startsWith('\r\n', at)) value += text[at++];
      row.push(value);
      if (text[at] !== delimiter) break;
      at++;
    }
    expect(text.slice(at, at + 2)).toBe('\r\n');
    at += 2;
    rows.push(row);
  }
  return rows;
}

describe('CSV', () => {
  it.each<[string, unknown, Partial<typeof csv & { columns: string[] }>, string]>([
    ['rows', [{ a: 1, b: 'x' }, { a: 2 }], {}, 'a,b\r\n1,x\r\n2,\r\n'],
    ['columns as they are first met', [{ b: 1 }, { a: 2, b: 3 }], {}, 'b,a\r\n1,\r\n3,2\r\n'],
    ['columns that are named', [{ a: 1, b: 2, c: 3 }], { columns: ['c', 'z', 'a'] }, 'c,z,a\r\n3,,1\r\n'],
    ['one object', { a: true, b: null }, {}, 'a,b\r\ntrue,\r\n'],
    ['plain values', [1, 'two', null], {}, 'value\r\n1\r\ntwo\r\n""\r\n'],
    [
      'rows that are arrays',
      [
        [1, 2],
        [3, 'a"b'],
      ],
      {},
      '1,2\r\n3,"a""b"\r\n',
    ],
    ['nothing', [], {}, ''],
    ['only names', [], { columns: ['a', 'b'] }, 'a,b\r\n'],
    ['no header', [{ a: 1 }], { header: false }, '1\r\n'],
    ['quotes', [{ a: 'x,y', b: 'say "hi"', c: 'two\nlines' }], {}, 'a,b,c\r\n"x,y","say ""hi""","two\nlines"\r\n'],
    ['another delimiter', [{ a: 'x;y', b: 'x,y' }], { delimiter: ';' }, 'a;b\r\n"x;y";x,y\r\n'],
    ['nested values', [{ a: { b: [1, 2] } }], {}, 'a\r\n"{""b"":[1,2]}"\r\n'],
    ['formulas', [{ a: '=1+1', b: '@x', c: '-5', d: '-x', e: -5 }], {}, "a,b,c,d,e\r\n'=1+1,'@x,-5,'-x,-5\r\n"],
    ['formulas as they are', [{ a: '=1+1' }], { guardFormulas: false }, 'a\r\n=1+1\r\n'],
    ['a hostile header', [{ '=cmd': 1 }], {}, "'=cmd\r\n1\r\n"],
  ])('%s', (_, value, more, text) => {
    expect(csvText(value, { ...csv, ...more })).toBe(text);
  });
  it('is read back as it was', () => {
    const row = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.string(), {
      minKeys: 1,
      maxKeys: 5,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(',', ';', '\t', '|'),
        (rows, delimiter) => {
          const text = csvText(rows, { ...csv, delimiter, guardFormulas: false });
          const [header = [], ...lines] = readCsv(text, delimiter);
          expect(readCsvHeader(text, delimiter)).toEqual(header);
          expect(new Set(header)).toEqual(new Set(rows.flatMap((r) => Object.keys(r))));
          expect(lines).toEqual(rows.map((r) => header.map((name) => r[name] ?? '')));
        },
      ),
    );
  });
  it('never lets a text begin a formula', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const [[cell = ''] = []] = readCsv(csvText([text], { ...csv, header: false }));
        expect(/^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell)).toBe(false);
      }),
    );
  });
  it.each([
    ['', null],
    ['a,b\r\n1,2', ['a', 'b']],
    ['"a,""b",c\n', ['a,"b', 'c']],
    ['one', ['one']],
  ])('reads the header of %j', (text, names) => {
    expect(readCsvHeader(text, ',')).toEqual(names);
  });
});

describe('formats', () => {
  it.each<[Partial<ContentOptions>, unknown, string, string]>([
    [{ format: 'json' }, { a: 1 }, '{"a":1}', 'application/json'],
    [{ format: 'json', indent: 2 }, { a: 1 }, '{\n  "a": 1\n}\n', 'application/json'],
    [{ format: 'json' }, undefined, 'null', 'application/json'],
    [{ format: 'raw' }, 'as it is\n', 'as it is\n', 'text/plain; charset=utf-8'],
    [{ format: 'raw' }, { a: 1 }, '{"a":1}', 'application/json'],
    [{ format: 'raw', encoding: 'base64' }, 'aGk=', 'hi', 'application/octet-stream'],
    [{ format: 'yaml' }, { a: [1, 'x'] }, 'a:\n  - 1\n  - x\n', 'application/yaml'],
  ])('%j of %j', (more, value, text, contentType) => {
    const body = format(value, { ...options, ...more });
    expect([body.bytes.toString('utf8'), body.contentType]).toEqual([text, contentType]);
  });
  it('refuses what is not base64', () => {
    expect(() => format('no base64!', { ...options, format: 'raw', encoding: 'base64' })).toThrow(/not base64/);
  });
  it('writes YAML and JSON that mean the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = format(value, options).bytes.toString('utf8');
        const yaml = format(value, { ...options, format: 'yaml' }).bytes.toString('utf8');
        expect(JSON.stringify(parseYaml(yaml))).toBe(json);
      }),
    );
  });
});

describe('pauses', () => {
  it.each([
    [1, 1000, null, 1000],
    [2, 1000, null, 2000],
    [5, 1000, null, 16_000],
    [60, 1000, null, 300_000],
    [1, 0, null, 0],
    [1, 1000, 5000, 5000],
    [3, 5000, 100, 20_000],
  ])('attempt %i, backoff %i, asked %s: %i', (attempts, backoff, asked, pause) => {
    expect(retryPauseMs(attempts, backoff, asked, () => 0)).toBe(pause);
    const most = retryPauseMs(attempts, backoff, asked, () => 0.999);
    expect(most).toBeGreaterThanOrEqual(pause);
    expect(most).toBeLessThanOrEqual(Math.max(asked ?? 0, Math.min(300_000, pause * 1.25)));
  });
  const now = new Date('2026-11-21T12:00:00Z');
  it.each([
    [undefined, {}],
    ['7', { retryAfterMs: 7000 }],
    ['Sat, 21 Nov 2026 12:00:30 GMT', { retryAfterMs: 30_000 }],
    ['Sat, 21 Nov 2026 11:00:30 GMT', { retryAfterMs: 0 }],
    ['soon', {}],
    ['999999999', { retryAfterMs: 86_400_000 }],
  ])('Retry-After %s', (header, wanted) => {
    expect(retryAfterMs(header, now)).toEqual(wanted);
  });
});
