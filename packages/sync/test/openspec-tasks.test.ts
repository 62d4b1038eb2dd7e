import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTaskBytes } from '../src/kinds/openspec/edit-tasks.ts';
import { nastyTaskList } from './openspec-nasty.ts';
import { parseTaskLines } from './openspec-tool.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readTaskBytes(encode(text)).tasks;

describe('what counts as a task', () => {
  it('is what OpenSpec counts, with the same texts', () => {
    fc.assert(
      fc.property(nastyTaskList, (text) => {
        const ours = read(text).map(({ scan, at, done }) => ({
          done,
          description: (text.split('\n')[at] ?? '').slice(scan.textFrom, scan.textTo),
        }));
        expect(ours).toEqual(parseTaskLines(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('is what OpenSpec counts in bytes that are no UTF-8', () => {
    const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 6 }), nastyTaskList.map(encode)), { maxLength: 8 });
    fc.assert(
      fc.property(bytes, (parts) => {
        const file = Buffer.concat(parts);
        expect(readTaskBytes(file).tasks.map(({ done }) => done)).toEqual(
          parseTaskLines(file.toString('utf8')).map(({ done }) => done),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each<
    [string, string, [number: string | null, text: string, done: boolean, group: string | null, depth: number][]]
  >([
    ['nothing', '', []],
    ['no newline at the end', '- [ ] a', [[null, 'a', false, null, 0]]],
    [
      'numbers and groups',
      '## 1. Build\n- [x] 1.1 a\n- [X] 1.2.3a b\n### Late ##\n* [ ] **2.1** c\n',
      [
        ['1.1', 'a', true, '1. Build', 0],
        ['1.2.3a', 'b', true, '1. Build', 0],
        ['2.1', 'c', false, 'Late', 0],
      ],
    ],
    [
      'bullets of every kind',
      '+ [ ] a\n1. [x] b\n22) [ ] c\n-[ ]d\n- [] e\n- [~] f\n- [ x ] g\n',
      [
        [null, 'a', false, null, 0],
        ['1', 'b', true, null, 0],
        ['22', 'c', false, null, 0],
        [null, 'd', false, null, 0],
        [null, 'e', false, null, 0],
        [null, 'f', false, null, 0],
        [null, 'g', true, null, 0],
      ],
    ],
    ['what is none', '- a\n- [a](b)\n- [a][b]\n- [WIP] c\n1234567890. [ ] d\n* * *\n[ ] e\n- \\[ ] f\n', []],
    [
      'nesting',
      '- [ ] a\n  - [ ] b\n      - [ ] c\n\t- [ ] d\n - [ ] e\n- plain\n  - [ ] f\n\ntext\n  - [ ] g',
      [
        [null, 'a', false, null, 0],
        [null, 'b', false, null, 1],
        [null, 'c', false, null, 2],
        [null, 'd', false, null, 2],
        [null, 'e', false, null, 0],
        [null, 'f', false, null, 0],
        [null, 'g', false, null, 0],
      ],
    ],
    [
      'CRLF and a byte order mark',
      '\uFEFF- [ ] a\r\n  - [x] 1) b\r\n',
      [
        [null, 'a', false, null, 0],
        ['1', 'b', true, null, 1],
      ],
    ],
    [
      'fenced code, of which headings do not count',
      '# Top\n```sh\n# no heading\n- [ ] a\n```\n- [ ] b',
      [
        [null, 'a', false, 'Top', 0],
        [null, 'b', false, 'Top', 0],
      ],
    ],
    [
      'numbers that are none',
      '- [ ] 3 retries\n- [ ] 3. retries\n- [ ] 2024\n- [ ] **1.1 Bold** text\n- [ ] 1.1text',
      [
        [null, '3 retries', false, null, 0],
        ['3', 'retries', false, null, 0],
        [null, '2024', false, null, 0],
        [null, '**1.1 Bold** text', false, null, 0],
        [null, '1.1text', false, null, 0],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text).map(({ number, text: what, done, group, depth }) => [number, what, done, group, depth])).toEqual(
      expected,
    );
  });

  it('takes no longer than in proportion, whatever stands in the file', () => {
    const much = 2_000_000;
    for (const text of [
      `- [${' '.repeat(much)}`,
      `-${' '.repeat(much)}`,
      ' '.repeat(much),
      '#'.repeat(much),
      `- [ ] ${'1.'.repeat(much / 2)}`,
      `# a${' #'.repeat(much / 2)}b`,
      '`'.repeat(much),
      '- [ ] a\n'.repeat(much / 8),
      '```\n'.repeat(much / 4),
      `- [ ] ${'\u2028'.repeat(much)}`,
    ])
      expect(read(text).length).toBe(parseCount(text));
  });
});

/** The tool itself takes time without bound on the first of them. */
const parseCount = (text: string) => (text.startsWith('- [  ') ? 0 : parseTaskLines(text).length);
