import { describe, expect, it } from 'vitest';
import { guard } from '../src/guards.ts';
import { detectMoves } from '../src/moves.ts';
import type { Tree } from '../src/tree.ts';

describe('guards', () => {
  it.each([
    ['nothing is deleted', 20, 0, 20, null],
    ['a first sync has nothing to lose', 0, 0, 0, null],
    ['one of many', 20, 1, 19, null],
    ['half of ten', 10, 5, 5, null],
    ['more than half of ten', 10, 6, 4, 'mass_deletion'],
    ['more than half of nine', 9, 5, 4, null],
    ['all of three', 3, 3, 0, 'side_emptied'],
    ['all of a thousand', 1000, 1000, 0, 'side_emptied'],
    ['replaced by others', 12, 12, 12, 'mass_deletion'],
  ])('%s', (_, documents, deletions, left, expected) => {
    expect(guard({ documents, deletions, left })?.name ?? null).toBe(expected);
  });
});

describe('moves', () => {
  const tree = (digest: string): Tree => new Map([['main.js', { digest, mode: '100644' }]]);
  const side = (docs: Record<string, string>) =>
    new Map(Object.entries(docs).map(([path, digest]) => [path, tree(digest)]));
  const ids = (entries: Record<string, string>) => new Map(Object.entries(entries));
  it.each([
    ['by identity, edited too', { a: '1' }, { a: 'u' }, { b: '2' }, { b: 'u' }, [['a', 'b']]],
    ['by an identical tree', { a: '1' }, {}, { b: '1' }, {}, [['a', 'b']]],
    ['another identity is another document', { a: '1' }, { a: 'u' }, { b: '1' }, { b: 'v' }, []],
    ['a copy is no move', { a: '1' }, { a: 'u' }, { a: '1', b: '1' }, { a: 'u', b: 'u' }, []],
    ['two places are ambiguous', { a: '1' }, { a: 'u' }, { b: '1', c: '1' }, { b: 'u', c: 'u' }, []],
    ['two alike vanished', { a: '1', b: '1' }, {}, { c: '1' }, {}, []],
    ['versions of one task', { a: '1', b: '2' }, { a: 'u', b: 'u' }, { c: '1' }, { c: 'u' }, []],
  ])('%s', (_, base, baseIds, now, nowIds, expected) => {
    const moves = detectMoves(side(base as never), ids(baseIds as never), side(now as never), ids(nowIds as never));
    expect(moves.map((m) => [m.from, m.to])).toEqual(expected);
  });
});
