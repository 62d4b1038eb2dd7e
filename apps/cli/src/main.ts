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
  if (!(error instanceof CommanderError)) process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
