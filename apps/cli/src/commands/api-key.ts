import type { Client } from '@ratchet/client/create-client';
import { roles } from '@ratchet/contract/access';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { type Context, contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { numberOf } from '../read-value.ts';

interface Settings {
  name?: string;
  role?: string;
  scope?: string[];
  repository?: string[];
  taskPattern?: string[];
  tool?: string[];
  maxConcurrency?: string;
  expires?: string;
  user?: string;
  enable?: boolean;
  disable?: boolean;
}
type NewKey = Parameters<Client['apiKeys']['create']>[0];

export function apiKeyCommands(root: Command, io: Io): void {
  const key = example(
    root.command('api-key').description('Keys for programs and agents; they never may more than their owner.'),
    'api-key list',
  );
  example(
    key
      .command('list')
      .description('One’s own keys; everybody’s for whoever manages users.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.apiKeys.list({ limit: 1000 });
        out.rows(page, page.items, ['name', 'prefix', 'role', 'scopes', 'enabled', 'expiresAt', 'lastUsedAt', 'id']);
      }),
    'api-key list',
  );
  example(
    limits(key.command('create <name>').description('Make a key. It is shown once, now.'))
      .option('--user <id>', 'its owner, by id; oneself without')
      .action(async (name: string, options: Settings, command: Command) => {
        const context = contextOf(command, io);
        const settings = await settingsOf(context, options);
        const made = await context.client.apiKeys.create({
          ...settings,
          name,
          ...(options.user === undefined ? {} : { userId: options.user }),
        } as NewKey);
        context.out.fields(made, { id: made.id, name: made.name, key: made.key, expiresAt: made.expiresAt });
        if (!context.out.json) context.out.line('Keep the key now: it is not shown again.');
      }),
    'api-key create deploy --scope read --scope run --task-pattern "deploy-*" --expires 90d',
  );
  example(
    key
      .command('show <key>')
      .description('One key, by name, prefix or id; never its secret.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const shown = await find(context, given);
        context.out.fields(shown, shown);
      }),
    'api-key show deploy',
  );
  example(
    limits(key.command('edit <key>').description('Rename a key, narrow it or switch it off; it counts at once.'))
      .option('--name <name>', 'what it is called')
      .option('--enable', 'switch it on')
      .option('--disable', 'switch it off')
      .action(async (given: string, options: Settings, command: Command) => {
        const context = contextOf(command, io);
        const { id } = await find(context, given);
        const enabled = options.enable ? true : options.disable ? false : undefined;
        const changed = await context.client.apiKeys.update({
          id,
          ...(await settingsOf(context, options)),
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(enabled === undefined ? {} : { enabled }),
        });
        context.out.fields(changed, changed);
      }),
    'api-key edit deploy --disable',
  );
  example(
    key
      .command('delete <key>')
      .description('Take a key back; it counts at once.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        await context.client.apiKeys.delete({ id: (await find(context, given)).id });
        if (!context.out.json) context.out.line('Deleted.');
      }),
    'api-key delete deploy',
  );
}

const limits = (command: Command): Command =>
  command
    .addOption(choice('--role <role>', 'at most what this role may', roles))
    .option('--scope <permission...>', 'only these permissions')
    .option('--repository <repository...>', 'only these repositories, by name or id')
    .option('--task-pattern <pattern...>', 'only tasks whose name fits (* and ?)')
    .option('--tool <tool...>', 'only operations with these MCP tool names (* and ?)')
    .option('--max-concurrency <number>', 'calls at the same time')
    .option('--expires <when>', 'a time (ISO 8601), or from now on, as in 12h or 90d');

async function settingsOf(context: Context, options: Settings): Promise<Record<string, unknown>> {
  const repositoryIds: string[] = [];
  for (const one of options.repository ?? []) repositoryIds.push(await repositoryId(context, one));
  return {
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.scope === undefined ? {} : { scopes: options.scope }),
    ...(options.repository === undefined ? {} : { repositoryIds }),
    ...(options.taskPattern === undefined ? {} : { taskPatterns: options.taskPattern }),
    ...(options.tool === undefined ? {} : { tools: options.tool }),
    ...(options.maxConcurrency === undefined
      ? {}
      : { maxConcurrency: numberOf('--max-concurrency', options.maxConcurrency) }),
    ...(options.expires === undefined ? {} : { expiresAt: timeOf(options.expires) }),
  };
}

function timeOf(given: string): string {
  const span = /^(\d{1,5})([hd])$/.exec(given);
  const at = span
    ? new Date(Date.now() + Number(span[1]) * (span[2] === 'h' ? 3_600_000 : 86_400_000))
    : new Date(given);
  if (Number.isNaN(at.getTime()))
    throw new RatchetError('VALIDATION_FAILED', `${JSON.stringify(given)} is no time: give ISO 8601, 12h or 90d.`);
  return at.toISOString();
}

/** By id, name or prefix. */
async function find({ client }: Context, given: string) {
  if (/^[0-9a-f-]{36}$/i.test(given)) return client.apiKeys.get({ id: given });
  const field = given.startsWith('rk_') ? 'prefix' : 'name';
  const { items } = await client.apiKeys.list({ filters: [{ field, value: given }] });
  const [found, second] = items;
  if (!found) throw new RatchetError('NOT_FOUND', `There is no API key ${JSON.stringify(given)}.`);
  if (second)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `Several keys are named ${JSON.stringify(given)}: ${items.map((item) => item.id).join(', ')}. Use an id.`,
    );
  return found;
}
