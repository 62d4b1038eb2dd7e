import { existsSync } from 'node:fs';
import type { Execution } from '@ratchet/contract/entities/execution';
import type { Command } from 'commander';
import { type Context, contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import type { Output } from '../output.ts';
import { readJson } from '../read-value.ts';

export function runCommands(root: Command, io: Io): void {
  example(
    root
      .command('run <task>')
      .description('Run a task: its id or name on the server, or the path of a folder or file, which needs no server.')
      .option('--input <json>', 'JSON, @file or - for standard input', '{}')
      .option('--no-wait', 'answer as soon as it is queued')
      .option('--timeout <ms>', 'stop it after this time')
      .action(async (task: string, options: { input: string; wait: boolean; timeout?: string }, command: Command) => {
        const context = contextOf(command, io);
        const input = await readJson(options.input, io);
        const timeoutMs = options.timeout === undefined ? undefined : Number(options.timeout);
        if (isPath(task)) {
          const { runLocalTask } = await import('@ratchet/server/local-task');
          return report(context.out, await runLocalTask({ path: task, input, timeoutMs }));
        }
        const execution = await context.client.tasks.run({
          id: await taskId(context, task),
          input,
          wait: options.wait,
          timeoutMs,
        });
        report(context.out, execution);
      }),
    'run "CSV to JSON" --input @people.json',
    'run ./examples/tasks/csv-to-json --input \'{"csv":"a,b\\n1,2"}\'',
  );
  example(
    root
      .command('test <task>')
      .description('Run the tests of a task on the server, or of a folder.')
      .option('--only <part>', 'only tests whose name or file has this part')
      .action(async (task: string, options: { only?: string }, command: Command) => {
        const context = contextOf(command, io);
        const result = await tested(context, task, options.only);
        const rows = result.results.map((test) => ({
          status: test.status,
          test: test.name,
          ms: Math.round(test.durationMs),
          error: test.error ?? '',
        }));
        context.out.rows(result, rows, ['status', 'test', 'ms', 'error']);
        if (!context.out.json) context.out.line(`${result.passed} passed, ${result.failed} failed`);
        if (result.failed > 0) throw new Failed(`${result.failed} tests failed.`);
      }),
    'test ./examples/tasks/csv-to-json',
  );
  example(
    root
      .command('validate <task>')
      .description('Check the code, schemas and metadata of a task on the server, or of a folder.')
      .action(async (task: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const result = await validated(context, task);
        context.out.rows(
          result,
          result.problems.map((p) => ({ ...p, line: p.line ?? '' })),
          ['severity', 'path', 'line', 'message'],
        );
        if (!result.valid) throw new Failed('It has problems.');
      }),
    'validate ./examples/tasks/csv-to-json',
  );
}

const isPath = (task: string): boolean => /^[./~]/.test(task) || (task.includes('/') && existsSync(task));

async function tested(context: Context, task: string, only: string | undefined) {
  if (!isPath(task)) return context.client.tasks.test({ id: await taskId(context, task), test: only });
  const { testLocalTask } = await import('@ratchet/server/local-task');
  return testLocalTask({ path: task, filter: only });
}

async function validated(context: Context, task: string) {
  if (!isPath(task)) return context.client.tasks.validate({ id: await taskId(context, task) });
  const { validateLocalTask } = await import('@ratchet/server/local-task');
  return validateLocalTask({ path: task });
}

type Ran = Pick<Execution, 'status' | 'output' | 'error' | 'durationMs'> & { id?: string };

/** The output alone, so that it can be piped on; what went wrong to standard error. */
function report(out: Output, execution: Ran): void {
  if (out.json) out.line(JSON.stringify(execution, null, 2));
  else if (execution.status === 'completed') out.line(JSON.stringify(execution.output, null, 2));
  else if (execution.status === 'pending' || execution.status === 'running')
    out.line(`${execution.id} is ${execution.status}`);
  if (['failed', 'timed_out', 'cancelled'].includes(execution.status)) {
    const { error } = execution;
    const where = error?.line ? ` (${error.file ?? ''}:${error.line})` : '';
    throw new Failed(`${execution.status}: ${error?.class ?? ''}: ${error?.message ?? ''}${where}`);
  }
}
