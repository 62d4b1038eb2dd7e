#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodeOf, explain } from './exit.ts';
import { program } from './program.ts';

// Whoever reads may stop reading, as `head` does: then there is nothing more to write.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program(process).parseAsync(process.argv);
} catch (error) {
  const said = error instanceof CommanderError ? '' : explain(error);
  if (said !== '') process.stderr.write(`${said}\n`);
  process.exitCode = exitCodeOf(error);
}
