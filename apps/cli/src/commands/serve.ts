import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import type { Io } from '../context.ts';
import { example } from '../example.ts';
import { globalsOf, logLevels } from '../global-options.ts';
import { webPage } from '../web-page.ts';

interface ServeOptions {
  config?: string;
  host?: string;
  port?: string;
  dataDir?: string;
  databaseUrl?: string;
  role?: string;
  auth?: string;
  logLevel?: string;
  set?: string[];
}

export function serveCommands(root: Command, io: Io): void {
  const options = (command: Command) =>
    command
      .option(
        '--config <file>',
        'the configuration (RATCHET_CONFIG; ratchet.yaml here, in config/ or in the data folder)',
      )
      .option('--host <address>', 'listen on this address (RATCHET_SERVER_HOST; 127.0.0.1)')
      .option('--port <number>', 'listen on this port, 0 for a free one (RATCHET_SERVER_PORT; 8080)')
      .option('--data-dir <folder>', 'keep the embedded database, mirrors and keys here (RATCHET_DATA_DIR; ~/.ratchet)')
      .option('--database-url <url>', 'use this PostgreSQL instead of the embedded one (DATABASE_URL)')
      .addOption(
        choice('--role <role>', 'which part of the work it does (RATCHET_ROLE; all)', ['all', 'api', 'worker']),
      )
      .addOption(choice('--log-level <level>', 'how much is logged (RATCHET_LOG_LEVEL; info)', logLevels))
      .option('--set <name=value...>', 'any other setting, such as retention.logs_days=3');
  example(
    options(root.command('serve').description('Start the server.'))
      .addOption(
        choice(
          '--auth <mode>',
          'password: people and programs sign in; none: whoever reaches the loopback address may do everything (RATCHET_AUTH; password)',
          ['password', 'none'],
        ),
      )
      .action((given: ServeOptions, command: Command) => serve({ ...globalsOf(command), ...given }, io, false)),
    'serve --port 8080 --data-dir ./data',
    'serve --config ./ratchet.yaml',
  );
  example(
    options(
      root.command('start').description('Start the server with the example tasks in a Git repository of its own.'),
    )
      .addOption(
        choice('--auth <mode>', 'none: whoever reaches the loopback address may do everything (none)', [
          'none',
          'password',
        ]),
      )
      .action((given: ServeOptions, command: Command) => serve({ ...globalsOf(command), ...given }, io, true)),
    'start --port 8080',
  );
}

/**
 * What a start compiles is kept for the next one. In the user's own folder: the usual place is open to everybody on the
 * machine, and what lies there is run.
 */
function keepCompiled({ env }: Io): void {
  enableCompileCache(join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'ratchet', 'compiled'));
}

/** Serves until a signal. The first one drains; a second one ends at once. */
async function serve(given: ServeOptions, io: Io, examples: boolean): Promise<void> {
  keepCompiled(io);
  const { startServer } = await import('@ratchet/server/start-server');
  const { port, ...rest } = given;
  const server = await startServer({
    ...rest,
    port,
    examples,
    web: () => webPage((line) => void io.stderr.write(`${line}\n`)),
    announce: (line) => void io.stdout.write(`${line}\n`),
    // So that it can be tried at once.
    ...(examples ? { usual: { 'auth.mode': 'none' } } : {}),
    environment: io.env,
  });
  io.stdout.write(`Ratchet serves at ${server.address} (for programs: ${server.address}/docs)\n`);
  process.on('SIGHUP', () => server.reload());
  await new Promise<void>((resolve) => {
    let asked = 0;
    const stop = () => {
      if (++asked > 1) process.exit(130);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  await server.close();
}
