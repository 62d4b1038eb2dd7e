import type { Command } from 'commander';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';

export function executionCommands(root: Command, io: Io): void {
  const execution = example(root.command('execution').description('Runs of tasks.'), 'execution list');
  example(
    execution
      .command('list')
      .description('Executions, newest first.')
      .option('--limit <n>', 'at most so many', '25')
      .action(async (options: { limit: string }, command: Command) => {
        const context = contextOf(command, io);
        const page = await context.client.executions.list({ limit: Number(options.limit) });
        context.out.rows(page, page.items, ['id', 'taskName', 'status', 'queuedAt', 'durationMs']);
      }),
    'execution list --limit 10',
  );
  const id = '01930f3e-0000-7000-8000-000000000000';
  const one = (
    name: string,
    description: string,
    act: (context: ReturnType<typeof contextOf>, id: string) => Promise<void>,
  ) =>
    example(
      execution
        .command(`${name} <id>`)
        .description(description)
        .action((given: string, _options: object, command: Command) => act(contextOf(command, io), given)),
      `execution ${name} ${id}`,
    );
  one('show', 'One execution.', async ({ client, out }, given) => {
    const shown = await client.executions.get({ id: given });
    out.fields(shown, shown);
  });
  one('logs', 'What it logged.', async ({ client, out }, given) => {
    const page = await client.executions.logs({ id: given, limit: 1000 });
    out.rows(page, page.items, ['time', 'level', 'message']);
  });
  one('watch', 'States, progress and log lines as they come.', async ({ client, out }, given) => {
    for await (const event of client.executions.events({ id: given }))
      out.line(out.json ? JSON.stringify(event) : `${event.time}  ${event.type}  ${JSON.stringify(event.data)}`);
  });
  one('cancel', 'Stop it.', async ({ client, out }, given) => {
    const shown = await client.executions.cancel({ id: given });
    out.fields(shown, { id: shown.id, status: shown.status });
  });
  one('retry', 'Run it again with the same input.', async ({ client, out }, given) => {
    const shown = await client.executions.retry({ id: given });
    out.fields(shown, { id: shown.id, status: shown.status });
  });
  example(
    root
      .command('health')
      .description('Whether the server works.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const details = await client.health.details({});
        out.fields(details, { ...details, checks: details.checks.map((check) => `${check.name}: ${check.status}`) });
      }),
    'health',
  );
}
