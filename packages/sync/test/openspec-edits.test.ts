import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addTask,
  readTaskBytes,
  removeTask,
  setTaskDone,
  setTaskText,
  type TaskEdit,
} from '../src/kinds/openspec/edit-tasks.ts';
import { nastyTaskList } from './openspec-nasty.ts';
import { parseTaskLines } from './openspec-tool.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const list = (text: string) => readTaskBytes(encode(text)).tasks;
const plain = (text: string) =>
  list(text).map(({ number, text: what, done, group }) => ({ number, text: what, done, group }));

/** The text after an edit; what it refused; `same`: it was so already. */
function after(text: string, edit: (bytes: Uint8Array) => TaskEdit): string {
  const result = edit(encode(text));
  if ('refused' in result) return result.refused;
  return result.bytes ? decode(result.bytes) : 'same';
}

describe('ticking', () => {
  it.each<[string, string, number, boolean, string]>([
    ['a box', '- [ ] a\n', 0, true, '- [x] a\n'],
    ['away', '- [X] a\n', 0, false, '- [ ] a\n'],
    ['what is ticked', '- [X] a\n', 0, true, 'same'],
    ['what is open', '- [~] a\n', 0, false, 'same'],
    ['another sign', '- [~] a\n', 0, true, '- [x] a\n'],
    ['a wide box', '- [   ] a\n', 0, true, '- [x  ] a\n'],
    ['a padded tick', '- [ x] a\n', 0, false, '- [  ] a\n'],
    ['an empty box', '- [] a\n', 0, true, '- [x] a\n'],
    ['a box of a tab', '- [\t] a', 0, true, '- [x] a'],
    ['what would become a link', '- [ ](a)\n', 0, true, '- [x] (a)\n'],
    ['a sign of two bytes', '- [é] a\r\n', 0, true, '- [x] a\r\n'],
    ['the second', '\uFEFF* [ ] a\r\n\t1) [ ] b\r\n', 1, true, '\uFEFF* [ ] a\r\n\t1) [x] b\r\n'],
    ['one that is not there', '- [ ] a\n', 1, true, 'no_such_task'],
    ['one before the first', '- [ ] a\n', -1, true, 'no_such_task'],
    ['half of one', '- [ ] a\n', 0.5, true, 'no_such_task'],
  ])('%s', (_, text, n, done, expected) => {
    expect(after(text, (bytes) => setTaskDone(bytes, n, done))).toBe(expected);
  });

  it('changes one byte and only that task, and back', () => {
    fc.assert(
      fc.property(nastyTaskList, fc.nat({ max: 20 }), fc.uint8Array({ maxLength: 9 }), (text, pick, odd) => {
        const bytes = Buffer.concat([encode(text), encode('\n'), odd]);
        const tasks = readTaskBytes(bytes).tasks;
        if (tasks.length === 0) return;
        const n = pick % tasks.length;
        const ticked = setTaskDone(bytes, n, !tasks[n]?.done);
        if ('refused' in ticked || !ticked.bytes) throw new Error('It was refused.');
        const was = parseTaskLines(bytes.toString('utf8'));
        const is = parseTaskLines(Buffer.from(ticked.bytes).toString('utf8'));
        expect(is).toEqual(was.with(n, { description: was[n]?.description ?? '', done: !was[n]?.done }));
        const box = /\[ \](?![([])|\[x\]/.test(
          (readTaskBytes(bytes).lines[tasks[n]?.at ?? 0] ?? '').slice(
            tasks[n]?.scan.boxFrom,
            (tasks[n]?.scan.boxTo ?? 0) + 2,
          ),
        );
        if (!box) return;
        const differing = bytes.filter((byte, at) => byte !== ticked.bytes?.[at]).length;
        expect([ticked.bytes.length, differing]).toEqual([bytes.length, 1]);
        const back = setTaskDone(ticked.bytes, n, tasks[n]?.done ?? false);
        expect('bytes' in back && back.bytes && Buffer.from(back.bytes)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('rewording', () => {
  it.each<[string, string, number, string, string]>([
    ['a text', '- [ ] a\n- [ ] b\n', 1, 'c', '- [ ] a\n- [ ] c\n'],
    ['with a number that stays', '- [ ] 1.1  a \r\n', 0, 'b', '- [ ] 1.1  b \r\n'],
    ['with a bold number', '- [ ] **1.1** a', 0, 'b', '- [ ] **1.1** b'],
    ['to what it is', '- [ ] 1.1 a', 0, ' a ', 'same'],
    ['an empty task', '- [ ]\r\n', 0, 'a', '- [ ] a\r\n'],
    ['an empty task with a number', '- [ ] 1.1', 0, 'a', '- [ ] 1.1 a'],
    ['an empty task with blanks', '- [ ]   \n', 0, 'a', '- [ ]   a\n'],
    ['into a link, where nothing is between', '- [x]a\n', 0, '[b](c)', '- [x] [b](c)\n'],
    ['what is below stays', '- [ ] a\n  more\n', 0, 'b', '- [ ] b\n  more\n'],
    ['with a line break', '- [ ] a\n', 0, 'b\nc', 'invalid_text'],
    ['with nothing', '- [ ] a\n', 0, ' ', 'invalid_text'],
    ['with a NUL', '- [ ] a\n', 0, 'b\0', 'invalid_text'],
    ['of no task', '', 0, 'b', 'no_such_task'],
  ])('%s', (_, text, n, words, expected) => {
    expect(after(text, (bytes) => setTaskText(bytes, n, words))).toBe(expected);
  });
});

const numbered =
  '# Tasks\n\n## 1. Build\n\n- [x] 1.1 a\n- [ ] 1.2 b\n  - [ ] 1.2.1 c\n\n## 2. Roll out\n\n- [ ] 2.1 d\n';

describe('adding', () => {
  it.each<[string, string, Parameters<typeof addTask>[1], string]>([
    ['to nothing', '', { text: 'a' }, '- [ ] a\n'],
    ['to a byte order mark', '\uFEFF', { text: 'a', done: true }, '\uFEFF- [x] a\n'],
    ['to nothing, in a group', '', { text: 'a', group: 'Build' }, '## Build\n\n- [ ] a\n'],
    ['at the end', numbered, { text: 'e' }, `${numbered}- [ ] 2.2 e\n`],
    ['with its own number', numbered, { text: '7.7 e' }, `${numbered}- [ ] 7.7 e\n`],
    ['behind one with all below it', numbered, { text: 'e', after: 1 }, numbered.replace('c\n', 'c\n- [ ] 1.3 e\n')],
    ['behind a nested one', numbered, { text: 'e', after: 2 }, numbered.replace('c\n', 'c\n  - [ ] 1.2.2 e\n')],
    ['with a free number', numbered, { text: 'e', after: 0 }, numbered.replace('a\n', 'a\n- [ ] 1.3 e\n')],
    ['to a group', numbered, { text: 'e', group: '1. Build' }, numbered.replace('c\n', 'c\n- [ ] 1.3 e\n')],
    ['to a group by its words', numbered, { text: 'e', group: 'build' }, numbered.replace('c\n', 'c\n- [ ] 1.3 e\n')],
    ['to a new group', numbered, { text: 'e', group: '3. Look back' }, `${numbered}\n## 3. Look back\n\n- [ ] 3.1 e\n`],
    ['to a new group without a number', numbered, { text: 'e', group: 'Later' }, `${numbered}\n## Later\n\n- [ ] e\n`],
    [
      'to a group without tasks',
      '## 1. A\n\n- [ ] 1.1 a\n\n## 2. B\n\n## 3. C\n',
      { text: 'e', group: '2. B' },
      '## 1. A\n\n- [ ] 1.1 a\n\n## 2. B\n\n- [ ] 2.1 e\n\n## 3. C\n',
    ],
    ['without a final newline', '- [ ] a', { text: 'b' }, '- [ ] a\n- [ ] b'],
    ['with CRLF', '* [ ] a\r\n* [ ] b', { text: 'c' }, '* [ ] a\r\n* [ ] b\r\n* [ ] c'],
    ['of an ordered list', '1. [ ] a\n2. [ ] b\n', { text: 'c' }, '1. [ ] a\n2. [ ] b\n3. [ ] c\n'],
    ['of a list that is all ones', '1. [ ] a\n1. [ ] b\n', { text: 'c' }, '1. [ ] a\n1. [ ] b\n1. [ ] c\n'],
    ['of a loose list', '- [ ] a\n\n- [ ] b\n', { text: 'c' }, '- [ ] a\n\n- [ ] b\n\n- [ ] c\n'],
    [
      'into a loose list',
      '- [ ] a\n\n- [ ] b\n\n- [ ] d\n',
      { text: 'c', after: 1 },
      '- [ ] a\n\n- [ ] b\n\n- [ ] c\n\n- [ ] d\n',
    ],
    ['indented by a tab', '- [ ] a\n\t* [ ] b\n', { text: 'c', after: 1 }, '- [ ] a\n\t* [ ] b\n\t* [ ] c\n'],
    [
      'with letters',
      '- [ ] 1.1a a\n- [ ] 1.1b b\n',
      { text: 'c', after: 0 },
      '- [ ] 1.1a a\n- [ ] 1.1c c\n- [ ] 1.1b b\n',
    ],
    ['in bold', '- [ ] **1.9** a\n', { text: 'b' }, '- [ ] **1.9** a\n- [ ] **1.10** b\n'],
    ['not into code', '- [ ] a\n\n```\n- [ ] b\n```\n', { text: 'c' }, '- [ ] a\n- [ ] c\n\n```\n- [ ] b\n```\n'],
    [
      'not into the words of another',
      '- [ ] a\ngoes on\n- [ ] b\n',
      { text: 'c', after: 0 },
      '- [ ] a\ngoes on\n- [ ] c\n- [ ] b\n',
    ],
    [
      'behind code that belongs to one',
      '- [ ] a\n  ```\n## x\n  ```\n',
      { text: 'b' },
      '- [ ] a\n  ```\n## x\n  ```\n- [ ] b\n',
    ],
    ['below words only', '# Tasks\n\nNone yet.\n', { text: 'a' }, '# Tasks\n\nNone yet.\n\n- [ ] a\n'],
    ['behind what is not there', '- [ ] a\n', { text: 'b', after: 4 }, 'no_such_task'],
    ['two lines', '- [ ] a\n', { text: 'b\r\nc' }, 'invalid_text'],
    ['to a blank group', '- [ ] a\n', { text: 'b', group: ' ' }, 'invalid_group'],
    ['to a group that cannot be', '- [ ] a\n', { text: 'b', group: 'x #' }, 'does_not_read_back'],
    ['to a group behind code that is never closed', '- [ ] a\n```\n', { text: 'b', group: 'x' }, 'does_not_read_back'],
  ])('%s', (_, text, task, expected) => {
    expect(after(text, (bytes) => addTask(bytes, task))).toBe(expected);
  });

  it('takes no longer than in proportion', () => {
    const much = `${'## a\n- [ ] 1.1 b\n'.repeat(50_000)}`;
    expect(after(much, (bytes) => addTask(bytes, { text: 'c', group: 'new' }))).toBe(`${much}\n## new\n\n- [ ] c\n`);
    expect(after(much, (bytes) => setTaskDone(bytes, 49_999, true)).slice(-12)).toBe('- [x] 1.1 b\n');
    expect(after(much, (bytes) => removeTask(bytes, 0)).length).toBe(much.length - 12);
  });

  it('keeps every byte and reads back', () => {
    const task = fc.record({
      text: fc.constantFrom('new', '1.1 new', '(new)', '[new](a)', 'neu – 日本'),
      after: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
      group: fc.option(fc.constantFrom('Later', '2. Build', 'setup'), { nil: undefined }),
      done: fc.boolean(),
    });
    let added = 0;
    fc.assert(
      fc.property(nastyTaskList, task, (text, asked) => {
        const bytes = encode(text);
        const count = list(text).length;
        const behind = asked.after === undefined || count === 0 ? undefined : asked.after % count;
        const result = addTask(bytes, { ...asked, after: behind });
        if ('refused' in result) return;
        added++;
        const is = Buffer.from(result.bytes ?? []);
        const grown = is.length - bytes.length;
        const without = (at: number) => Buffer.concat([is.subarray(0, at), is.subarray(at + grown)]);
        expect(is.some((_, at) => without(at).equals(bytes))).toBe(true);
        const was = parseTaskLines(text);
        const now = parseTaskLines(is.toString('utf8'));
        const n = result.n ?? -1;
        expect(now.toSpliced(n, 1)).toEqual(was);
        expect(now[n]).toEqual({ done: asked.done, description: expect.stringContaining(asked.text) });
        expect(text.endsWith('\n') || text === '' || text === '\uFEFF').toBe(is.toString('utf8').endsWith('\n'));
      }),
      { numRuns: 2000 },
    );
    expect(added).toBeGreaterThan(1000);
  });
});

describe('removing', () => {
  it.each<[string, string, number, string]>([
    ['one', '- [ ] a\n- [ ] b\n', 0, '- [ ] b\n'],
    ['the last', '- [ ] a\n- [ ] b', 1, '- [ ] a'],
    ['the last, with CRLF', '- [ ] a\r\n- [ ] b', 1, '- [ ] a'],
    ['the only one', '- [ ] a', 0, ''],
    ['the only one behind a byte order mark', '\uFEFF- [ ] a\n', 0, '\uFEFF'],
    ['with what is nested', numbered, 1, numbered.replace('- [ ] 1.2 b\n  - [ ] 1.2.1 c\n', '')],
    ['with what belongs to it', '- [ ] a\n  words\n\n  more\n\n      code\n- [ ] b\n', 0, '- [ ] b\n'],
    ['with its code', '- [ ] a\n  ```\nx\n  ```\nafter\n', 0, 'after\n'],
    ['and not what goes on at the margin', '- [ ] a\nwords\n', 0, 'words\n'],
    ['and not code that is never closed', '- [ ] a\n  ```\n  b\n', 0, '  ```\n  b\n'],
    ['and no heading', '- [ ] a\n\n## B\n', 0, '\n## B\n'],
    ['out of code', '```\n- [ ] a\n  b\n```\n', 0, '```\n```\n'],
    ['one that is not there', '', 0, 'no_such_task'],
  ])('%s', (_, text, n, expected) => {
    expect(after(text, (bytes) => removeTask(bytes, n))).toBe(expected);
  });

  it('takes out one piece, of which the task is the first', () => {
    let removed = 0;
    fc.assert(
      fc.property(nastyTaskList, fc.nat({ max: 20 }), (text, pick) => {
        const tasks = list(text);
        if (tasks.length === 0) return;
        const n = pick % tasks.length;
        const result = removeTask(encode(text), n);
        if ('refused' in result) return;
        removed++;
        const is = decode(result.bytes ?? new Uint8Array());
        const gone = tasks.length - list(is).length;
        expect(gone).toBeGreaterThan(0);
        expect(plain(is)).toEqual(plain(text).toSpliced(n, gone));
        const size = text.length - is.length;
        expect(
          [...text].length === 0 ||
            Array.from(text, (_, at) => at).some((at) => text.slice(0, at) + text.slice(at + size) === is),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(removed).toBeGreaterThan(1000);
  });
});
