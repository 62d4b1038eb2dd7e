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
