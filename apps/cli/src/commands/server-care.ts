import type { Command } from 'commander';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { numberOf } from '../read-value.ts';

const columns = ['id', 'hostname', 'role', 'status', 'running', 'concurrency', 'completed', 'failed', 'heartbeatAt'];

/** What whoever looks after a server asks of it, below `server`. None is started for it. */
export function serverCareCommands(server: Command, io: Io): void {
  const ask = { embedded: false };
  example(
    server
      .command('workers')
      .description('Its processes that run tasks, and what they do together.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const living = { field: 'status', value: ['active', 'draining'] };
        const [page, stats] = await Promise.all([
          client.workers.list({ limit: 1000, filters: [living] }),
          client.workers.stats({}),
        ]);
        out.rows({ ...page, stats }, page.items, columns);
        const { running, concurrency, waiting } = stats;
        if (!out.json) out.line(out.dim(`${running} of ${concurrency} places are busy, ${waiting} wait.`));
      }),
    'server workers',
  );
  example(
    server
      .command('scale <concurrency>')
      .description('How many executions run at once on each of its workers, 1 to 64.')
      .action(async (concurrency: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const scaled = await client.workers.scale({ concurrency: numberOf('The concurrency', concurrency) });
        out.rows(scaled, scaled.workers, ['id', 'hostname', 'concurrency', 'desiredConcurrency', 'status']);
      }),
    'server scale 8',
  );
  example(
    server
      .command('config [name]')
      .description('Its settings as they count, and where each comes from; with a name, only those that begin so.')
      .action(async (name: string | undefined, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const shown = await client.config.get({});
        const rows = Object.entries(shown.sources)
          .filter(([setting]) => name === undefined || setting === name || setting.startsWith(`${name}.`))
          .map(([setting, source]) => ({ setting, value: valueAt(shown.values, setting), source }));
        if (rows.length === 0) throw new Failed(`There is no setting ${JSON.stringify(name)}.`);
        out.rows(shown, rows, ['setting', 'value', 'source']);
        const { restartNeeded } = shown;
        if (!out.json && restartNeeded.length > 0) out.line(`After its next start: ${restartNeeded.join(', ')}.`);
      }),
    'server config server',
  );
}

const valueAt = (values: unknown, name: string): unknown =>
  name.split('.').reduce<unknown>((value, member) => (value as Record<string, unknown> | undefined)?.[member], values);
