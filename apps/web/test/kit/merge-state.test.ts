import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GivenHunk,
  type MergeDocument,
  type MergeHunk,
  mergeDocument,
} from '../../src/kit/editor/merge-document.ts';
import {
  choicesFor,
  choose,
  chooseAll,
  chosenText,
  editText,
  hunkParts,
  type MergeState,
  openHunks,
  plainOf,
  rangesOf,
  redo,
  serverChoices,
  startMerge,
  textOf,
  undo,
} from '../../src/kit/editor/merge-state.ts';
import { changesBetween, linesOf, type TextChange } from '../../src/kit/editor/text-diff.ts';

const hunksOf = (document: MergeDocument) =>
  document.parts.filter((part): part is MergeHunk => typeof part === 'object');
const startOf = (base: string | null, local: string | null, remote: string | null) =>
  startMerge(mergeDocument({ base, local, remote }));
const applied = (text: string, changes: readonly TextChange[]) =>
  [...changes].reverse().reduce((all, { from, to, insert }) => all.slice(0, from) + insert + all.slice(to), text);

describe('a merge with one choice everywhere', () => {
  const table: [
    name: string,
    base: string | null,
    local: string | null,
    remote: string | null,
    allLocal: string | null,
    allRemote: string | null,
  ][] = [
    ['one line', 'a\nb\nc\n', 'a\nB\nc\n', 'a\nX\nc\n', 'a\nB\nc\n', 'a\nX\nc\n'],
    ['one side changed', 'a\nb\nc\n', 'a\nb\nc\n', 'a\nX\nc\n', 'a\nX\nc\n', 'a\nX\nc\n'],
    ['changes that fit', 'a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n', 'A\nb\nc\nD\n', 'A\nb\nc\nD\n'],
    ['the same change', 'a\nb\n', 'a\nc\n', 'a\nc\n', 'a\nc\n', 'a\nc\n'],
    ['CRLF', 'a\r\nb\r\n', 'a\r\nB\r\n', 'a\r\nX\r\n', 'a\r\nB\r\n', 'a\r\nX\r\n'],
    ['CRLF on one side only', 'a\nb\n', 'a\r\nB\r\n', 'a\nX\n', 'a\r\nB\r\n', 'a\r\nX\r\n'],
    ['mixed line ends', 'a\r\nb\n', 'a\r\nB\n', 'a\r\nX\n', 'a\r\nB\n', 'a\r\nX\n'],
    ['lone carriage returns', 'a\rb\nc\n', 'a\rb\nL\n', 'a\rb\nR\n', 'a\rb\nL\n', 'a\rb\nR\n'],
    ['BOM', '\uFEFFa\n', '\uFEFFb\n', '\uFEFFc\n', '\uFEFFb\n', '\uFEFFc\n'],
    ['no newline at the end', 'a\nb', 'a\nB', 'a\nX', 'a\nB', 'a\nX'],
    ['newline at the end taken off by one side', 'a\nb\n', 'a\nB', 'a\nX\n', 'a\nB', 'a\nX'],
    ['empty local', 'a\n', '', 'b\n', '', 'b\n'],
    ['empty base', '', 'a\n', 'b\n', 'a\n', 'b\n'],
    ['all empty', '', '', '', '', ''],
    ['no base', null, 'a\nx\nc\n', 'a\ny\nc\n', 'a\nx\nc\n', 'a\ny\nc\n'],
    ['deleted locally', 'a\n', null, 'b\n', null, 'b\n'],
    ['deleted remotely, CRLF, no newline', 'a\r\nb', 'a\r\nc', null, 'a\r\nc', null],
    ['lines that look like markers', '=======\n', '<<<<<<< x\n', '>>>>>>> y\n', '<<<<<<< x\n', '>>>>>>> y\n'],
    ['inserted at one place by both', 'a\nb\n', 'a\nl\nb\n', 'a\nr\nb\n', 'a\nl\nb\n', 'a\nr\nb\n'],
    ['deleted lines against edited ones', 'a\nb\nc\n', 'a\nc\n', 'a\nB\nc\n', 'a\nc\n', 'a\nB\nc\n'],
  ];
  it.each(table)('%s', (_name, base, local, remote, allLocal, allRemote) => {
    const state = startOf(base, local, remote);
    expect(textOf(chooseAll(state, 'local'))).toBe(allLocal);
    expect(textOf(chooseAll(state, 'remote'))).toBe(allRemote);
    expect(textOf(state)).toBe(allLocal);
  });

  it('keeps up with 10,000 lines', () => {
    const text = (word: string) =>
      Array.from({ length: 10_000 }, (_, i) =>
        i % 20 === 0 ? `${word} ${i}\n` : i % 3 === 0 ? '\n' : `line ${i}\n`,
      ).join('');
    const state = startOf(text('base'), text('local'), text('remote'));
    expect(openHunks(state)).toBe(500);
    expect(textOf(chooseAll(state, 'local'))).toBe(text('local'));
    expect(textOf(chooseAll(state, 'remote'))).toBe(text('remote'));
  });

  it('keeps up with 5,000 repetitive lines', () => {
    const text = (seed: number) => Array.from({ length: 5000 }, (_, i) => `${(i * seed) % 7}\n`).join('');
    const state = startOf(text(3), text(5), text(2));
    expect(textOf(chooseAll(state, 'local'))).not.toBeNull();
  });
});

