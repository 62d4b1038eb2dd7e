import type { Client } from '@ratchet/client/create-client';
import { roles } from '@ratchet/contract/access';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { type Context, contextOf, type Io, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { readSecret } from '../read-secret.ts';
import { savedSignIns } from '../saved-sign-ins.ts';

type UserEdit = Omit<Parameters<Client['users']['update']>[0], 'id' | 'password' | 'enabled'>;

const passwordFile = [
  '--password-file <path>',
  'read the password from this file, or from standard input with -; asked for without',
] as const;
const role = () => choice('--role <role>', 'what they may do at most', roles);
const access = () => choice('--access <access>', 'granted: only what grants name', ['all', 'granted']);
const columns = ['username', 'name', 'email', 'role', 'access', 'enabled', 'lastLoginAt'];

export function userCommands(root: Command, io: Io): void {
  const user = example(root.command('user').description('Who can sign in.'), 'user list');
  example(
    user
      .command('list')
      .description('Accounts.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.users.list({ limit: 1000 });
        out.rows(page, page.items, columns);
      }),
    'user list',
  );
  example(
    user
      .command('create <username>')
      .description('Make an account.')
      .option('--email <address>', 'their address')
      .option('--name <name>', 'their name')
      .addOption(role().default('user'))
      .addOption(access())
      .option('--must-change-password', 'nothing else can be done before they have changed it')
      .option(...passwordFile)
      .action(
        async (
          username: string,
          { passwordFile: file, ...settings }: UserEdit & { passwordFile?: string },
          command: Command,
        ) => {
          const { client, out } = contextOf(command, io);
          const password = await readSecret(file, io, 'Password');
          const made = await client.users.create({ username, ...settings, password });
          out.fields(made, { id: made.id, username: made.username, email: made.email, role: made.role });
        },
      ),
    'user create ann --role user --email ann@example.org --must-change-password',
  );
  example(
    user
      .command('show <user>')
      .description('One account.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const shown = await find(context, given);
        context.out.fields(shown, shown);
      }),
    'user show ann',
  );
  example(
    user
      .command('edit <user>')
      .description('Change an account; a lower role or switching it off ends its sessions at once.')
      .option('--username <name>', 'what they sign in with')
      .option('--email <address>', 'their address')
      .option('--name <name>', 'their name')
      .addOption(role())
      .addOption(access())
      .option('--enable', 'let them sign in')
      .option('--disable', 'let neither them nor their keys in')
      .option('--must-change-password', 'nothing else can be done before they have changed it')
      .action(
        async (
          given: string,
          { enable, disable, ...edit }: UserEdit & { enable?: boolean; disable?: boolean },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const { id } = await find(context, given);
          const enabled = enable ? true : disable ? false : undefined;
          const changed = await context.client.users.update({
            id,
            ...edit,
            ...(enabled === undefined ? {} : { enabled }),
          });
          context.out.fields(changed, Object.fromEntries(columns.map((name) => [name, changed[name as 'name']])));
        },
      ),
    'user edit ann --role readonly',
  );
  example(
    user
      .command('delete <user>')
      .description('Delete an account with its sessions, keys and grants.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        await context.client.users.delete({ id: (await find(context, given)).id });
        if (!context.out.json) context.out.line('Deleted.');
      }),
    'user delete ann',
  );
  example(
    user
      .command('password [user]')
      .description('Change one’s own password, or give somebody else a new one; their sessions end.')
      .option('--password-file <path>', 'read the new password from this file, or from standard input with -')
      .option('--current-password-file <path>', 'read one’s own current password from this file')
      .action(
        async (
          given: string | undefined,
          options: { passwordFile?: string; currentPasswordFile?: string },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const { client, out } = context;
          if (given === undefined) {
            await client.auth.changePassword(await bothPasswords(options, io));
          } else {
            const { id, username } = await find(context, given);
            const password = await readSecret(options.passwordFile, io, 'New password');
            await client.users.update({ id, password });
            const saved = savedSignIns(io.env);
            const server = serverOf(command, io);
            if (saved.of(server)?.username === username) saved.forget(server);
          }
          if (!out.json) out.line('Changed.');
        },
      ),
    'user password',
    'user password ann',
  );
}

/** The current password and the new one; from a program's standard input as two lines. */
async function bothPasswords(
  { currentPasswordFile, passwordFile: file }: { passwordFile?: string; currentPasswordFile?: string },
  io: Io,
): Promise<{ currentPassword: string; newPassword: string }> {
  if (currentPasswordFile === undefined && file === undefined && !io.stdin.isTTY) {
    const [currentPassword = '', newPassword = ''] = (await readSecret('-', io)).split(/\r?\n/);
    return { currentPassword, newPassword };
  }
  const currentPassword = await readSecret(currentPasswordFile, io, 'Current password');
  return { currentPassword, newPassword: await readSecret(file, io, 'New password') };
}

/** By id, user name or address. */
async function find({ client }: Context, given: string) {
  if (/^[0-9a-f-]{36}$/i.test(given)) return client.users.get({ id: given });
  const field = given.includes('@') ? 'email' : 'username';
  const { items } = await client.users.list({ filters: [{ field, value: given.toLowerCase() }] });
  const [found] = items;
  if (!found) throw new RatchetError('NOT_FOUND', `There is no user ${JSON.stringify(given)}.`);
  return found;
}
