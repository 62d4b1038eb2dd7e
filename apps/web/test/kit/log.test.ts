import { describe, expect, test } from 'vitest';
import { filterLines, type LogEntry, lineText, stripAnsi, summaryText } from '../../src/kit/log/log-lines.ts';

const line = (sequence: number, level: LogEntry['level'], message: string, data?: unknown): LogEntry => ({
  sequence,
  level,
  message,
  data,
  time: '2026-01-31T08:30:00.000Z',
});

describe('what only terminals understand', () => {
  test.each([
    ['plain', 'plain'],
    ['\u001B[31mred\u001B[0m', 'red'],
    ['\u001B[38;5;196mmany\u001B[m', 'many'],
    ['\u001B]8;;https://x.org\u0007link\u001B]8;;\u0007', 'link'],
    ['\u001B]0;title\u001B\\text', 'text'],
    ['10%\r50%\r100%', '100%'],
    ['a\r\nb', 'a\nb'],
    ['bell\u0007', 'bell'],
    ['\u009B31mold\u009B0m', 'old'],
    ['tab\tstays\nand lines', 'tab\tstays\nand lines'],
  ])('%j', (text, plain) => expect(stripAnsi(text)).toBe(plain));
});

const lines = [
  line(1, 'info', 'Started'),
  line(2, 'warn', 'Slow \u001B[1mpage\u001B[0m', { page: 7 }),
  line(3, 'error', 'Failed'),
];

describe('filters', () => {
  test.each([
    ['nothing', [], '', [1, 2, 3]],
    ['levels', ['warn', 'error'], '', [2, 3]],
    ['text without case', [], 'fAIL', [3]],
    ['text over colours', [], 'slow page', [2]],
    ['text of the data', [], '"page":7', [2]],
    ['both', ['info'], 'failed', []],
  ] as const)('%s', (_, levels, text, found) => {
    expect(filterLines(lines, { levels, text }).map(({ sequence }) => sequence)).toEqual(found);
  });
  test('without a filter they are the same lines', () => {
    expect(filterLines(lines, { levels: [], text: ' ' })).toBe(lines);
  });
});

test('a line as text', () => {
  expect(lineText(lines[1]!)).toBe('2026-01-31T08:30:00.000Z WARN  Slow page {"page":7}');
});
test('what is said aloud', () => {
  expect(summaryText(lines)).toBe('3 lines, 1 error, 1 warning');
  expect(summaryText([])).toBe('0 lines');
  expect(summaryText(lines.slice(2), 3)).toBe('1 of 3 lines are shown, 1 error');
  expect(summaryText([], 1)).toBe('0 of 1 line is shown');
});
