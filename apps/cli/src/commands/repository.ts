import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { repositoryCheckCommands } from './repository-check.ts';
import { repositoryInitCommand } from './repository-init.ts';
import { repositorySettingsCommands } from './repository-settings.ts';
import { planCommand, pushRepositoryCommand, syncCommand } from './sync.ts';

export function repositoryCommands(root: Command, io: Io): void {
  const repo = example(root.command('repo').description('Repositories: where tasks are kept.'), 'repo list');
  example(
    repo
      .command('list')
      .description('Every repository.')
      .action(async (_options: object, command: Command) => {
        const context = contextOf(command, io);
        const page = await context.client.repositories.list({ limit: 1000 });
        context.out.rows(page, page.items, ['name', 'repositoryType', 'uri', 'branch', 'syncStatus', 'taskCount']);
      }),
    'repo list --json',
  );
  repositorySettingsCommands(repo, io);
  syncCommand(repo, io);
  planCommand(repo, io);
  pushRepositoryCommand(repo, io);
  repositoryCheckCommands(repo, io);
  repositoryInitCommand(repo, io);
  const one = commandsForOne(repo, io, 'repository', repositoryId);
  one('show', 'One repository with its settings.', 'repo show examples', async ({ client, out }, id) => {
    const shown = await client.repositories.get({ id });
    out.fields(shown, shown);
  });
  one('test', 'Try the connection.', 'repo test examples', async ({ client, out }, id) => {
    const result = await client.repositories.test({ id });
    out.fields(result, { message: result.message, ...result.details });
    if (!result.success) throw new Failed(result.message);
  });
  one('status', 'How well it keeps in step.', 'repo status examples', async ({ client, out }, id) => {
    const health = await client.repositories.health({ id });
    out.fields(health, health);
  });
  one('default', 'Make it the one that new tasks go to.', 'repo default ops', async ({ client, out }, id) => {
    const made = await client.repositories.setDefault({ id });
    out.fields(made, { name: made.name, isDefault: made.isDefault });
  });
  one('pause', 'Stop syncing it by itself.', 'repo pause ops', async ({ client, out }, id) => {
    const paused = await client.repositories.pause({ id });
    out.fields(paused, { name: paused.name, syncEnabled: paused.syncEnabled });
  });
  one('resume', 'Sync it by itself again.', 'repo resume ops', async ({ client, out }, id) => {
    const resumed = await client.repositories.resume({ id });
    out.fields(resumed, { name: resumed.name, syncEnabled: resumed.syncEnabled });
  });
  one('history', 'Its sync and push runs, newest first.', 'repo history examples', async ({ client, out }, id) => {
    const page = await client.repositories.runs({ id });
    out.rows(page, page.items, [
      'id',
      'startedAt',
      'direction',
      'trigger',
      'status',
      'tasksAdded',
      'tasksUpdated',
      'tasksDeleted',
      'error',
    ]);
  });
  example(
    repo
      .command('remove <repository>')
      .description('Forget a repository; its own files stay as they are.')
      .addOption(
        choice('--tasks <fate>', 'move: to another repository; detach: keep its tasks here; delete: delete them here', [
          'move',
          'detach',
          'delete',
        ]),
      )
      .option('--to <repository>', 'where move moves to; the default one without')
      .action(async (repository: string, options: { tasks?: 'move' | 'detach' | 'delete'; to?: string }, command) => {
        const context = contextOf(command, io);
        const to = options.to ? await repositoryId(context, options.to) : undefined;
        const id = await repositoryId(context, repository);
        await context.client.repositories.delete({ id, tasks: options.tasks, to });
        if (!context.out.json) context.out.line('Removed.');
      }),
    'repo remove ops --tasks detach',
    'repo remove ops --tasks move --to archive',
  );
  one('analytics', 'Its runs, changes and failures by day.', 'repo analytics ops', async ({ client, out }, id) => {
    const shown = await client.repositories.analytics({ id });
    out.rows(shown, shown.daily, ['day', 'pulls', 'pushes', 'failures', 'tasksChanged', 'conflicts']);
  });
  one('pushes', 'Pushes that wait for approval, and earlier ones.', 'repo pushes ops', async ({ client, out }, id) => {
    const page = await client.pushes.list({ id, limit: 1000 });
    out.rows(
      page,
      page.items.map((each) => ({ ...each, tasks: each.documents.map(({ name }) => name) })),
      ['id', 'status', 'requestedBy', 'createdAt', 'tasks'],
    );
  });
  example(
    repo
      .command('approve <repository> <push>')
      .description('Let a push out that waits for approval.')
      .action(async (repository: string, pushId: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const results = await context.client.pushes.approve({ id: await repositoryId(context, repository), pushId });
        context.out.rows(
          results,
          results.map((r) => ({ pushed: r.success ? 'yes' : 'no', path: r.repositoryPath, note: r.error?.message })),
          ['pushed', 'path', 'note'],
        );
        const failed = results.filter((r) => !r.success);
        if (failed.length > 0) throw new Failed(`${failed.length} were not pushed.`);
      }),
    'repo approve ops 01930f3e-0000-7000-8000-000000000000',
  );
  example(
    repo
      .command('reject <repository> <push>')
      .description('Refuse a push that waits for approval; its tasks keep their changes.')
      .option('--reason <text>', 'why, for who asked')
      .action(async (repository: string, pushId: string, options: { reason?: string }, command: Command) => {
        const context = contextOf(command, io);
        const id = await repositoryId(context, repository);
        const rejected = await context.client.pushes.reject({ id, pushId, reason: options.reason });
        context.out.fields(rejected, { id: rejected.id, status: rejected.status, reason: rejected.reason });
      }),
    'repo reject ops 01930f3e-0000-7000-8000-000000000000 --reason "After the release"',
  );
  example(
    repo
      .command('undo <repository> <run>')
      .description('Take back here what a sync run changed; tasks that were edited since stay as they are.')
      .action(async (repository: string, runId: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const result = await context.client.repositories.undoRun({
          id: await repositoryId(context, repository),
          runId,
        });
        const rows = [
          ...result.undone.map(({ name, change }) => ({ name, result: change })),
          ...result.skipped.map(({ name, reason }) => ({ name, result: `skipped: ${reason}` })),
        ];
        context.out.rows(result, rows, ['name', 'result']);
      }),
    'repo undo examples 01930f3e-0000-7000-8000-000000000000',
  );
  example(
    repo
      .command('pull-requests')
      .description('Pull requests that pushes have opened.')
      .action(async (_options: object, command: Command) => {
        const context = contextOf(command, io);
        const page = await context.client.pullRequests.list({ limit: 1000 });
        context.out.rows(page, page.items, ['status', 'title', 'branch', 'baseBranch', 'url', 'error']);
      }),
    'repo pull-requests',
  );
}
