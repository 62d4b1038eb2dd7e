import type { FirstAdmin } from '@ratchet/access/first-admin';
import type { Access } from '@ratchet/access/start-access';

/** Makes the first administrator of a new server, and says the password that was made up, once, and to nobody else. */
export async function announceFirstAdmin(
  access: Pick<Access, 'makeFirstAdmin'>,
  { admin }: { readonly admin: FirstAdmin },
  announce: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<void> {
  const password = await access.makeFirstAdmin(admin);
  if (password === null) return;
  announce(
    `The first administrator is ${JSON.stringify(admin.username)} with the one-time password ${password} (shown only now; the first sign-in changes it).`,
  );
}
