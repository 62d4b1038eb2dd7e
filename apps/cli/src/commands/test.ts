import type { Command } from 'commander';
import { type Context, contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { isPath } from '../is-path.ts';
import { lineDiff } from '../line-diff.ts';

type Report = Awaited<ReturnType<Context['client']['tasks']['test']>>;
interface Options {
  only?: string;
  parallel: string;
  stopOnFailure?: boolean;
  trace?: boolean;
}

export function testCommand(parent: Command, io: Io): void {
  example(
    parent
      .command('test <task>')
      .description('Run the tests of a task on the server, or of a folder, which needs no server.')
      .option('--only <part>', 'only tests whose name or file has this part')
      .option('--parallel <n>', 'tests at once', '4')
      .option('--stop-on-failure', 'begin no further test after one that did not pass')
      .option('--trace', 'show the log and the requests of each test')
      .action(async (task: string, options: Options, command: Command) => {
        const context = contextOf(command, io);
        const report = await tested(context, task, options);
        if (context.out.json) context.out.line(JSON.stringify(report, null, 2));
        else showTests(context, report);
        if (report.failed > 0) throw new Failed(`${report.failed} tests failed.`);
      }),
    'test ./examples/tasks/csv-to-json --only quoted --trace',
  );
}

async function tested(context: Context, task: string, { only, parallel, stopOnFailure, trace }: Options) {
  const number = Number(parallel);
  if (!Number.isInteger(number) || number < 1 || number > 16)
    throw new Failed('--parallel is a number from 1 to 16.', exitCodes.usage);
  const options = { parallel: number, stopOnFailure: stopOnFailure ?? false, trace: trace ?? false };
  if (!isPath(task)) return context.client.tasks.test({ id: await taskId(context, task), test: only, ...options });
  const { testLocalTask } = await import('@ratchet/server/local-task');
  return testLocalTask({ path: task, filter: only, ...options });
}

export function showTests({ out }: Pick<Context, 'out'>, report: Report): void {
  if (report.results.length === 0)
    out.line('There are no tests. Add one as tests/<name>.json: {"input": …, "expected": …}.');
  const signs = { passed: out.good('✓'), failed: out.bad('✗'), error: out.bad('!'), skipped: out.dim('-') };
  for (const result of report.results) {
    const { name, path, status, error, durationMs, expected, actual, logs = [], http = [] } = result;
    out.line(`${signs[status]} ${name} ${out.dim(`${path} ${Math.round(durationMs)} ms`)}`);
    if (error !== null) out.line(`    ${error.replaceAll('\n', '\n    ')}`);
    if (status === 'failed' && expected !== undefined && 'actual' in result) {
      out.line(out.dim('    - expected  + actual'));
      for (const line of lineDiff(pretty(expected), pretty(actual)))
        out.line(`    ${line.startsWith('-') ? out.good(line) : line.startsWith('+') ? out.bad(line) : line}`);
    }
    for (const { method, url, status: answered, error: refused } of http)
      out.line(out.dim(`    ${method} ${url} → ${answered ?? refused}`));
    for (const { level, message } of logs) out.line(out.dim(`    ${level}: ${message}`));
  }
  const skipped = report.skipped > 0 ? `, ${report.skipped} not run` : '';
  out.line(`${report.passed} passed, ${report.failed} failed${skipped}`);
}

const pretty = (value: unknown): string => JSON.stringify(value ?? null, null, 2);
