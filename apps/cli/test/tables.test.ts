import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, fill, fit } from '../src/display-width.ts';
import { output } from '../src/output.ts';

describe('columns that a text takes', () => {
  it.each<[string, number]>([
    ['', 0],
    ['abc', 3],
    ['Grüße', 5],
    ['e\u0301', 1],
    ['日本語', 6],
    ['한국', 4],
    ['Ａ', 2],
    ['👍', 2],
    ['👨‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['→ …', 3],
    ['a\u200bb', 2],
  ])('%j: %i', (text, width) => expect(displayWidth(text)).toBe(width));

  it('is never more than what a text is fitted into, and just that where it is filled', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(displayWidth(fit(text, columns))).toBeLessThanOrEqual(columns);
        expect(displayWidth(fill(text, columns))).toBe(columns);
      }),
    );
  });
});

type Setting = Parameters<typeof output>[0];
function shown(
  setting: Partial<Setting['stdout']>,
  env: Setting['env'],
  act: (out: ReturnType<typeof output>) => void,
) {
  let text = '';
  const stdout = {
    ...setting,
    write(more: string) {
      text += more;
    },
  };
  act(output({ stdout, env }, false));
  return text;
}
const terminal = { isTTY: true, columns: 40 };
const id = '01930f3e-0000-7000-8000-000000000000';

describe('a table', () => {
  const rows = (out: ReturnType<typeof output>) =>
    out.rows(
      null,
      [
        { name: '日本語のタスク', about: 'x'.repeat(100), state: 'ok' },
        { name: 'two\nlines', about: null },
      ],
      ['name', 'about', 'state'],
    );
  it('is as wide as the terminal, with one line for each row', () => {
    const lines = shown(terminal, { NO_COLOR: '1' }, rows).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
    expect(lines[1]).toMatch(/^日本語のタスク {2}x+… {2}ok$/);
  });
  it('leaves ids whole, so that they can be copied', () => {
    const text = shown(terminal, { NO_COLOR: '1' }, (out) =>
      out.rows(null, [{ id, name: 'a very long name that does not fit' }], ['id', 'name']),
    );
    expect(text).toContain(id);
  });
  it('takes nothing from a value that moves the cursor or paints', () => {
    const text = shown({}, {}, (out) => out.rows(null, [{ name: '\u001b[31mred\u0007\r\nnext' }], ['name']));
    expect(text).toBe('NAME\n [31mred  ⏎ next\n');
  });
  it('fits any terminal', () => {
    const cell = fc.record({ a: fc.string({ unit: 'grapheme' }), b: fc.string(), c: fc.string({ maxLength: 8 }) });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), fc.integer({ min: 24, max: 200 }), (all, columns) => {
        const text = shown({ isTTY: true, columns }, { NO_COLOR: '1' }, (out) => out.rows(all, all, ['a', 'b', 'c']));
        const lines = text.slice(0, -1).split('\n');
        expect(lines).toHaveLength(all.length + 1);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('colours', () => {
  it.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('terminal %s, %j: %s', (isTTY, env, painted) => {
    expect(shown({ isTTY }, env, (out) => out.line(out.bad('x'))).includes('\u001b[')).toBe(painted);
  });
});
