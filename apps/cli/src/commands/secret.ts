import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { type Context, contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { readSecret } from '../read-secret.ts';

const fromWhere = 'the value is read from this file, or from standard input with -; asked for without';

export function secretCommands(root: Command, io: Io): void {
  const secret = example(
    root.command('secret').description('Values that tasks are granted, kept encrypted and never shown.'),
    'secret list',
  );
  example(
    secret
      .command('list')
      .description('Secrets, without their values.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.secrets.list({ limit: 1000 });
        const rows = page.items.map((each) => ({ ...each, tasks: each.taskIds.length }));
        out.rows(page, rows, ['name', 'tasks', 'description', 'updatedAt', 'rotatedAt']);
      }),
    'secret list',
  );
  example(
    secret
      .command('create <name>')
      .description('Keep a value. A task reads it as context.secrets.<name> once it is granted.')
      .option('--value-file <path>', fromWhere)
      .option('--description <text>', 'what it is for')
      .option('--grant <task...>', 'tasks it is granted to at once')
      .action(
        async (
          name: string,
          options: { valueFile?: string; description?: string; grant?: string[] },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const taskIds = await taskIdsOf(context, options.grant ?? []);
          const value = await readSecret(options.valueFile, io);
          const made = await context.client.secrets.create({ name, value, description: options.description, taskIds });
          context.out.fields(made, { id: made.id, name: made.name, tasks: made.taskIds.length });
        },
      ),
    'secret create API_KEY --value-file key.txt --grant "HTTP check"',
  );
  example(
    secret
      .command('show <secret>')
      .description('One secret, and the tasks it is granted to; never its value.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const shown = await find(context, given);
        context.out.fields(shown, shown);
      }),
    'secret show API_KEY',
  );
  example(
    secret
      .command('edit <secret>')
      .description('Replace its value, or change what it is for.')
      .option('--value-file <path>', fromWhere)
      .option('--keep-value', 'leave the value as it is')
      .option('--description <text>', 'what it is for')
      .action(
        async (
          given: string,
          options: { valueFile?: string; keepValue?: boolean; description?: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const { id } = await find(context, given);
          const value = options.keepValue ? undefined : await readSecret(options.valueFile, io);
          const changed = await context.client.secrets.update({ id, value, description: options.description });
          context.out.fields(changed, { name: changed.name, revision: changed.revision, rotatedAt: changed.rotatedAt });
        },
      ),
    'secret edit API_KEY --value-file new-key.txt',
  );
  example(
    secret
      .command('delete <secret>')
      .description('Forget it; tasks that were granted it run without.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        await context.client.secrets.delete({ id: (await find(context, given)).id });
        if (!context.out.json) context.out.line('Deleted.');
      }),
    'secret delete API_KEY',
  );
  const change = (
    name: 'grant' | 'revoke',
    description: string,
    next: (had: readonly string[], given: readonly string[]) => string[],
  ) =>
    example(
      secret
        .command(`${name} <secret> <task...>`)
        .description(description)
        .action(async (given: string, tasks: string[], _options: object, command: Command) => {
          const context = contextOf(command, io);
          const ids = await taskIdsOf(context, tasks);
          const { id, taskIds, revision } = await find(context, given);
          // With the revision, so that two who do this at once do not undo each other.
          const changed = await context.client.secrets.update({
            id,
            taskIds: next(taskIds, ids),
            expectedRevision: revision,
          });
          context.out.fields(changed, { name: changed.name, tasks: changed.taskIds });
        }),
      `secret ${name} API_KEY "HTTP check"`,
    );
  change('grant', 'Grant it to tasks.', (had, given) => [...new Set([...had, ...given])]);
  change('revoke', 'Take it from tasks.', (had, given) => had.filter((id) => !given.includes(id)));
}

async function find({ client }: Context, given: string) {
  if (/^[0-9a-f-]{36}$/i.test(given)) return client.secrets.get({ id: given });
  const { items } = await client.secrets.list({ filters: [{ field: 'name', value: given }] });
  const [found] = items;
  if (!found) throw new RatchetError('NOT_FOUND', `There is no secret named ${JSON.stringify(given)}.`);
  return found;
}

async function taskIdsOf(context: Context, given: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const one of given) ids.push(await taskId(context, one));
  return ids;
}
