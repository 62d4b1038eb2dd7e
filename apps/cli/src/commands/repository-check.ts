import type { Command } from 'commander';
import { type Context, contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { progressLine, withProgress } from '../progress.ts';

interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
}

/** `repo verify` and `repo refresh-metadata`. */
export function repositoryCheckCommands(repo: Command, io: Io): void {
  example(
    repo
      .command('verify <repository>')
      .description(
        'Check that it can be reached, that both sides hold the same, and what its tasks are like; nothing is written.',
      )
      .option('--tasks', 'check the code, schemas and tests of each task too')
      .action(async (given: string, options: { tasks?: boolean }, command: Command) => {
        const context = contextOf(command, io);
        const id = await repositoryId(context, given);
        const tested = await context.client.repositories.test({ id });
        if (!tested.success) throw new Failed(tested.message);
        const plan = await context.client.repositories.plan({ id });
        const findings: Finding[] = [
          ...plan.problems.map(({ severity, path, message }) => ({ severity, path, message })),
          ...(options.tasks ? await findingsOfTasks(context, id) : []),
        ];
        const differs = plan.actions.filter(({ action }) => action !== 'none');
        const verified = { connection: tested, plan, findings, inStep: differs.length === 0 };
        const { out } = context;
        if (out.json) out.line(JSON.stringify(verified, null, 2));
        else {
          out.line(tested.message);
          for (const { severity, path, message } of findings)
            out.line(`${severity === 'error' ? out.bad(severity) : severity} ${path}: ${message}`);
          for (const { action, change, path } of differs) out.line(`${action} ${change} ${path}`);
          if (plan.guard) out.line(plan.guard.message);
          if (verified.inStep && findings.length === 0) out.line(out.good('Both sides hold the same.'));
        }
        const errors = findings.filter(({ severity }) => severity === 'error').length;
        if (errors > 0) throw new Failed(`${errors} ${errors === 1 ? 'thing is' : 'things are'} wrong.`);
        if (differs.some(({ action }) => action === 'conflict'))
          throw new Failed('Both sides changed the same: see "ratchet conflict list".', exitCodes.conflict);
      }),
    'repo verify ops --tasks',
  );
  example(
    repo
      .command('refresh-metadata <repository>')
      .description('Look at it anew: take over what its tasks say of themselves, and show what it holds now.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const { client, out } = context;
        const id = await repositoryId(context, given);
        const synced = await withProgress(io.stderr, (call) => client.repositories.sync({ id }, call));
        const [repository, connection] = [
          await client.repositories.get({ id }),
          await client.repositories.test({ id }),
        ];
        out.fields(
          { repository, connection, synced },
          {
            name: repository.name,
            result: synced.message,
            tasks: repository.taskCount,
            branch: connection.details.branch,
            head: connection.details.head,
            lastSyncAt: repository.lastSyncAt,
          },
        );
        if (synced.conflicts.length > 0)
          throw new Failed(`${synced.conflicts.length} in conflict.`, exitCodes.conflict);
      }),
    'repo refresh-metadata ops',
  );
}

/** What is wrong with each task of a repository, a page at a time. */
async function findingsOfTasks({ client, io }: Context, repositoryId: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const line = progressLine(io.stderr);
  try {
    for (let page = 1, done = 0; ; page++) {
      const { items, meta } = await client.tasks.list({
        page,
        limit: 100,
        filters: [{ field: 'repositoryId', value: repositoryId }],
      });
      for (const { id, repositoryInfo, name } of items) {
        line.onProgress({ stage: 'Checking', done: done++, total: meta.total });
        const { problems } = await client.tasks.validate({ id });
        for (const { severity, path, message } of problems)
          findings.push({ severity, path: `${repositoryInfo?.repositoryPath ?? name}/${path}`, message });
      }
      if (!meta.hasNext) return findings;
    }
  } finally {
    line.end();
  }
}
