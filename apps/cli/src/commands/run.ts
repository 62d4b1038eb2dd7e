import type { Execution } from '@ratchet/contract/entities/execution';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { type Context, contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { isPath } from '../is-path.ts';
import type { Output } from '../output.ts';
import { optionalNumber, readJson } from '../read-value.ts';

interface RunOptions {
  readonly input: string;
  readonly wait: boolean;
  readonly timeout?: string;
  readonly record?: boolean;
  readonly profile?: boolean;
}

export function runCommands(root: Command, io: Io): void {
  runCommand(root, io);
  validateCommand(root, io);
}

export function runCommand(parent: Command, io: Io): void {
  example(
    parent
      .command('run <task>')
      .description('Run a task: its id or name on the server, or the path of a folder or file, which needs no server.')
      .option('--input <json>', 'JSON, @file or - for standard input', '{}')
      .option('--no-wait', 'answer as soon as it is queued')
      .option('--timeout <ms>', 'stop it after this time')
      .option('--record', 'keep its requests, clock and seed, for "replay"')
      .option('--profile', 'take a profile of the processor’s time, for "execution trace"')
      .action(async (task: string, options: RunOptions, command: Command) => {
        const context = contextOf(command, io);
        const input = await readJson(options.input, io);
        const timeoutMs = optionalNumber('--timeout', options.timeout);
        if (isPath(task)) {
          if (options.record || options.profile)
            throw new RatchetError(
              'VALIDATION_FAILED',
              '--record and --profile keep what they see on a server: give the id or name of a task there.',
            );
          const { runLocalTask } = await import('@ratchet/server/local-task');
          return report(context.out, await runLocalTask({ path: task, input, timeoutMs }));
        }
        const execution = await context.client.tasks.run({
          id: await taskId(context, task),
          input,
          wait: options.wait,
          timeoutMs,
          record: options.record ?? false,
          profile: options.profile ?? false,
        });
        // Where it can be looked at: what it answers stays alone on the output.
        if ((options.record || options.profile) && !context.out.json) io.stderr.write(`Execution ${execution.id}\n`);
        report(context.out, execution);
      }),
    'run "CSV to JSON" --input @people.json',
    'run ./examples/tasks/csv-to-json --input \'{"csv":"a,b\\n1,2"}\'',
  );
}

export function validateCommand(parent: Command, io: Io): void {
  example(
    parent
      .command('validate <task>')
      .description('Check the code, schemas, tests and metadata of a task on the server, or of a folder.')
      .action(async (task: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const result = await validated(context, task);
        const { out } = context;
        if (out.json) out.line(JSON.stringify(result, null, 2));
        else if (result.problems.length === 0) out.line('Nothing is wrong with it.');
        else
          for (const { severity, path, line, message, code } of result.problems) {
            const where = line === undefined ? path : `${path}:${line}`;
            out.line(`${severity === 'error' ? out.bad(severity) : severity} ${where}: ${message} ${out.dim(code)}`);
          }
        if (!result.valid) throw new Failed('It has problems.');
      }),
    'validate ./examples/tasks/csv-to-json',
  );
}

async function validated(context: Context, task: string) {
  if (!isPath(task)) return context.client.tasks.validate({ id: await taskId(context, task) });
  const { validateLocalTask } = await import('@ratchet/server/local-task');
  return validateLocalTask({ path: task });
}

type Ran = Pick<Execution, 'status' | 'output' | 'error' | 'durationMs'> & { id?: string };

/** The output alone, so that it can be piped on; what went wrong to standard error. */
export function report(out: Output, execution: Ran): void {
  out.answer(execution);
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
