import { describe, expect, test } from 'vitest';
import {
  activeChips,
  clearFilters,
  type Filter,
  readList,
  withFilter,
  withoutChip,
  writeList,
} from '../../src/kit/table/filter-values.ts';
import { moveRow, nextSort, selectAll, selectRow } from '../../src/kit/table/row-moves.ts';

const filters: Filter[] = [
  { key: 'status', label: 'Status', kind: 'multi', options: [{ value: 'failed', label: 'Failed' }] },
  { key: 'lang', label: 'Language', kind: 'select' },
];

describe('filters in an address', () => {
  test.each([
    ['nothing', [], undefined],
    ['one', ['a'], 'a'],
    ['several', ['a', 'b'], 'a,b'],
    ['a comma inside', ['a,b', 'c'], 'a%2Cb,c'],
    ['what looks escaped', ['%2C', '100%'], '%252C,100%25'],
  ])('a list goes there and back: %s', (_, list, text) => {
    expect(writeList(list)).toBe(text);
    expect(readList(text)).toEqual(list);
  });

  test('an empty value is not set', () => {
    expect(withFilter({ a: '1', b: '2' }, 'a', '')).toEqual({ b: '2' });
    expect(withFilter({ a: '1' }, 'a', undefined)).toEqual({});
  });

  test('a chip for every value, by its label where there is one', () => {
    const values = { status: 'failed,odd', lang: 'ts', page: '2' };
    expect(activeChips(filters, values).map(({ text }) => text)).toEqual([
      'Status: Failed',
      'Status: odd',
      'Language: ts',
    ]);
  });

  test('a chip that is taken away takes only its own value', () => {
    const values = { status: 'failed,odd', lang: 'ts' };
    const [failed, , lang] = activeChips(filters, values);
    expect(withoutChip(filters, values, failed!)).toEqual({ status: 'odd', lang: 'ts' });
    expect(withoutChip(filters, values, lang!)).toEqual({ status: 'failed,odd' });
  });

  test('what else is in the address stays when all is cleared', () => {
    expect(clearFilters(filters, { status: 'a', q: 'x', tab: 'runs' }, 'q')).toEqual({ tab: 'runs' });
  });
});

describe('rows', () => {
  test.each([
    ['ArrowDown', 3, 4],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['PageDown', 3, 8],
    ['PageUp', 3, 0],
    ['Home', 7, 0],
    ['End', 2, 9],
    ['x', 2, null],
  ])('%s from %i goes to %s', (key, at, to) => {
    expect(moveRow(key, at, 10, 5)).toBe(to);
  });
  test('no row, no way', () => expect(moveRow('End', 0, 0, 5)).toBeNull());

  const keys = ['a', 'b', 'c', 'd', 'e'];
  test.each([
    ['one', [], 1, null, ['b']],
    ['one off', ['b'], 1, null, []],
    ['a range down', ['b'], 3, 1, ['b', 'c', 'd']],
    ['a range up', ['d'], 1, 3, ['b', 'c', 'd']],
    ['a range off', ['b', 'c', 'd'], 3, 1, []],
    ['what is on other pages stays', ['z'], 0, null, ['a', 'z']],
    ['a row that is not there', ['a'], 9, null, ['a']],
  ])('selecting: %s', (_, before, at, anchor, after) => {
    expect([...selectRow({ keys, selected: new Set(before) }, at, anchor)].sort()).toEqual(after);
  });
  test('all and none leave other pages alone', () => {
    expect([...selectAll(keys, new Set(['z']))].sort()).toEqual([...keys, 'z']);
    expect([...selectAll(keys, new Set([...keys, 'z']))]).toEqual(['z']);
  });
  test('a header sorts up, then down, then up', () => {
    const up = nextSort('name', undefined);
    expect(up).toEqual({ field: 'name', order: 'asc' });
    const down = nextSort('name', up);
    expect(down.order).toBe('desc');
    expect(nextSort('name', down).order).toBe('asc');
    expect(nextSort('age', up)).toEqual({ field: 'age', order: 'asc' });
  });
});
