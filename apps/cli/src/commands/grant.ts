import { placePermissions } from '@ratchet/contract/access';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { commandsForOne } from '../commands-for-one.ts';
import { type Context, contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';

type Permission = (typeof placePermissions)[number];

interface Settings {
  readonly repository?: string;
  readonly everywhere?: boolean;
  readonly tasks?: string;
  readonly permission?: Permission[];
}

const someId = '01930f3e-0000-7000-8000-000000000000';
const columns = ['id', 'username', 'repository', 'taskPattern', 'permissions', 'createdBy'];

export function grantCommands(root: Command, io: Io): void {
  const grant = example(root.command('grant').description('Who may do what where.'), 'grant list');
  example(
    grant
      .command('list')
      .description('Grants, oldest first.')
      .option('--user <user>', 'only those of this user')
      .action(async (options: { user?: string }, command: Command) => {
        const context = contextOf(command, io);
        const filters = options.user ? [{ field: 'userId', value: await userId(context, options.user) }] : [];
        const page = await context.client.grants.list({ limit: 1000, filters });
        const users = new Map(
          (await context.client.users.list({ limit: 1000 })).items.map((each) => [each.id, each.username]),
        );
        const repositories = new Map(
          (await context.client.repositories.list({ limit: 1000 })).items.map((each) => [each.id, each.name]),
        );
        const rows = page.items.map((each) => ({
          ...each,
          username: users.get(each.userId) ?? each.userId,
          repository:
            each.repositoryId === null ? '(every)' : (repositories.get(each.repositoryId) ?? each.repositoryId),
        }));
        context.out.rows(page, rows, columns);
      }),
    'grant list --user ann',
  );
  const settings = (command: Command): Command =>
    command
      .option('--repository <repository>', 'only in this repository; in every one without')
      .option('--tasks <pattern>', 'only tasks whose name fits (* and ?)')
      .addOption(
        choice('--permission <permission...>', 'what they may do; read comes with any other', placePermissions),
      );
  example(
    settings(
      grant
        .command('create <user>')
        .description('Let somebody do something; from then on they see only what is granted.'),
    ).action(async (user: string, options: Settings, command: Command) => {
      const context = contextOf(command, io);
      const { permission: permissions } = options;
      if (!permissions)
        throw new Failed(`Say what with --permission: ${placePermissions.join(', ')}.`, exitCodes.usage);
      const made = await context.client.grants.create({
        userId: await userId(context, user),
        permissions,
        ...(await placeOf(context, options)),
      });
      context.out.fields(made, made);
    }),
    'grant create ann --repository ops --tasks "report-*" --permission read --permission run',
  );
  const one = commandsForOne(grant, io, 'id', (_, given) => given);
  one('show', 'One grant.', `grant show ${someId}`, async ({ client, out }, id) => {
    const shown = await client.grants.get({ id });
    out.fields(shown, shown);
  });
  example(
    settings(grant.command('edit <id>').description('Change what a grant allows; what is not given stays.'))
      .option('--everywhere', 'in every repository')
      .action(async (id: string, options: Settings, command: Command) => {
        const context = contextOf(command, io);
        const changes = {
          ...(await placeOf(context, options)),
          ...(options.everywhere ? { repositoryId: null } : {}),
          ...(options.permission ? { permissions: options.permission } : {}),
        };
        if (Object.keys(changes).length === 0)
          throw new Failed('Say what to change: --help names what can be.', exitCodes.usage);
        const changed = await context.client.grants.update({ id, ...changes });
        context.out.fields(changed, changed);
      }),
    `grant edit ${someId} --permission read --permission run --permission edit`,
  );
  one('delete', 'Take it back; it counts at once.', `grant delete ${someId}`, async ({ client, out }, id) => {
    await client.grants.delete({ id });
    if (!out.json) out.line('Deleted.');
  });
}

async function placeOf(context: Context, { repository, tasks }: Settings) {
  return {
    ...(repository === undefined ? {} : { repositoryId: await repositoryId(context, repository) }),
    ...(tasks === undefined ? {} : { taskPattern: tasks }),
  };
}

async function userId({ client }: Context, given: string): Promise<string> {
  if (/^[0-9a-f-]{36}$/i.test(given)) return given;
  const field = given.includes('@') ? 'email' : 'username';
  const [found] = (await client.users.list({ filters: [{ field, value: given.toLowerCase() }] })).items;
  if (!found) throw new RatchetError('NOT_FOUND', `There is no user ${JSON.stringify(given)}.`);
  return found.id;
}
