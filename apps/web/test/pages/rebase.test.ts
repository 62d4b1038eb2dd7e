import { describe, expect, it } from 'vitest';
import { rebase } from '../../src/pages/administration/rebase.ts';

describe('what was typed, over what somebody else saved', () => {
  const base = { name: 'a', list: ['x'], count: 1 };
  it('takes what was not touched here', () =>
    expect(rebase(base, { ...base, name: 'mine' }, { ...base, count: 2 })).toEqual({
      values: { name: 'mine', list: ['x'], count: 2 },
      clashes: {},
      taken: ['count'],
    }));
  it('keeps what both changed, and says what the other made of it', () =>
    expect(rebase(base, { ...base, list: ['mine'] }, { ...base, list: ['theirs'] })).toEqual({
      values: { ...base, list: ['mine'] },
      clashes: { list: ['theirs'] },
      taken: [],
    }));
  it('agrees where both did the same', () =>
    expect(rebase(base, { ...base, list: ['y'] }, { ...base, list: ['y'] })).toEqual({
      values: { ...base, list: ['y'] },
      clashes: {},
      taken: [],
    }));
  it('keeps a change that the other person did not see', () =>
    expect(rebase(base, { ...base, count: 9 }, base)).toEqual({
      values: { ...base, count: 9 },
      clashes: {},
      taken: [],
    }));
});
