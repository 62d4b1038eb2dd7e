#!/usr/bin/env node
import { CommanderError } from 'commander';
import { embeddedServer } from './embedded-server.ts';
import { exitCodeOf, explain } from './exit.ts';
import { program } from './program.ts';

// Whoever reads may stop reading, as `head` does: then there is nothing more to write.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });

const embedded = embeddedServer(process.env, (line) => void process.stderr.write(`${line}\n`));

// What is written is written whole, so that a command may end wherever it is. One that drains, as a server does, listens itself.
let asked = 0;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    if (++asked > 1) process.exit(code);
    void embedded.close().finally(() => process.exit(code));
  });

try {
  const { stdout, stderr, stdin, env } = process;
  await program({ stdout, stderr, stdin, env, embedded }).parseAsync(process.argv);
} catch (error) {
  const said = error instanceof CommanderError ? '' : explain(error);
  if (said !== '') process.stderr.write(`${said}\n`);
  process.exitCode = exitCodeOf(error);
} finally {
  await embedded.close();
}
