import { errorCodes, RatchetError } from '@ratchet/contract/errors';
import { table } from '@ratchet/contract/operations/table';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorWords } from '../../src/kit/state/error-words.ts';
import { memberPath, summaryOf } from '../../src/kit/state/json-parts.ts';
import { durationText, isoDuration, nextTick, relativeTime } from '../../src/kit/state/times.ts';
import { lookOf } from '../../src/kit/state/tones.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('times', () => {
  test.each([
    [0, 'just now'],
    [-44_000, 'just now'],
    [30_000, 'in a moment'],
    [-50_000, '1 minute ago'],
    [-3 * minute, '3 minutes ago'],
    [-59.6 * minute, '1 hour ago'],
    [2_900, 'just now'],
    [50_000, 'in 1 minute'],
    [59.4 * minute, 'in 59 minutes'],
    [hour, 'in 1 hour'],
    [89 * minute, 'in 1 hour'],
    [2 * hour, 'in 2 hours'],
    [-23.8 * hour, '24 hours ago'],
    [34 * hour, 'in 34 hours'],
    [47.4 * hour, 'in 47 hours'],
    [47.6 * hour, 'in 2 days'],
    [-3 * day, '3 days ago'],
    [-29.9 * day, '30 days ago'],
    [59.6 * day, 'in 2 months'],
    [-400 * day, '13 months ago'],
    [-720 * day, '2 years ago'],
    [-3_700 * day, '10 years ago'],
    [Number.NaN, 'unknown'],
    [Number.POSITIVE_INFINITY, 'unknown'],
  ])('%d ms away', (apart, text) => expect(relativeTime(1e12 + apart, 1e12)).toBe(text));

  test('the words never lead away from the time, and past and future mirror each other', () => {
    const numbers = fc.integer({ min: 45_000, max: 4e11 });
    fc.assert(
      fc.property(numbers, (distance) => {
        const past = relativeTime(1e12 - distance, 1e12);
        expect(relativeTime(1e12 + distance, 1e12)).toBe(`in ${past.replace(' ago', '')}`);
        const [, count = '', unit = ''] = /^(\d+) (\w+?)s? ago$/.exec(past) ?? [];
        const said = Number(count) * ({ minute, hour, day, month: 30 * day, year: 365 * day }[unit] ?? Number.NaN);
        expect(Math.abs(said - distance) / distance).toBeLessThan(0.34);
      }),
    );
  });

  test('what is to come is looked at again when it has come', () => {
    expect(relativeTime(10_000, 0)).toBe('in a moment');
    expect(relativeTime(10_000, nextTick(10_000, 0))).toBe('just now');
  });

  test('what is near is looked at more often', () => {
    expect(nextTick(0, minute)).toBeLessThan(nextTick(0, hour));
    expect(nextTick(0, hour)).toBeLessThan(nextTick(0, day));
  });

  test.each([
    [0, '0 ms'],
    [0.42, '0.42 ms'],
    [5.25, '5.3 ms'],
    [120.4, '120 ms'],
    [999.7, '1.0 s'],
    [3_240, '3.2 s'],
    [9_960, '10 s'],
    [59_700, '1 min'],
    [245_000, '4 min 5 s'],
    [2 * hour + 3 * minute, '2 h 3 min'],
    [3 * day + 4 * hour, '3 d 4 h'],
    [-1500, '-1.5 s'],
  ])('%d ms', (ms, text) => expect(durationText(ms)).toBe(text));
  test('as a program reads it', () => expect(isoDuration(3_200)).toBe('PT3.2S'));
});

describe('statuses', () => {
  test('a word that is not known keeps its text', () => {
    expect(lookOf('half_asleep')).toMatchObject({ text: 'Half asleep', tone: 'neutral' });
    expect(lookOf('constructor').text).toBe('Constructor');
  });

  test('every status and state of the contract has its look', () => {
    const unknown = new Set<string>();
    for (const word of statusWords()) if (lookOf(word).icon === 'unknown' && word !== 'unknown') unknown.add(word);
    expect([...unknown]).toEqual([]);
  });
});

/** The words of every member named status or state in what operations answer. */
function statusWords(): string[] {
  const words: string[] = [];
  const seen = new Set<unknown>();
  const walk = (part: unknown, name: string): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (/(status|state)$/i.test(name) && 'options' in part && Array.isArray(part.options))
      for (const option of part.options) if (typeof option === 'string') words.push(option);
    const def = (part as { _zod?: { def?: Record<string, unknown> } })._zod?.def;
    if (def === undefined) return;
    if (typeof def.shape === 'object' && def.shape !== null)
      for (const [key, member] of Object.entries(def.shape)) walk(member, key);
    for (const key of ['innerType', 'element', 'valueType', 'in', 'out', 'left', 'right']) walk(def[key], name);
    for (const option of Array.isArray(def.options) ? def.options : []) walk(option, name);
  };
  for (const operations of Object.values(table))
    for (const operation of Object.values(operations)) walk((operation as { output?: unknown }).output, '');
  return words;
}

describe('errors', () => {
  test.each(errorCodes)('%s says what to do', (code) => {
    const words = errorWords(new RatchetError(code, 'It went wrong.'));
    expect(words).toMatchObject({ code, message: 'It went wrong.' });
    expect(words.advice).not.toBe('');
  });
  test('the issues and the request are shown', () => {
    const issues = [{ path: 'a.b', message: 'is wrong' }];
    const error = Object.assign(new RatchetError('VALIDATION_FAILED', 'No.', issues), { requestId: 'r1' });
    expect(errorWords(error)).toMatchObject({ issues, requestId: 'r1' });
  });
  test.each([[new TypeError('x is undefined')], ['some text'], [null], [{ code: 'toString' }]])(
    'anything else: %s',
    (e) => {
      const words = errorWords(e);
      expect(words.code).toBeNull();
      expect(words.message).not.toBe('');
    },
  );
});

describe('JSON', () => {
  test.each([
    ['$', 'a', '$.a'],
    ['$', 'unit price', '$["unit price"]'],
    ['$.a', 3, '$.a[3]'],
    ['$', '3', '$["3"]'],
  ])('the path from %s to %s', (path, key, text) => expect(memberPath(path, key)).toBe(text));
  test('what is closed says how much it holds', () => {
    expect([[], [1], {}, { a: 1, b: 2 }].map(summaryOf)).toEqual(['[]', '[1 item]', '{}', '{2 members}']);
  });
});
