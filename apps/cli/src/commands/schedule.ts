import { JobPriority } from '@ratchet/contract/entities/job';
import { CatchUp, Overlap } from '@ratchet/contract/entities/schedule';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { type Context, contextOf, type Io, scheduleId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { numberOf, readJson } from '../read-value.ts';

interface Settings {
  name?: string;
  cron?: string;
  timezone?: string;
  input?: string;
  catchUp?: 'skip' | 'last' | 'all';
  overlap?: 'allow' | 'skip';
  priority?: 'low' | 'normal' | 'high' | 'urgent';
  retries?: string;
}

const columns = ['id', 'name', 'taskName', 'cron', 'timezone', 'enabled', 'nextRunAt', 'lastError'];
const someId = '01930f3e-0000-7000-8000-000000000000';

const settingsOf = (command: Command): Command =>
  command
    .option('--name <name>', 'what it is called; the task’s name and the cron expression without')
    .option('--timezone <zone>', 'IANA name, like Europe/Berlin; UTC without')
    .option('--input <json>', 'JSON, @file or - for standard input')
    .addOption(choice('--catch-up <policy>', 'of ticks missed while no server ran', CatchUp.options))
    .addOption(choice('--overlap <policy>', 'of a tick while the job of an earlier one has not ended', Overlap.options))
    .addOption(choice('--priority <priority>', 'who goes first', JobPriority.options))
    .option('--retries <n>', 'how often a failed run is tried again');

/** What the options say, as the server takes it; the server judges it. */
async function given({ input, retries, ...rest }: Settings, io: Io) {
  return {
    ...rest,
    ...(input === undefined ? {} : { input: await readJson(input, io) }),
    ...(retries === undefined ? {} : { maxRetries: numberOf('--retries', retries) }),
  };
}

export function scheduleCommands(root: Command, io: Io): void {
  const schedule = example(root.command('schedule').description('Run tasks by the clock.'), 'schedule list');
  example(
    schedule
      .command('list')
      .description('Schedules, with their next tick.')
      .action(async (_options: object, command: Command) => {
        const context = contextOf(command, io);
        const page = await context.client.schedules.list({ limit: 1000 });
        context.out.rows(page, page.items, columns);
      }),
    'schedule list',
  );
  example(
    settingsOf(schedule.command('create <task> <cron>'))
      .description('Run a task by the clock. Cron has 5 fields, 6 with seconds first, or is @daily and the like.')
      .option('--disabled', 'do not run it yet')
      .action(async (task: string, cron: string, options: Settings & { disabled?: boolean }, command: Command) => {
        const context = contextOf(command, io);
        const { disabled, ...settings } = options;
        const made = await context.client.schedules.create({
          taskId: await taskId(context, task),
          cron,
          enabled: disabled !== true,
          ...(await given(settings, io)),
        });
        context.out.fields(made, { id: made.id, name: made.name, nextRunAt: made.nextRunAt });
      }),
    'schedule create "HTTP check" "*/15 8-18 * * MON-FRI" --timezone Europe/Berlin',
  );
  example(
    settingsOf(schedule.command('edit <schedule>'))
      .description('Change a schedule; only what is given changes.')
      .option('--cron <expression>', '5 fields, 6 with seconds first, or @daily and the like')
      .option('--task <task>', 'run another task')
      .action(async (name: string, { task, ...options }: Settings & { task?: string }, command: Command) => {
        const context = contextOf(command, io);
        const edit = await given(options, io);
        if (task === undefined && Object.keys(edit).length === 0)
          throw new RatchetError('VALIDATION_FAILED', 'Say what to change: --help names what can be.');
        const edited = await context.client.schedules.update({
          id: await scheduleId(context, name),
          ...edit,
          ...(task === undefined ? {} : { taskId: await taskId(context, task) }),
        });
        context.out.fields(edited, edited);
      }),
    'schedule edit nightly --cron "30 2 * * *"',
  );
  example(
    schedule
      .command('preview <schedule>')
      .description('When it runs next.')
      .option('--count <n>', 'how many ticks', '10')
      .option('--from <time>', 'after this time (ISO 8601); now without')
      .action(async (name: string, options: { count: string; from?: string }, command: Command) => {
        const context = contextOf(command, io);
        const preview = await context.client.schedules.preview({
          id: await scheduleId(context, name),
          count: numberOf('--count', options.count),
          ...(options.from === undefined ? {} : { from: options.from }),
        });
        context.out.rows(preview, preview.runs, ['local', 'at']);
      }),
    'schedule preview nightly --count 3',
  );
  const simple: Record<string, [string, (context: Context, id: string) => Promise<unknown>]> = {
    show: ['One schedule.', ({ client }, id) => client.schedules.get({ id })],
    enable: ['Let it run from now on.', ({ client }, id) => client.schedules.enable({ id })],
    disable: ['Stop it.', ({ client }, id) => client.schedules.disable({ id })],
    trigger: ['Queue its job now; its next tick stays.', ({ client }, id) => client.schedules.trigger({ id })],
  };
  for (const [verb, [description, act]] of Object.entries(simple))
    example(
      schedule
        .command(`${verb} <schedule>`)
        .description(description)
        .action(async (name: string, _options: object, command: Command) => {
          const context = contextOf(command, io);
          const shown = await act(context, await scheduleId(context, name));
          context.out.fields(shown, shown as Record<string, unknown>);
        }),
      `schedule ${verb} ${verb === 'show' ? someId : 'nightly'}`,
    );
  example(
    schedule
      .command('stats')
      .description('Counts over schedules.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const stats = await client.schedules.stats({});
        out.fields(stats, stats);
      }),
    'schedule stats',
  );
  example(
    schedule
      .command('delete <schedule>')
      .description('Remove it; jobs that it has queued go on.')
      .action(async (name: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const id = await scheduleId(context, name);
        await context.client.schedules.delete({ id });
        context.out.fields({ id }, { deleted: id });
      }),
    'schedule delete nightly',
  );
}
