import { describe, expect, it } from 'vitest';
import { mergeDocument } from '../../src/kit/editor/merge-document.ts';
import {
  choose,
  editText,
  hunkParts,
  type MergeState,
  openHunks,
  serverChoices,
  startMerge,
  textOf,
  undo,
} from '../../src/kit/editor/merge-state.ts';
import { pickedOf, resumeMerge } from '../../src/kit/editor/resume-merge.ts';

const document = mergeDocument({
  base: 'a\nb\nc\nd\ne\n',
  local: 'A\nb\nC\nd\nE\n',
  remote: '1\nb\n2\nd\n3\n',
});
const [first = 0, second = 0, third = 0] = hunkParts(document);
const again = (state: MergeState) => resumeMerge(document, pickedOf(state), textOf(state));

describe('a merge that was left and goes on', () => {
  it('has the choices that were made, those for the local side included, and is open where it was', () => {
    const left = choose(choose(startMerge(document), first, 'local'), second, 'remote-local');
    const state = again(left);
    expect(openHunks(state)).toBe(1);
    expect(pickedOf(state)).toEqual({ h1: 'local', h2: 'remote-local' });
    expect(textOf(state)).toBe(textOf(left));
    expect(textOf(undo(undo(state)))).toBe(textOf(startMerge(document)));
  });
  it('keeps what was written by hand, in a hunk and beside it', () => {
    const chosen = choose(choose(choose(startMerge(document), first, 'remote'), second, 'remote'), third, 'local');
    const left = editText(chosen, [{ from: 4, to: 5, insert: 'by hand' }], 1000);
    const state = again(left);
    expect(textOf(state)).toBe('1\nb\nby hand\nd\nE\n');
    expect(openHunks(state)).toBe(0);
    expect(pickedOf(state)).toEqual({ h1: 'remote', h2: 'hand', h3: 'local' });
    expect(serverChoices(state)).toBeNull();
  });
  it('takes no choice that a hunk does not offer', () => {
    expect(pickedOf(resumeMerge(document, { h1: 'nonsense', other: 'local' }, null))).toEqual({});
  });
});
