import { AlertMetric } from '@ratchet/contract/entities/alert';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { type Context, contextOf, type Io, idOf, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';

type Metric = (typeof AlertMetric.options)[number];

export function alertCommands(root: Command, io: Io): void {
  const alert = example(root.command('alert').description('Figures that are watched.'), 'alert list');
  example(
    alert
      .command('list')
      .description('Alerts, and whether they fire.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.alerts.list({ limit: 1000 });
        out.rows(page, page.items, ['name', 'metric', 'threshold', 'enabled', 'state', 'value', 'subject', 'firedAt']);
      }),
    'alert list',
  );
  example(
    alert
      .command('create <name>')
      .description('Watch a figure: it fires while the figure is over the threshold.')
      .addOption(choice('--metric <metric>', 'the figure', AlertMetric.options).makeOptionMandatory())
      .requiredOption('--threshold <number>', 'it fires above this')
      .option('--repository <repository>', 'only of this one; each is judged by itself without')
      .action(
        async (name: string, options: { metric: Metric; threshold: string; repository?: string }, command: Command) => {
          const context = contextOf(command, io);
          const made = await context.client.alerts.create({
            name,
            metric: options.metric,
            threshold: figure(options.threshold),
            ...(options.repository ? { repositoryId: await repositoryId(context, options.repository) } : {}),
          });
          context.out.fields(made, { id: made.id, name: made.name, state: made.state });
        },
      ),
    'alert create "sync is late" --metric sync_lag_seconds --threshold 3600 --repository ops',
  );
  example(
    alert
      .command('edit <alert>')
      .description('Change an alert; only what is given changes.')
      .option('--name <name>', 'its new name')
      .option('--threshold <number>', 'it fires above this')
      .option('--enable', 'look at it')
      .option('--disable', 'do not look at it for now')
      .action(
        async (
          given: string,
          options: { name?: string; threshold?: string; enable?: boolean; disable?: boolean },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const changed = await context.client.alerts.update({
            id: await alertId(context, given),
            ...(options.name === undefined ? {} : { name: options.name }),
            ...(options.threshold === undefined ? {} : { threshold: figure(options.threshold) }),
            ...(options.enable || options.disable ? { enabled: options.enable === true } : {}),
          });
          context.out.fields(changed, changed);
        },
      ),
    'alert edit "sync is late" --threshold 7200',
  );
  const one = commandsForOne(alert, io, 'alert', alertId);
  one('show', 'One alert.', 'alert show "sync is late"', async ({ client, out }, id) => {
    const shown = await client.alerts.get({ id });
    out.fields(shown, shown);
  });
  one('delete', 'Watch it no more.', 'alert delete "sync is late"', async ({ client, out }, id) => {
    await client.alerts.delete({ id });
    if (!out.json) out.line('Deleted.');
  });
}

const alertId = (context: Context, given: string): string | Promise<string> =>
  /^[0-9a-f-]{36}$/i.test(given) ? given : idOf('alert', given, (input) => context.client.alerts.list(input));

function figure(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) throw new Failed('--threshold is a number.', exitCodes.usage);
  return number;
}
