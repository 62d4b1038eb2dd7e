import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { apiKeyCommands } from './commands/api-key.ts';
import { backupCommands } from './commands/backup.ts';
import { batchCommands } from './commands/batch.ts';
import { configCommands } from './commands/config.ts';
import { conflictCommands } from './commands/conflict.ts';
import { debugCommands } from './commands/debug.ts';
import { executionCommands } from './commands/execution.ts';
import { exportCommand } from './commands/export.ts';
import { jobCommands } from './commands/job.ts';
import { mcpCommands } from './commands/mcp.ts';
import { migrateCommands } from './commands/migrate-tasks.ts';
import { outputCommands } from './commands/output.ts';
import { repositoryCommands } from './commands/repository.ts';
import { resultCommands } from './commands/result.ts';
import { runCommands } from './commands/run.ts';
import { scheduleCommands } from './commands/schedule.ts';
import { secretCommands } from './commands/secret.ts';
import { serveCommands } from './commands/serve.ts';
import { signInCommands } from './commands/sign-in.ts';
import { syncCommands } from './commands/sync.ts';
import { taskCommands } from './commands/task.ts';
import { templateCommands } from './commands/template.ts';
import { testCommand } from './commands/test.ts';
import { userCommands } from './commands/user.ts';
import { workerCommands } from './commands/worker.ts';
import type { Io } from './context.ts';

/** The `ratchet` command. */
export function program(io: Io): Command {
  const root = new Command('ratchet')
    .description('Automation that lives in a database and in your repositories, kept in step.')
    .version(manifest.version, '--version', 'the version')
    .option('--server <url>', 'the server (RATCHET_SERVER_URL; http://127.0.0.1:8080)')
    .option('--token <token>', 'an API key or an access token (RATCHET_TOKEN); else what "ratchet login" keeps')
    .option('--json', 'answer JSON, for programs')
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for what is possible.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong use, 3 conflict, 4 no server.\n\nExample:\n  $ ratchet run "HTTP check" --input \'{"url":"https://example.org"}\'',
    );
  serveCommands(root, io);
  configCommands(root, io);
  signInCommands(root, io);
  userCommands(root, io);
  apiKeyCommands(root, io);
  runCommands(root, io);
  testCommand(root, io);
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
  mcpCommands(root, templateCommands(root, io), io);
  for (const command of everyCommand(root)) command.exitOverride();
  return root;
}

/** A command and all below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
