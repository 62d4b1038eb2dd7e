import type { Command } from 'commander';
import { commandsForOne } from '../commands-for-one.ts';
import { contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { readText } from '../read-value.ts';
import { exchangeCommands } from './exchange.ts';

/** Answers `task`, for commands that stand below it in files of their own. */
export function taskCommands(root: Command, io: Io): Command {
  const task = example(root.command('task').description('Tasks on the server.'), 'task list');
  example(
    task
      .command('list')
      .description('Tasks, by name.')
      .option('--search <text>', 'only those that have this text')
      .option('--limit <n>', 'at most so many', '100')
      .action(async (options: { search?: string; limit: string }, command: Command) => {
        const context = contextOf(command, io);
        const page = await context.client.tasks.list({ q: options.search, limit: Number(options.limit) });
        const rows = page.items.map((t) => ({ ...t, repository: t.repositoryInfo?.repositoryName }));
        context.out.rows(page, rows, ['name', 'version', 'repository', 'syncStatus', 'enabled', 'id']);
      }),
    'task list --search csv',
  );
  const one = commandsForOne(task, io, 'task', taskId);
  one('show', 'One task.', 'task show "CSV to JSON"', async ({ client, out }, id) => {
    const shown = await client.tasks.get({ id });
    const { sourceCode: _s, inputSchema: _i, outputSchema: _o, files, tests: _t, metadata: _m, ...rest } = shown;
    out.fields(shown, { ...rest, files: files.map((file) => file.path) });
  });
  one('source', 'Its code.', 'task source "CSV to JSON"', async ({ client, out }, id) => {
    const source = await client.tasks.getSource({ id });
    out.line(out.json ? JSON.stringify(source, null, 2) : source.sourceCode.trimEnd());
  });
  one('history', 'Its revisions, newest first.', 'task history "CSV to JSON"', async ({ client, out }, id) => {
    const page = await client.tasks.history({ id, limit: 1000 });
    out.rows(page, page.items, ['revision', 'version', 'changeSource', 'changedBy', 'createdAt', 'changeDescription']);
  });
  one(
    'delete',
    'Delete it; "task restore" brings it back.',
    'task delete "CSV to JSON"',
    async ({ client, out }, id) => {
      await client.tasks.delete({ id });
      if (!out.json) out.line(`Deleted. To bring it back: ratchet task restore ${id}`);
    },
  );
  one('restore', 'Bring a deleted task back, by its id.', 'task restore "CSV to JSON"', async ({ client, out }, id) => {
    const restored = await client.tasks.restore({ id });
    out.fields(restored, { id: restored.id, name: restored.name, revision: restored.revision });
  });
  one('enable', 'Let it run.', 'task enable "CSV to JSON"', async ({ client, out }, id) => {
    const changed = await client.tasks.enable({ id });
    out.fields(changed, { name: changed.name, enabled: changed.enabled });
  });
  one('disable', 'Keep it from running.', 'task disable "CSV to JSON"', async ({ client, out }, id) => {
    const changed = await client.tasks.disable({ id });
    out.fields(changed, { name: changed.name, enabled: changed.enabled });
  });
  example(
    task
      .command('create <name>')
      .description('Make a task.')
      .requiredOption('--source <code>', 'the code: @file or - for standard input')
      .option('--description <text>', 'what it does')
      .option('--typescript', 'the code is TypeScript')
      .option('--repository <name>', 'where it is kept; the default one without')
      .action(
        async (
          name: string,
          options: { source: string; description?: string; typescript?: boolean; repository?: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const made = await context.client.tasks.create({
            name,
            sourceCode: await readText(options.source, io),
            sourceType: options.typescript ? 'typescript' : 'javascript',
            description: options.description,
            repositoryId: options.repository ? await repositoryId(context, options.repository) : undefined,
          });
          context.out.fields(made, { id: made.id, name: made.name, path: made.repositoryInfo?.repositoryPath });
        },
      ),
    'task create "Say hello" --source @hello.js',
  );
  example(
    task
      .command('edit <task>')
      .description('Change its code or metadata.')
      .option('--source <code>', 'the new code: @file or - for standard input')
      .option('--description <text>', 'what it does')
      .option('--set-version <version>', 'its version')
      .option('--because <text>', 'what the change is for')
      .option('--revision <n>', 'refuse unless this is the current revision')
      .action(
        async (
          given: string,
          options: { source?: string; description?: string; setVersion?: string; because?: string; revision?: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const id = await taskId(context, given);
          const shared = {
            id,
            version: options.setVersion,
            changeDescription: options.because,
            expectedRevision: options.revision === undefined ? undefined : Number(options.revision),
          };
          let changed =
            options.source === undefined
              ? null
              : await context.client.tasks.updateSource({ ...shared, sourceCode: await readText(options.source, io) });
          if (options.description !== undefined || !changed)
            changed = await context.client.tasks.update({
              ...shared,
              ...(changed ? { expectedRevision: changed.revision } : {}),
              description: options.description,
            });
          context.out.fields(changed, {
            name: changed.name,
            revision: changed.revision,
            syncStatus: changed.syncStatus,
          });
        },
      ),
    'task edit "Say hello" --source @hello.js --because "Greet by name"',
  );
  example(
    task
      .command('rollback <task> <revision>')
      .description('Make an earlier revision the current one; history keeps both.')
      .action(async (given: string, revision: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const changed = await context.client.tasks.rollback({
          id: await taskId(context, given),
          revision: Number(revision),
        });
        context.out.fields(changed, { name: changed.name, revision: changed.revision, syncStatus: changed.syncStatus });
      }),
    'task rollback "Say hello" 1',
  );
  exchangeCommands(task, io);
  return task;
}
