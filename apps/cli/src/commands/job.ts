import { JobPriority, JobStatus } from '@ratchet/contract/entities/job';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { numberOf, optionalNumber, readJson } from '../read-value.ts';

interface Update {
  readonly input?: string;
  readonly priority?: 'low' | 'normal' | 'high' | 'urgent';
  readonly retries?: string;
  readonly at?: string;
  readonly now?: boolean;
}

const someId = '01930f3e-0000-7000-8000-000000000000';

export function jobCommands(root: Command, io: Io): void {
  const job = example(root.command('job').description('Queued wishes to run a task.'), 'job list');
  example(
    job
      .command('list')
      .description('Jobs, newest first.')
      .option('--task <task>', 'only jobs of this task')
      .addOption(choice('--status <status...>', 'only those that stand so', JobStatus.options))
      .option('--limit <n>', 'at most so many', '100')
      .action(async (options: { task?: string; status?: string[]; limit: string }, command: Command) => {
        const context = contextOf(command, io);
        const filters = [
          ...(options.task ? [{ field: 'taskId', value: await taskId(context, options.task) }] : []),
          ...(options.status ? [{ field: 'status', value: options.status }] : []),
        ];
        const page = await context.client.jobs.list({ limit: numberOf('--limit', options.limit), filters });
        context.out.rows(page, page.items, ['id', 'taskName', 'status', 'priority', 'attempts', 'createdAt']);
      }),
    'job list --status failed',
  );
  example(
    job
      .command('create <task>')
      .description('Queue a task.')
      .option('--input <json>', 'JSON, @file or - for standard input', '{}')
      .addOption(choice('--priority <priority>', 'who goes first', JobPriority.options).default('normal'))
      .option('--retries <n>', 'how often a failed run is tried again', '0')
      .option('--at <time>', 'not before this time (ISO 8601)')
      .option('--record', 'keep its requests, clock and seed, for "replay"')
      .action(
        async (
          task: string,
          options: {
            input: string;
            priority: 'low' | 'normal' | 'high' | 'urgent';
            retries: string;
            at?: string;
            record?: boolean;
          },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const made = await context.client.jobs.create({
            taskId: await taskId(context, task),
            input: await readJson(options.input, io),
            priority: options.priority,
            maxRetries: numberOf('--retries', options.retries),
            scheduledFor: options.at,
            record: options.record ?? false,
          });
          context.out.fields(made, { id: made.id, status: made.status });
        },
      ),
    'job create "HTTP check" --retries 3',
  );
  for (const [name, description] of [
    ['show', 'One job.'],
    ['cancel', 'Cancel it.'],
    ['retry', 'Queue it again.'],
  ] as const)
    example(
      job
        .command(`${name} <id>`)
        .description(description)
        .action(async (id: string, _options: object, command: Command) => {
          const { client, out } = contextOf(command, io);
          const shown = await { show: client.jobs.get, cancel: client.jobs.cancel, retry: client.jobs.retry }[name]({
            id,
          });
          out.fields(shown, shown);
        }),
      `job ${name} 01930f3e-0000-7000-8000-000000000000`,
    );
  example(
    job
      .command('delete <id>')
      .description('Forget a job that is not running.')
      .action(async (id: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        await client.jobs.delete({ id });
        if (!out.json) out.line('Deleted.');
      }),
    `job delete ${someId}`,
  );
  example(
    job
      .command('update <id>')
      .description('Change a job that has not started.')
      .option('--input <json>', 'JSON, @file or - for standard input')
      .addOption(choice('--priority <priority>', 'who goes first', JobPriority.options))
      .option('--retries <n>', 'how often a failed run is tried again')
      .option('--at <time>', 'not before this time (ISO 8601)')
      .option('--now', 'as soon as it is its turn')
      .action(async (id: string, options: Update, command: Command) => {
        const { client, out } = contextOf(command, io);
        const { input, priority, retries, at, now } = options;
        const changes = {
          ...(input === undefined ? {} : { input: await readJson(input, io) }),
          ...(priority === undefined ? {} : { priority }),
          ...(retries === undefined ? {} : { maxRetries: optionalNumber('--retries', retries) }),
          ...(at === undefined ? {} : { scheduledFor: at }),
          ...(now ? { scheduledFor: null } : {}),
        };
        if (Object.keys(changes).length === 0)
          throw new Failed('Say what to change: --help names what can be.', exitCodes.usage);
        const changed = await client.jobs.update({ id, ...changes });
        out.fields(changed, changed);
      }),
    `job update ${someId} --priority urgent --now`,
  );
  example(
    job
      .command('stats')
      .description('Counts over jobs.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const stats = await client.jobs.stats({});
        out.fields(stats, stats);
      }),
    'job stats',
  );
  example(
    job
      .command('queue')
      .description('Whether the queue of jobs stands still.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const state = await client.jobs.queue();
        out.fields(state, { ...state, pausedTasks: state.pausedTasks.map((task) => task.taskName ?? task.taskId) });
      }),
    'job queue',
  );
  for (const [name, description] of [
    ['pause', 'Take no more jobs from the queue; what runs goes on.'],
    ['resume', 'Take jobs from the queue again.'],
  ] as const)
    example(
      job
        .command(name)
        .description(description)
        .option('--task <task>', 'only jobs of this task')
        .action(async ({ task }: { task?: string }, command: Command) => {
          const context = contextOf(command, io);
          const { jobs } = context.client;
          const only = task === undefined ? {} : { taskId: await taskId(context, task) };
          const state = await (name === 'pause' ? jobs.pause(only) : jobs.resume(only));
          context.out.fields(state, {
            paused: state.paused,
            pausedTasks: state.pausedTasks.map((one) => one.taskName ?? one.taskId),
          });
        }),
      `job ${name} --task "HTTP check"`,
    );
  example(
    job
      .command('clear')
      .description('Forget jobs by their status; those that wait are cancelled first, those that run are left alone.')
      .addOption(
        choice('--status <status...>', 'how they stand', [
          'queued',
          'retrying',
          'completed',
          'failed',
          'cancelled',
        ]).default(['completed', 'failed', 'cancelled']),
      )
      .option('--task <task>', 'only jobs of this task')
      .option('--before <time>', 'only jobs created before (ISO 8601)')
      .action(
        async (
          options: {
            status: ('queued' | 'retrying' | 'completed' | 'failed' | 'cancelled')[];
            task?: string;
            before?: string;
          },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const cleared = await context.client.jobs.clear({
            status: options.status,
            before: options.before,
            ...(options.task === undefined ? {} : { taskId: await taskId(context, options.task) }),
          });
          context.out.fields(cleared, cleared);
        },
      ),
    'job clear --status failed --before 2026-01-01T00:00:00Z',
  );
}
