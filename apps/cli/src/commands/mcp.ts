import { createClient } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import type { Output } from '@ratchet/contract/operation';
import type { table } from '@ratchet/contract/operations/table';
import type { Command } from 'commander';
import { clientDispatcher } from '../client-dispatcher.ts';
import { type Context, contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { push } from './sync.ts';

interface ServeOptions {
  readonly embedded?: boolean;
  readonly dataDir?: string;
}

export function mcpCommands(root: Command, io: Io): void {
  const mcp = example(
    root
      .command('mcp')
      .description('Let an agent work over the Model Context Protocol, on standard input and output.')
      .option('--embedded', 'start a server inside this process, for as long as the agent stays')
      .option('--data-dir <folder>', 'with --embedded: where it keeps its data (RATCHET_DATA_DIR; ~/.ratchet)')
      .action(async (options: ServeOptions, command: Command) => {
        const embedded = options.embedded ? await startEmbedded(options, io) : null;
        try {
          const client = embedded ? createClient({ baseUrl: embedded.address }) : contextOf(command, io).client;
          const { serveMcp } = await import('@ratchet/server/serve-mcp');
          const log = (level: string, message: string, data?: Record<string, unknown>) =>
            void io.stderr.write(`${level}: ${message}${data?.err ? ` ${String(data.err)}` : ''}\n`);
          await serveMcp(clientDispatcher(client), await identityOf(client), log);
        } finally {
          await embedded?.close();
        }
      }),
    'mcp --server http://127.0.0.1:8080',
    'mcp --embedded --data-dir ./data',
  );
  example(
    mcp
      .command('push-task <task>')
      .description('The same as push.')
      .option('--message <text>', 'the commit message')
      .option('--force', 'push the task although it has problems')
      .action((task: string, options: { message?: string; force?: boolean }, command: Command) =>
        push(contextOf(command, io), { ...options, task }),
      ),
    'mcp push-task "CSV to JSON"',
  );
  example(
    mcp
      .command('push-all-pending')
      .description('The same as push --all.')
      .option('--message <text>', 'the commit message')
      .action((options: { message?: string }, command: Command) =>
        push(contextOf(command, io), { ...options, all: true }),
      ),
    'mcp push-all-pending',
  );
  example(
    mcp
      .command('push-status [repository]')
      .description('Tasks that wait to be pushed, and what became of the last pushes.')
      .action(async (repository: string | undefined, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const id = repository ? await repositoryId(context, repository) : undefined;
        const status = await context.client.registry.pushStatus({ ...(id ? { repositoryId: id } : {}) });
        if (context.out.json) context.out.line(JSON.stringify(status, null, 2));
        else context.out.fields(status, status);
      }),
    'mcp push-status',
  );
}

async function startEmbedded({ dataDir }: ServeOptions, io: Io) {
  const { startServer } = await import('@ratchet/server/start-server');
  return startServer({ host: '127.0.0.1', port: 0, dataDir, auth: 'none', environment: io.env });
}

interface Identity extends Pick<Output<typeof table.auth.me>, 'kind' | 'id' | 'name' | 'role' | 'permissions'> {
  /** Of a key: patterns of the tools it may use. */
  readonly tools: readonly string[] | null;
}

/** Who the server takes this process for; null where it does not say. Throws where it refuses to speak. */
async function identityOf({ auth, apiKeys }: Context['client']): Promise<Identity | null> {
  try {
    const { kind, id, name, role, permissions, apiKeyId } = await auth.me();
    const tools = apiKeyId
      ? await apiKeys.get({ id: apiKeyId }).then(
          (key) => key.tools,
          () => null,
        )
      : null;
    return { kind, id, name, role, permissions, tools };
  } catch (error) {
    if (error instanceof RatchetError && (error.code === 'UNAVAILABLE' || error.code === 'UNAUTHENTICATED'))
      throw error;
    return null;
  }
}