describe('choices', () => {
  const state = startOf('a\nb\nc\n', 'a\nB\nc\n', 'a\nX\nc\n');
  const [part = -1] = hunkParts(state.document);
  it.each([
    ['local', 'a\nB\nc\n'],
    ['remote', 'a\nX\nc\n'],
    ['local-remote', 'a\nB\nX\nc\n'],
    ['remote-local', 'a\nX\nB\nc\n'],
    ['base', 'a\nb\nc\n'],
    ['hand', 'a\nB\nc\n'],
  ] as const)('%s', (choice, text) => expect(textOf(choose(state, part, choice))).toBe(text));

  it.each([
    ['all', state.document, ['local', 'remote', 'local-remote', 'remote-local', 'base', 'hand']],
    ['no base', startOf(null, 'a\n', 'b\n').document, ['local', 'remote', 'local-remote', 'remote-local', 'hand']],
    ['deleted', startOf('a\n', null, 'b\n').document, ['local', 'remote', 'base', 'hand']],
    ['deleted, no base', startOf(null, null, 'b\n').document, ['local', 'remote', 'hand']],
  ] as const)('offered: %s', (_name, document, choices) =>
    expect(hunksOf(document).map(choicesFor)).toEqual([choices]),
  );

  it('are told as the server takes them', () => {
    expect(serverChoices(state)).toBeNull();
    expect(serverChoices(choose(state, part, 'local-remote'))).toEqual({ h1: 'both' });
    expect(serverChoices(choose(state, part, 'remote-local'))).toBeNull();
    expect(serverChoices(choose(state, part, 'hand'))).toBeNull();
    const edited = editText(choose(state, part, 'local'), [{ from: 0, to: 0, insert: 'x' }], 0);
    expect(serverChoices(edited)).toBeNull();
  });

  it('bring back what was written by hand', () => {
    const [range] = rangesOf(state).slice(part);
    const written = editText(state, [{ from: range?.from ?? 0, to: range?.from ?? 0, insert: 'mine ' }], 0);
    expect(written.now.choices[part]).toBe('hand');
    const tried = choose(written, part, 'remote');
    expect(textOf(tried)).toBe('a\nX\nc\n');
    expect(textOf(choose(tried, part, 'hand'))).toBe('a\nmine B\nc\n');
  });

  it('of a deleted file can be to write it by hand', () => {
    const gone = startOf('a\n', null, 'b\n');
    const kept = choose(gone, 0, 'hand');
    expect(textOf(gone)).toBeNull();
    expect(textOf(kept)).toBe('b\n');
    expect(textOf(editText(kept, [{ from: 1, to: 1, insert: '!' }], 0))).toBe('b!\n');
  });
});

