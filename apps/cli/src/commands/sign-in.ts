import { createClient } from '@ratchet/client/create-client';
import type { Command } from 'commander';
import { contextOf, type Io, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { readSecret } from '../read-secret.ts';
import { savedSignIns } from '../saved-sign-ins.ts';
import { savedFrom } from '../signed-in-fetch.ts';

export function signInCommands(root: Command, io: Io): void {
  example(
    root
      .command('login [username]')
      .description('Sign in to a server; the password is asked for, and the sign-in is kept for later commands.')
      .option('--password-file <path>', 'read the password from this file, or from standard input with -')
      .action(async (username: string | undefined, options: { passwordFile?: string }, command: Command) => {
        const { out } = contextOf(command, io);
        const server = serverOf(command, io);
        const password = await readSecret(options.passwordFile, io, 'Password');
        const signIn = await createClient({ baseUrl: server }).auth.login({
          username: username ?? io.env.RATCHET_USERNAME ?? 'admin',
          password,
        });
        savedSignIns(io.env).save(server, savedFrom(signIn));
        const { user } = signIn;
        const shown = { server, username: user.username, role: user.role };
        out.fields(shown, shown);
        if (user.mustChangePassword && !out.json)
          out.line('Change the password now, nothing else can be done before: ratchet user password');
      }),
    'login admin --server https://ratchet.example.org',
  );
  example(
    root
      .command('logout')
      .description('End the sign-in that is kept for a server.')
      .option('--everywhere', 'end every session of this user')
      .action(async (options: { everywhere?: boolean }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const saved = savedSignIns(io.env);
        const server = serverOf(command, io);
        const refreshToken = saved.of(server)?.refreshToken;
        try {
          await client.auth.logout({
            everywhere: options.everywhere ?? false,
            ...(refreshToken === undefined ? {} : { refreshToken }),
          });
        } finally {
          saved.forget(server);
        }
        if (!out.json) out.line('Signed out.');
      }),
    'logout',
  );
  example(
    root
      .command('whoami')
      .description('Who asks, and what they may do.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const me = await client.auth.me();
        out.fields(me, {
          kind: me.kind,
          name: me.name,
          username: me.user?.username,
          role: me.role,
          permissions: me.permissions,
          everywhere: me.everywhere,
        });
      }),
    'whoami --json',
  );
}
