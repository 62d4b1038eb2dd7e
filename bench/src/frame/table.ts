import type { Measured, Row } from './row.ts';

const headings = ['what', 'measured', 'target', 'beside it'] as const;

/** Three significant digits, no exponent, thousands apart: 0.0123, 1.5, 34,000. */
const figure = (value: number, unit: string): string =>
  `${value.toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: true })} ${unit}`.replace(' /', '/');

/** A rate is better when it is higher, everything else when it is lower. */
const reached = ({ figure, unit, target }: Row): boolean =>
  target === undefined || (unit.startsWith('/') ? figure >= target : figure <= target);

const cellsOf = (row: Row): string[] => [
  row.what,
  figure(row.figure, row.unit),
  row.target === undefined ? '' : `${figure(row.target, row.unit)}${reached(row) ? '' : ' (missed)'}`,
  row.reference ?? '',
];

/** A markdown table with aligned columns: as good to read on a terminal as in a file. */
function tableOf(rows: readonly Row[]): string {
  const cells = [[...headings], ...rows.map(cellsOf)].map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = headings.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** What one benchmark measured, as a section of the report, which says on which machine and when. */
export const sectionOf = (machine: string, { name, rows }: Measured): string =>
  [`## ${name}`, `Measured on ${machine}`, rows.length > 0 ? tableOf(rows) : 'Nothing was measured.'].join('\n\n');
