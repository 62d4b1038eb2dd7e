import type { Command } from 'commander';
import { contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';

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
  example(
    repo
      .command('add <name> <uri>')
      .description('Register a repository: a Git address, or a folder of the server.')
      .option('--type <type>', 'git or filesystem; filesystem for an absolute path that is no .git')
      .option('--branch <name>', 'the branch, for git')
      .option('--sub-path <folder>', 'the folder within it')
      .option('--token-env <variable>', 'the server’s environment variable with the token, such as RATCHET_GIT_TOKEN')
      .option('--read-only', 'never push to it')
      .action(
        async (
          name: string,
          uri: string,
          options: {
            type?: 'git' | 'filesystem';
            branch?: string;
            subPath?: string;
            tokenEnv?: string;
            readOnly?: boolean;
          },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const repositoryType = options.type ?? (uri.startsWith('/') && !uri.endsWith('.git') ? 'filesystem' : 'git');
          const made = await context.client.repositories.create({
            name,
            uri,
            repositoryType,
            branch: options.branch ?? null,
            subPath: options.subPath ?? null,
            isWritable: !options.readOnly,
            ...(options.tokenEnv ? { authConfig: { type: 'token' as const, tokenEnv: options.tokenEnv } } : {}),
          });
          context.out.fields(made, { id: made.id, name: made.name, uri: made.uri });
        },
      ),
    'repo add ops https://git.example.org/ops/tasks.git --branch main --token-env RATCHET_GIT_TOKEN',
  );
  const one = (
    name: string,
    description: string,
    sample: string,
    act: (context: ReturnType<typeof contextOf>, id: string) => Promise<void>,
  ) =>
    example(
      repo
        .command(`${name} <repository>`)
        .description(description)
        .action(async (repository: string, _options: object, command: Command) => {
          const context = contextOf(command, io);
          await act(context, await repositoryId(context, repository));
        }),
      sample,
    );
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
      .option('--tasks <fate>', 'detach: keep its tasks here; delete: delete them here')
      .action(async (repository: string, options: { tasks?: 'detach' | 'delete' }, command: Command) => {
        const context = contextOf(command, io);
        await context.client.repositories.delete({ id: await repositoryId(context, repository), tasks: options.tasks });
        if (!context.out.json) context.out.line('Removed.');
      }),
    'repo remove ops --tasks detach',
  );
}
