import type { Output as Answer } from '@ratchet/contract/operation';
import type { Table } from '@ratchet/contract/operations/table';
import { lineDiff } from './line-diff.ts';
import type { Output } from './output.ts';

/** How a task of a folder is. */
export interface CheckedTask {
  readonly path: string;
  readonly name: string;
  readonly problems: Answer<Table['tasks']['validate']>['problems'];
  /** null: it has errors, so its tests were not run. */
  readonly tests: Answer<Table['tasks']['test']> | null;
}

type Paint = Pick<Output, 'good' | 'bad' | 'dim'>;
type Result = NonNullable<CheckedTask['tests']>['results'][number];

/** No error, and no test that did not pass. */
export const isGood = ({ problems, tests }: CheckedTask): boolean =>
  !problems.some(({ severity }) => severity === 'error') && tests !== null && tests.failed === 0;

/** A task in a line. */
export function stateLine(task: CheckedTask, out: Paint): string {
  const { path, name, tests, problems } = task;
  const sign = isGood(task) ? out.good('✓') : out.bad('✗');
  const ran =
    tests === null ? 'not run' : `${tests.passed} passed${tests.failed > 0 ? `, ${tests.failed} failed` : ''}`;
  const found = problems.length === 0 ? '' : `, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  return `${sign} ${name} ${out.dim(path)}  ${ran}${found}`;
}

/** How results differ from those before: tests that came, went, broke or were mended. Nothing for a task seen first. */
export function changesOf(before: CheckedTask | undefined, now: CheckedTask, out: Paint): string[] {
  if (!before) return [];
  const was = new Map(before.tests?.results.map((each) => [keyOf(each), each.status]));
  const is = new Map(now.tests?.results.map((each) => [keyOf(each), each.status]));
  const lines: string[] = [];
  for (const [key, status] of is) {
    const earlier = was.get(key);
    if (earlier === status) continue;
    const line = `    ${key}: ${earlier ?? 'new'} → ${status}`;
    lines.push(status === 'passed' ? out.good(line) : out.bad(line));
  }
  // Where nothing was run, nothing is known of them.
  if (now.tests) for (const key of was.keys()) if (!is.has(key)) lines.push(out.dim(`    ${key}: gone`));
  return lines;
}

const keyOf = ({ name, path }: Result): string => `${name} (${path})`;

/** What is wrong with it: problems, and tests that did not pass with what they expected. */
export function troubleLines({ problems, tests }: CheckedTask, out: Paint): string[] {
  const lines = problems.map(({ severity, path, line, message }) => {
    const where = line === undefined ? path : `${path}:${line}`;
    return `    ${severity === 'error' ? out.bad(severity) : severity} ${where}: ${message}`;
  });
  for (const result of tests?.results ?? []) {
    if (result.status === 'passed' || result.status === 'skipped') continue;
    lines.push(`    ${out.bad('✗')} ${keyOf(result)}${result.error === null ? '' : `: ${result.error}`}`);
    if (result.status !== 'failed' || result.expected === undefined || !('actual' in result)) continue;
    lines.push(out.dim('      - expected  + actual'));
    for (const line of lineDiff(pretty(result.expected), pretty(result.actual)))
      lines.push(`      ${line.startsWith('-') ? out.good(line) : line.startsWith('+') ? out.bad(line) : line}`);
  }
  return lines;
}

const pretty = (value: unknown): string => JSON.stringify(value ?? null, null, 2);
