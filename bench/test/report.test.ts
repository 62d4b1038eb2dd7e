import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mergeReport } from '../src/frame/report.ts';
import { sectionOf } from '../src/frame/table.ts';

const section = (name: string, figure: number): string =>
  sectionOf('two cores, one day.', { name, rows: [{ what: `what # ${name} does`, figure, unit: 'ms' }] });
const report = (...sections: string[]): string => `${['# Benchmarks', ...sections].join('\n\n')}\n`;
const [a, b, c] = [section('A', 1), section('B', 2), section('C', 3)];

it.each<[name: string, before: string, measured: string[], after: string]>([
  ['no file', '', [a, b], report(a, b)],
  ['a file without sections', '# Benchmarks\n', [a], report(a)],
  ['nothing measured', report(a, b), [], report(a, b)],
  ['the first of three', report(a, b, c), [section('A', 9)], report(section('A', 9), b, c)],
  ['the last of three', report(a, b, c), [section('C', 9)], report(a, b, section('C', 9))],
  ['all, in another order', report(a, b), [section('B', 8), section('A', 9)], report(section('A', 9), section('B', 8))],
  ['one that is new', report(a), [b], report(a, b)],
  ['one old and one new', report(b, c), [a, section('C', 9)], report(b, section('C', 9), a)],
  ['a heading that another begins with', report(section('A (more)', 1), b), [a], report(section('A (more)', 1), b, a)],
  [
    'headings below the second level',
    report(`${a}\n\n### Of A`, b),
    [section('B', 9)],
    report(`${a}\n\n### Of A`, section('B', 9)),
  ],
  ['words before the first section', `Read me.\n\n${a}`, [b], `Read me.\n\n${a}\n\n${b}\n`],
])('%s', (_, before, measured, after) => {
  expect(mergeReport(before, measured)).toBe(after);
});

it('a section says on what it was measured, below its heading', () => {
  expect(a.split('\n').slice(0, 4)).toEqual(['## A', '', 'Measured on two cores, one day.', '']);
});

it('the report that is here stays as it is when nothing is measured', () => {
  const text = readFileSync(new URL('../RESULTS.md', import.meta.url), 'utf8');
  expect(mergeReport(text, [])).toBe(text);
});
