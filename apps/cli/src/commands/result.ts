import type { Command } from 'commander';
import { contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { numberOf, readJson } from '../read-value.ts';

export function resultCommands(root: Command, io: Io): void {
  const result = example(root.command('result').description('Results that are kept.'), 'result list');
  const id = '01930f3e-0000-7000-8000-000000000000';
  example(
    result
      .command('list')
      .description('Stored results, newest first.')
      .option('--task <task>', 'only those of this task')
      .option('--tag <tag>', 'only those with this tag')
      .option('--limit <n>', 'at most so many', '25')
      .action(async (options: { task?: string; tag?: string; limit: string }, command: Command) => {
        const context = contextOf(command, io);
        const filters = [
          ...(options.task ? [{ field: 'taskId', value: await taskId(context, options.task) }] : []),
          ...(options.tag ? [{ field: 'tag', value: options.tag }] : []),
        ];
        const page = await context.client.results.list({ limit: numberOf('--limit', options.limit), filters });
        context.out.rows(page, page.items, ['id', 'name', 'tags', 'createdBy', 'createdAt']);
      }),
    'result list --tag nightly',
  );
  example(
    result
      .command('show <id>')
      .description('What was kept.')
      .action(async (given: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const shown = await client.results.get({ id: given });
        out.line(JSON.stringify(out.json ? shown : shown.content, null, 2));
      }),
    `result show ${id}`,
  );
  example(
    result
      .command('store <name>')
      .description('Keep the output of an execution, or any JSON.')
      .option('--execution <id>', 'the execution whose output is kept')
      .option('--content <json>', 'JSON, @file or - for standard input')
      .option('--task <task>', 'the task it belongs to')
      .option('--tag <tag...>', 'tags')
      .action(
        async (
          name: string,
          options: { execution?: string; content?: string; task?: string; tag?: string[] },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          if ((options.execution === undefined) === (options.content === undefined))
            throw new Failed('Give either --execution or --content.', exitCodes.usage);
          const stored = await context.client.results.create({
            name,
            executionId: options.execution,
            content: options.content === undefined ? undefined : await readJson(options.content, io),
            taskId: options.task ? await taskId(context, options.task) : undefined,
            tags: options.tag ?? [],
          });
          context.out.fields(stored, { id: stored.id, name: stored.name });
        },
      ),
    `result store "March report" --execution ${id} --tag report`,
  );
  example(
    result
      .command('delete <id>')
      .description('Forget it.')
      .action(async (given: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        await client.results.delete({ id: given });
        if (!out.json) out.line('Deleted.');
      }),
    `result delete ${id}`,
  );
}
