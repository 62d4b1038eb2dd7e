import type { Command } from 'commander';
import { commandsForOne } from '../commands-for-one.ts';
import { contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { numberOf } from '../read-value.ts';
import { exchangeCommands } from './exchange.ts';
import { runCommand, validateCommand } from './run.ts';
import { diffCommand, pushTaskCommand } from './sync.ts';
import { taskEditCommands, taskSourceSetCommand } from './task-edit.ts';
import { taskFileCommands } from './task-files.ts';
import { taskPlaceCommands } from './task-place.ts';
import { testCommand } from './test.ts';

/** Answers `task`, for commands that stand below it in files of their own. */
export function taskCommands(root: Command, io: Io): Command {
  const task = example(root.command('task').description('Tasks on the server.'), 'task list');
  example(
    task
      .command('list')
      .description('Tasks, by name.')
      .option('--search <text>', 'only those that have this text')
      .option('--repository <repository>', 'only those of this repository')
      .option('--tag <tag>', 'only those with this tag')
      .option('--limit <n>', 'at most so many', '100')
      .action(async (options: { search?: string; repository?: string; tag?: string; limit: string }, command) => {
        const context = contextOf(command, io);
        const filters = [
          ...(options.repository
            ? [{ field: 'repositoryId', value: await repositoryId(context, options.repository) }]
            : []),
          ...(options.tag ? [{ field: 'tag', value: options.tag }] : []),
        ];
        const limit = numberOf('limit', options.limit);
        const page = await context.client.tasks.list({ q: options.search, limit, filters });
        const rows = page.items.map((t) => ({ ...t, repository: t.repositoryInfo?.repositoryName }));
        context.out.rows(page, rows, ['name', 'version', 'repository', 'syncStatus', 'enabled', 'id']);
      }),
    'task list --search csv',
  );
  example(
    task
      .command('stats')
      .description('Counts over all tasks.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const stats = await client.tasks.stats({});
        out.fields(stats, stats);
      }),
    'task stats',
  );
  const one = commandsForOne(task, io, 'task', taskId);
  one('show', 'One task.', 'task show "CSV to JSON"', async ({ client, out }, id) => {
    const shown = await client.tasks.get({ id });
    const { sourceCode: _s, inputSchema: _i, outputSchema: _o, files, tests: _t, metadata: _m, ...rest } = shown;
    out.fields(shown, { ...rest, files: files.map((file) => file.path) });
  });
  const source = one('source', 'Its code.', 'task source "CSV to JSON"', async ({ client, out }, id) => {
    const shown = await client.tasks.getSource({ id });
    out.line(out.json ? JSON.stringify(shown, null, 2) : shown.sourceCode.trimEnd());
  });
  taskSourceSetCommand(source, io);
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
  taskEditCommands(task, io);
  taskPlaceCommands(task, io);
  example(
    task
      .command('rollback <task> <revision>')
      .description('Make an earlier revision the current one; history keeps both.')
      .action(async (given: string, revision: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const changed = await context.client.tasks.rollback({
          id: await taskId(context, given),
          revision: numberOf('revision', revision),
        });
        context.out.fields(changed, { name: changed.name, revision: changed.revision, syncStatus: changed.syncStatus });
      }),
    'task rollback "Say hello" 1',
  );
  exchangeCommands(task, io);
  taskFileCommands(task, io);
  // The same as at the top.
  runCommand(task, io);
  validateCommand(task, io);
  testCommand(task, io);
  pushTaskCommand(task, io);
  diffCommand(task, io);
  return task;
}