describe('edits of the result', () => {
  const state = startOf('a\nb\nc\nd\ne\n', 'a\nB\nc\nD\ne\n', 'a\nX\nc\nY\ne\n');
  it('decide only the hunks they touch', () => {
    const edited = editText(state, [{ from: 7, to: 7, insert: '!' }], 0);
    expect(textOf(edited)).toBe('a\nB\nc\nD!\ne\n');
    expect(edited.now.choices).toEqual([null, null, null, 'hand', null]);
    expect(openHunks(edited)).toBe(1);
    expect(textOf(chooseAll(editText(state, [{ from: 0, to: 1, insert: 'Z' }], 0), 'remote'))).toBe('Z\nX\nc\nY\ne\n');
  });
  it('that follow each other soon are undone together', () => {
    const typed = [0, 100, 200].reduce((s, at) => editText(s, [{ from: 0, to: 0, insert: 'x' }], at), state);
    expect(textOf(undo(typed))).toBe(textOf(state));
    const later = editText(typed, [{ from: 0, to: 0, insert: 'y' }], 5000);
    expect(textOf(undo(later))).toBe(textOf(typed));
  });
  it('that write into an open hunk without lines belong to it', () => {
    const empty = startOf('a\nb\nc\n', 'a\nc\n', 'a\nB\nc\n');
    const written = editText(empty, [{ from: 2, to: 2, insert: 'new\n' }], 0);
    expect(openHunks(written)).toBe(0);
    expect(textOf(chooseAll(written, 'remote'))).toBe('a\nB\nc\n');
  });
});

describe('the suggested merge', () => {
  /** As the server writes it. */
  const suggestionOf = (document: MergeDocument, size: number, crlf: boolean) => {
    const hunks: GivenHunk[] = [];
    let text = '';
    for (const part of document.parts)
      if (typeof part === 'string') text += part;
      else {
        hunks.push({ ...part, id: `s${hunks.length}`, kind: 'lines', line: linesOf(text).length + 1 });
        const [open, middle, split, end] = ['<', '|', '=', '>'].map((sign) => sign.repeat(size));
        text += `${open} local\n${part.local}${middle} base\n${part.base}${split}\n${part.remote}${end} remote\n`;
      }
    return { suggested: crlf ? text.replaceAll('\n', '\r\n') : text, hunks };
  };
  it.each([
    ['LF', false, 7],
    ['CRLF', true, 7],
    ['longer markers', false, 12],
  ])('names its hunks: %s', (_name, crlf, size) => {
    const end = (text: string) => (crlf ? text.replaceAll('\n', '\r\n') : text);
    const sides = { base: end('a\nb\nc\nd\n'), local: end('a\nB\nc\nD\n'), remote: end('a\nX\nc\nY\n') };
    const { suggested, hunks } = suggestionOf(mergeDocument(sides), size, crlf);
    const document = mergeDocument(sides, suggested, hunks);
    expect(hunksOf(document).map((hunk) => hunk.id)).toEqual(['s0', 's1']);
    expect(textOf(chooseAll(startMerge(document), 'remote'))).toBe(sides.remote);
  });
  it('is set aside where it does not fit its hunks', () => {
    const sides = { base: 'a\n', local: 'b\n', remote: 'c\n' };
    const document = mergeDocument(sides, 'b\n', [{ id: 's0', kind: 'lines', line: 1, local: 'b\n', remote: 'c\n' }]);
    expect(hunksOf(document).map((hunk) => hunk.id)).toEqual(['h1']);
  });
  it('without hunks is the text', () => {
    const document = mergeDocument({ base: 'a\n', local: 'b\n', remote: 'c\n' }, 'd\n', []);
    expect(textOf(startMerge(document))).toBe('d\n');
  });
});

