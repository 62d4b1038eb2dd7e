import { awaitsApproval, type PushResult, type SyncResult } from '@ratchet/contract/entities/sync';
import type { Command } from 'commander';
import { type Context, contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { withProgress } from '../progress.ts';
import { optionalNumber } from '../read-value.ts';

export function syncCommands(root: Command, io: Io): void {
  syncCommand(root, io);
  planCommand(root, io);
  pushCommand(root, io);
  statusCommand(root, io);
  diffCommand(root, io);
}

/** `sync`, and the same as `repo sync`. */
export function syncCommand(parent: Command, io: Io): void {
  example(
    parent
      .command('sync [repository]')
      .description('Take over what changed in a repository, or in all.')
      .option('--plan-id <id>', 'let this plan through though a guard stopped it')
      .action(async (repository: string | undefined, options: { planId?: string }, command: Command) => {
        const context = contextOf(command, io);
        if (!repository) {
          const all = await context.client.repositories.syncAll({});
          show(context, all.results, all);
          for (const failure of all.failures)
            io.stderr.write(`${failure.repositoryId}: ${failure.code}: ${failure.message}\n`);
          if (all.failures.length > 0) throw new Failed(`${all.failures.length} repositories failed.`);
          return fail(all.results);
        }
        const id = await repositoryId(context, repository);
        const forced = options.planId ? { planId: options.planId, force: true } : {};
        const result = await withProgress(io.stderr, (hear) =>
          context.client.repositories.sync({ id, ...forced }, hear),
        );
        show(context, [result], result);
        fail([result]);
      }),
    'sync examples',
  );
}

export function planCommand(parent: Command, io: Io): void {
  example(
    parent
      .command('plan <repository>')
      .description('Show what a sync and a push would do; nothing is written.')
      .action(async (repository: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const plan = await context.client.repositories.plan({ id: await repositoryId(context, repository) });
        context.out.rows(plan, plan.actions, ['action', 'change', 'path', 'files']);
        if (!context.out.json && plan.guard)
          context.out.line(`${plan.guard.message} To let it through: --plan-id ${plan.planId}`);
      }),
    'plan examples',
  );
}

function pushCommand(root: Command, io: Io): void {
  example(
    root
      .command('push [task]')
      .description('Push one task, or every changed task of a repository.')
      .option('--repository <name>', 'push every changed task of this repository')
      .option('--all', 'push every changed task of every repository')
      .option('--message <text>', 'the commit message')
      .option('--plan-id <id>', 'let this plan through though a guard stopped it')
      .option('--force', 'push a task although it has problems')
      .action((task: string | undefined, options: Omit<PushWish, 'task'>, command: Command) =>
        push(contextOf(command, io), { ...options, task }),
      ),
    'push "CSV to JSON" --message "Trim cells"',
    'push --repository examples',
    'push --all',
  );
}

/** `task push`: one task, as `push` does. */
export function pushTaskCommand(task: Command, io: Io): void {
  example(
    task
      .command('push <task>')
      .description('Push its changes to its repository.')
      .option('--message <text>', 'the commit message')
      .option('--force', 'push it although it has problems')
      .action((given: string, options: { message?: string; force?: boolean }, command: Command) =>
        push(contextOf(command, io), { ...options, task: given }),
      ),
    'task push "CSV to JSON" --message "Trim cells"',
  );
}

/** `repo push`: a whole repository, as `push --repository` does. */
export function pushRepositoryCommand(repo: Command, io: Io): void {
  example(
    repo
      .command('push <repository>')
      .description('Push every changed task of it.')
      .option('--message <text>', 'the commit message')
      .option('--plan-id <id>', 'let this plan through though a guard stopped it')
      .action((repository: string, options: { message?: string; planId?: string }, command: Command) =>
        push(contextOf(command, io), { ...options, repository }),
      ),
    'repo push examples --message "The changes of May"',
  );
}

function statusCommand(root: Command, io: Io): void {
  example(
    root
      .command('status [repository]')
      .description('Tasks with changes their repository does not have.')
      .action(async (repository: string | undefined, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const id = repository ? await repositoryId(context, repository) : undefined;
        const page = await context.client.tasks.modified({ repositoryId: id, limit: 1000 });
        context.out.rows(page, page.items, ['change', 'name', 'repositoryPath', 'syncStatus', 'pushStatus']);
      }),
    'status',
  );
}

export function diffCommand(parent: Command, io: Io): void {
  example(
    parent
      .command('diff <task>')
      .description(
        'How a task changed between two revisions: what a push would change, or without one its last change.',
      )
      .option('--from <revision>', 'the earlier revision')
      .option('--to <revision>', 'the later revision')
      .action(async (task: string, options: { from?: string; to?: string }, command: Command) => {
        const context = contextOf(command, io);
        const id = await taskId(context, task);
        const revisions = { from: optionalNumber('--from', options.from), to: optionalNumber('--to', options.to) };
        const pending = options.from === undefined && options.to === undefined && (await isPending(context, id));
        const diff = await context.client.tasks.diff({ id, ...revisions, pending });
        if (context.out.json) context.out.line(JSON.stringify(diff, null, 2));
        else if (diff.files.length === 0) context.out.line(context.out.dim('Nothing differs.'));
        else
          for (const file of diff.files)
            context.out.line(file.binary ? `${file.path}: binary, ${file.change}` : file.diff.trimEnd());
      }),
    'diff "CSV to JSON"',
    'diff "CSV to JSON" --from 1 --to 2',
  );
}

interface PushWish {
  readonly task?: string | undefined;
  readonly repository?: string;
  readonly all?: boolean;
  readonly message?: string;
  readonly planId?: string;
  readonly force?: boolean;
}

/** Pushes one task, the changed tasks of a repository, or all; shows what became of each, and fails where one failed. */
export async function push(context: Context, wish: PushWish): Promise<void> {
  const { task, repository, all, message, force = false } = wish;
  if ([task, repository, all].filter(Boolean).length !== 1)
    throw new Failed('Name a task, or a repository with --repository, or say --all.', exitCodes.usage);
  const results = task
    ? [await context.client.tasks.push({ id: await taskId(context, task), message, force })]
    : all
      ? await pushAll(context, message)
      : await pushRepository(context, wish);
  const rows = results.map((r) => ({
    pushed: r.success ? 'yes' : 'no',
    path: r.repositoryPath,
    commit: r.commitHash?.slice(0, 10),
    pullRequest: r.pullRequestUrl,
    note: r.error?.message ?? '',
  }));
  context.out.rows(results, rows, ['pushed', 'path', 'commit', 'pullRequest', 'note']);
  const failed = results.filter((r) => !r.success && !awaitsApproval(r));
  if (failed.length > 0)
    throw new Failed(
      `${failed.length} were not pushed.`,
      failed.some((r) => r.error?.code === 'SYNC_CONFLICT') ? exitCodes.conflict : exitCodes.failed,
    );
}

const isPending = async ({ client }: Context, id: string): Promise<boolean> =>
  (await client.tasks.get({ id })).needsPush;

const pushRepository = async (
  context: Context,
  options: { repository?: string; message?: string; planId?: string },
): Promise<PushResult[]> => {
  const id = await repositoryId(context, options.repository ?? '');
  const forced = options.planId ? { planId: options.planId, force: true } : {};
  return withProgress(context.io.stderr, (hear) =>
    context.client.repositories.push({ id, message: options.message, ...forced }, hear),
  );
};

async function pushAll({ client, io }: Context, message: string | undefined): Promise<PushResult[]> {
  const { results, failures } = await client.registry.pushAllPending({ message });
  for (const failure of failures) io.stderr.write(`${failure.repositoryId}: ${failure.code}: ${failure.message}\n`);
  if (failures.length > 0) throw new Failed(`${failures.length} repositories could not be pushed.`);
  return results;
}

function show(context: Context, results: readonly SyncResult[], value: unknown): void {
  context.out.rows(
    value,
    results.map((r) => ({ repository: r.repositoryId, result: r.message, ms: Math.round(r.durationMs) })),
    ['repository', 'result', 'ms'],
  );
  if (context.out.json) return;
  for (const { problems, conflicts } of results) {
    for (const p of problems) context.out.line(`${p.severity}: ${p.path}${p.line ? `:${p.line}` : ''}: ${p.message}`);
    for (const c of conflicts)
      context.out.line(`conflict ${c.id}: ${c.repositoryPath} (ratchet conflict show ${c.id})`);
  }
}

function fail(results: readonly SyncResult[]): void {
  const conflicts = results.reduce((sum, r) => sum + r.conflicts.length, 0);
  if (conflicts > 0) throw new Failed(`${conflicts} in conflict.`, exitCodes.conflict);
}
