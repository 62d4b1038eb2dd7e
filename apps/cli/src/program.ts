import type { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { everyCommand } from './command-tree.ts';
import { alertCommands } from './commands/alert.ts';
import { apiKeyCommands } from './commands/api-key.ts';
import { backupCommands, serverBackupCommand } from './commands/backup.ts';
import { batchCommands } from './commands/batch.ts';
import { callCommand } from './commands/call.ts';
import { completionCommands } from './commands/completion.ts';
import { configCommands } from './commands/config.ts';
import { conflictCommands } from './commands/conflict.ts';
import { consoleCommand } from './commands/console.ts';
import { databaseCommands } from './commands/database.ts';
import { debugCommands } from './commands/debug.ts';
import { devCommand } from './commands/dev.ts';
import { executionCommands } from './commands/execution.ts';
import { exportCommand } from './commands/export.ts';
import { grantCommands } from './commands/grant.ts';
import { jobCommands } from './commands/job.ts';
import { mcpCommands } from './commands/mcp.ts';
import { mcpClientCommands } from './commands/mcp-client.ts';
import { mcpConfigCommand } from './commands/mcp-config.ts';
import { migrateCommands } from './commands/migrate-tasks.ts';
import { monitorCommands } from './commands/monitor.ts';
import { outputCommands } from './commands/output.ts';
import { repositoryCommands } from './commands/repository.ts';
import { resultCommands } from './commands/result.ts';
import { runCommands } from './commands/run.ts';
import { scheduleCommands } from './commands/schedule.ts';
import { secretCommands } from './commands/secret.ts';
import { serveCommands } from './commands/serve.ts';
import { serverCommands } from './commands/server.ts';
import { serverCareCommands } from './commands/server-care.ts';
import { signInCommands } from './commands/sign-in.ts';
import { specCommands } from './commands/spec.ts';
import { syncCommands } from './commands/sync.ts';
import { taskCommands } from './commands/task.ts';
import { templateCommands } from './commands/template.ts';
import { testCommand } from './commands/test.ts';
import { userCommands } from './commands/user.ts';
import { workerCommands } from './commands/worker.ts';
import type { Io } from './context.ts';
import { exitMeanings } from './exit.ts';
import { addGlobalOptions, OwnOptionsCommand } from './global-options.ts';
import { wantsColour } from './output.ts';

/**
 * The `ratchet` command. It writes to the streams it is given, ends no process (a wrong use is a thrown CommanderError), and
 * may be made anew for each line of a console. Parse once only: what a parse was given stays in it.
 */
export function program(io: Io): Command {
  const root = new OwnOptionsCommand('ratchet')
    .description('Automation that lives in a database and in your repositories, kept in step.')
    .version(manifest.version, '-V, --version', 'say which version this is')
    .enablePositionalOptions()
    .showHelpAfterError('Add --help for what is possible.')
    .addHelpText(
      'after',
      `\nExit codes: ${exitMeanings.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.\n\nExample:\n  $ ratchet run "HTTP check" --input '{"url":"https://example.org"}'`,
    );
  serveCommands(root, io);
  configCommands(root, io);
  signInCommands(root, io);
  userCommands(root, io);
  apiKeyCommands(root, io);
  runCommands(root, io);
  testCommand(root, io);
  devCommand(root, io);
  syncCommands(root, io);
  repositoryCommands(root, io);
  debugCommands(taskCommands(root, io), io);
  conflictCommands(root, io);
  executionCommands(root, io);
  jobCommands(root, io);
  batchCommands(root, io);
  outputCommands(root, io);
  scheduleCommands(root, io);
  workerCommands(root, io);
  secretCommands(root, io);
  resultCommands(root, io);
  migrateCommands(root, io);
  exportCommand(root, io);
  backupCommands(root, io);
  mcpCommands(root, io);
  mcpClientCommands(root, io);
  mcpConfigCommand(templateCommands(root, io), io);
  grantCommands(root, io);
  alertCommands(root, io);
  specCommands(root, io);
  const server = serverCommands(root, io);
  serverCareCommands(server, io);
  serverBackupCommand(server, io);
  databaseCommands(root, io);
  callCommand(root, io);
  monitorCommands(root, io);
  consoleCommand(root, io, program);
  completionCommands(root, io);
  for (const command of everyCommand(root)) {
    addGlobalOptions(command);
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        writeErr: (text) => void io.stderr.write(text),
        getOutHelpWidth: () => (io.stdout.isTTY ? io.stdout.columns : 100),
        getErrHelpWidth: () => (io.stderr.isTTY ? io.stderr.columns : 100),
        getOutHasColors: () => wantsColour(io.stdout, io.env),
        getErrHasColors: () => wantsColour(io.stderr, io.env),
      });
  }
  return root;
}
