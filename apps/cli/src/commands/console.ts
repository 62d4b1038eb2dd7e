import type { Command } from 'commander';
import { type Io, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';

interface Options {
  readonly script?: string;
  readonly continueOnError?: boolean;
}

/** `program` makes the program anew, for each line that is typed. */
export function consoleCommand(root: Command, io: Io, program: (io: Io) => Command): void {
  example(
    root
      .command('console [arguments...]')
      .description('Type commands with completion, history and variables; or run a script of them.')
      .option('--script <file>', 'run this script; its arguments are $1, $2, …')
      .option('--continue-on-error', 'go on with a script after a command that failed')
      .action(async (given: string[], options: Options, command: Command) => {
        const { startConsole } = await import('../console/start-console.ts');
        const code = await startConsole(
          {
            server: serverOf(command, io),
            token: globalsOf(command).token ?? io.env.RATCHET_TOKEN,
            arguments: given,
            program,
            ...options,
          },
          io,
        );
        // A command that was given up may still wait for something: nobody waits for it.
        if (io.stdin.isTTY && options.script === undefined) process.exit(code);
        if (code !== 0) throw new Failed('', code);
      }),
    'console --server https://ratchet.example.org',
    'console --script nightly.ratchet production',
  );
}