const lines = fc
  .array(fc.constantFrom('a', 'b', 'c', '', '  }', 'x y'), { maxLength: 12 })
  .chain((all) => fc.tuple(fc.constant(all), fc.constantFrom('\n', '\r\n'), fc.boolean()))
  .map(([all, end, ended]) => (all.length === 0 ? '' : all.join(end) + (ended ? end : '')));
const sides = fc.record({ base: fc.option(lines), local: lines, remote: lines });

describe('for any three texts', () => {
  it('every hunk local is the text of the merge with the local side of each', () => {
    fc.assert(
      fc.property(sides, (given) => {
        const document = mergeDocument(given);
        const expected = document.parts
          .map((part) => (typeof part === 'string' ? part : chosenText(part, 'local')))
          .join('');
        const start = startMerge(document);
        const joined = (state: MergeState) => state.now.texts.join('');
        expect(joined(chooseAll(start, 'local'))).toBe(expected);
        expect(textOf(chooseAll(start, 'local'))).toBe(textOf(start));
        const plain = (text: string) => `${text.replaceAll('\r\n', '\n').replace(/\n$/, '')}${text === '' ? '' : '\n'}`;
        if (given.base === null) {
          expect(joined(chooseAll(start, 'local'))).toBe(plain(given.local));
          expect(joined(chooseAll(start, 'remote'))).toBe(plain(given.remote));
        }
      }),
    );
  });

  it('a side that did not change gives the other one, byte for byte', () => {
    fc.assert(
      fc.property(lines, lines, (base, other) => {
        expect(textOf(startOf(base, other, base))).toBe(other);
        expect(textOf(startOf(base, base, other))).toBe(other);
        expect(textOf(startOf(base, other, other))).toBe(other);
      }),
    );
  });

  it('edits give the text that was typed, and undo and redo the same states', () => {
    const step = fc.oneof(
      fc.record({ edit: fc.tuple(fc.nat(40), fc.nat(6), fc.constantFrom('', 'z', '\n', 'q\nr\n')) }),
      fc.record({ choose: fc.tuple(fc.nat(5), fc.constantFrom('local', 'remote', 'local-remote', 'hand')) }),
    );
    fc.assert(
      fc.property(sides, fc.array(step, { maxLength: 8 }), (given, steps) => {
        const states: MergeState[] = [startMerge(mergeDocument(given))];
        for (const [i, taken] of steps.entries()) {
          const state = states.at(-1) as MergeState;
          const plain = plainOf(state) ?? '';
          let next = state;
          if ('edit' in taken) {
            const from = Math.min(taken.edit[0], plain.length);
            const changes = [{ from, to: Math.min(from + taken.edit[1], plain.length), insert: taken.edit[2] }];
            next = editText(state, changes, i * 10_000);
            expect(plainOf(next)).toBe(applied(plain, changes));
          } else {
            const parts = hunkParts(state.document);
            const part = parts[taken.choose[0] % Math.max(parts.length, 1)];
            if (part !== undefined) next = choose(state, part, taken.choose[1] as 'local');
          }
          const ranges = rangesOf(next);
          expect(ranges.at(-1)?.to).toBe(plainOf(next)?.length);
          if (next !== state) states.push(next);
        }
        let back = states.at(-1) as MergeState;
        for (const state of states.slice(0, -1).reverse()) {
          back = undo(back);
          expect(textOf(back)).toBe(textOf(state));
          expect(back.now.choices).toEqual(state.now.choices);
        }
        for (const state of states.slice(1)) {
          back = redo(back);
          expect(textOf(back)).toBe(textOf(state));
        }
      }),
    );
  });

  it('several edits at once give the text that was typed', () => {
    fc.assert(
      fc.property(sides, lines, (given, after) => {
        const state = startMerge(mergeDocument(given));
        const plain = plainOf(state) ?? '';
        expect(plainOf(editText(state, changesBetween(plain, after), 0))).toBe(after);
      }),
    );
  });
});
