import { ExecutionStatus } from '@ratchet/contract/entities/execution';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { numberOf } from '../read-value.ts';
import { analysisLines } from '../show-analysis.ts';
import { timeline } from '../show-trace.ts';
import { writeWhole } from '../write-whole.ts';
import { report } from './run.ts';

export function executionCommands(root: Command, io: Io): void {
  const execution = example(root.command('execution').description('Runs of tasks.'), 'execution list');
  example(
    execution
      .command('list')
      .description('Executions, newest first.')
      .option('--task <task>', 'only those of this task')
      .addOption(choice('--status <status...>', 'only those that stand so', ExecutionStatus.options))
      .option('--limit <n>', 'at most so many', '25')
      .action(async (options: { task?: string; status?: string[]; limit: string }, command: Command) => {
        const context = contextOf(command, io);
        const filters = [
          ...(options.task ? [{ field: 'taskId', value: await taskId(context, options.task) }] : []),
          ...(options.status ? [{ field: 'status', value: options.status }] : []),
        ];
        const page = await context.client.executions.list({ limit: numberOf('--limit', options.limit), filters });
        context.out.rows(page, page.items, ['id', 'taskName', 'status', 'queuedAt', 'durationMs']);
      }),
    'execution list --status failed --limit 10',
  );
  const id = '01930f3e-0000-7000-8000-000000000000';
  const one = commandsForOne(execution, io, 'id', (_, given) => given);
  one('show', 'One execution.', `execution show ${id}`, async ({ client, out }, given) => {
    const shown = await client.executions.get({ id: given });
    out.fields(shown, shown);
  });
  one('logs', 'What it logged.', `execution logs ${id}`, async ({ client, out }, given) => {
    const page = await client.executions.logs({ id: given, limit: 1000 });
    out.rows(page, page.items, ['time', 'level', 'message']);
  });
  one(
    'watch',
    'States, progress and log lines as they come.',
    `execution watch ${id}`,
    async ({ client, out }, given) => {
      for await (const event of client.executions.events({ id: given }))
        out.line(out.json ? JSON.stringify(event) : `${event.time}  ${event.type}  ${JSON.stringify(event.data)}`);
    },
  );
  one('cancel', 'Stop it.', `execution cancel ${id}`, async ({ client, out }, given) => {
    const shown = await client.executions.cancel({ id: given });
    out.fields(shown, { id: shown.id, status: shown.status });
  });
  one('retry', 'Run it again with the same input.', `execution retry ${id}`, async ({ client, out }, given) => {
    const shown = await client.executions.retry({ id: given });
    out.fields(shown, { id: shown.id, status: shown.status });
  });
  one('delete', 'Forget it, with its logs and recording.', `execution delete ${id}`, async ({ client, out }, given) => {
    await client.executions.delete({ id: given });
    if (!out.json) out.line('Deleted.');
  });
  one(
    'trace',
    'What it did over time: steps, requests, and where a profiled one spent its time.',
    `execution trace ${id}`,
    async ({ client, out }, given) => {
      const trace = await client.executions.trace({ id: given });
      if (out.json) return out.line(JSON.stringify(trace, null, 2));
      for (const line of timeline(trace, out)) out.line(line);
    },
  );
  one(
    'analyse',
    'Why it failed, where, whether it did so before, and what to do.',
    `execution analyse ${id}`,
    async ({ client, out }, given) => {
      const analysis = await client.executions.analysis({ id: given });
      if (out.json) return out.line(JSON.stringify(analysis, null, 2));
      for (const line of analysisLines(analysis, out)) out.line(line);
    },
  );
  example(
    execution
      .command('recording <id>')
      .description('The requests of a recorded one, as an HTTP Archive (HAR 1.2).')
      .option('--output <file>', 'write it to a file')
      .action(async (given: string, options: { output?: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const text = `${JSON.stringify(await client.executions.recording({ id: given }), null, 2)}\n`;
        if (options.output === undefined) return out.line(text.trimEnd());
        writeWhole(options.output, text);
        if (!out.json) out.line(`Wrote ${options.output}.`);
      }),
    `execution recording ${id} --output requests.har`,
  );
  example(
    execution
      .command('stats')
      .description('Counts, durations and percentiles, as a whole and per task.')
      .option('--task <task>', 'of one task: its id or name')
      .addOption(choice('--window <time>', 'of the last', ['1h', '24h', '7d', '30d']))
      .action(async (options: { task?: string; window?: string }, command: Command) => {
        const context = contextOf(command, io);
        const { task, window } = options;
        const stats = await context.client.executions.stats({
          ...(task === undefined ? {} : { taskId: await taskId(context, task) }),
          ...(window === undefined ? {} : { window: window as '1h' }),
        });
        if (context.out.json) return context.out.line(JSON.stringify(stats, null, 2));
        const { perTask, ...whole } = stats;
        context.out.fields(whole, whole);
        context.out.line('');
        const columns = [
          'taskName',
          'total',
          'failed',
          'successRate',
          'p50DurationMs',
          'p95DurationMs',
          'p99DurationMs',
        ];
        context.out.rows(perTask, perTask.map(rounded), columns);
      }),
    'execution stats --window 24h',
  );
  example(
    root
      .command('replay <execution>')
      .description('Run a recorded execution again: its code, input, clock and answers, without the network.')
      .option('--current', 'the code as it is now, against the recorded answers')
      .option('--no-wait', 'answer as soon as it is queued')
      .action(async (given: string, options: { current?: boolean; wait: boolean }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const { current = false, wait } = options;
        report(out, await client.executions.replay({ id: given, current, wait }));
      }),
    `replay ${id}`,
    `replay ${id} --current`,
  );
}

const rounded = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' ? Math.round(value * 100) / 100 : value,
    ]),
  );
