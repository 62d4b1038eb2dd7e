import { basename } from 'node:path';
import type { Command } from 'commander';
import { choiceArgument } from '../choice.ts';
import { complete } from '../completion/complete.ts';
import { liveNames } from '../completion/live-names.ts';
import { completionScript, shells } from '../completion/shell-scripts.ts';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';

export function completionCommands(root: Command, io: Io): void {
  example(
    root
      .command('completion')
      .description('The script that lets a shell complete commands, options, names and ids.')
      .addArgument(choiceArgument('[shell]', 'told by SHELL without', shells))
      .action((given: string | undefined) => {
        const shell = shells.find((each) => each === (given ?? basename(io.env.SHELL ?? '')));
        if (!shell) throw new Failed(`Name the shell: ${shells.join(', ')}.`, exitCodes.usage);
        io.stdout.write(completionScript(shell));
      }),
    'completion bash > ~/.local/share/bash-completion/completions/ratchet',
    'completion zsh > ~/.zfunc/_ratchet',
    'completion fish > ~/.config/fish/completions/ratchet.fish',
  );
  example(
    root
      .command('__complete <cursor> [words...]', { hidden: true })
      .description('What a word may become, a line each: the scripts of shells ask this.')
      .passThroughOptions()
      .allowUnknownOption()
      .helpOption(false)
      .action(async (cursor: string, given: string[], _options: object, command: Command) => {
        const words = given[0] === '--' ? given.slice(1) : given;
        const { client } = contextOf(said(words, command), io, { embedded: false });
        const found = await complete(words, Number(cursor), {
          root,
          names: liveNames(client),
          folder: process.cwd(),
          home: io.env.HOME,
        });
        for (const { value, description, kind } of found)
          io.stdout.write(`${[value, kind, firstLine(description)].join('\t')}\n`);
      }),
    '__complete 1 -- task li',
  );
}

const firstLine = (text = ''): string => (text.split('\n', 1)[0] ?? '').replaceAll('\t', ' ').slice(0, 200);

/** The words of a line name the server that knows what they mean: those of `--server` and `--token` in them count. */
function said(words: readonly string[], command: Command): Command {
  for (const name of ['server', 'token'])
    for (const [i, word] of words.entries()) {
      if (word === `--${name}` && words[i + 1]) command.setOptionValue(name, words[i + 1]);
      else if (word.startsWith(`--${name}=`)) command.setOptionValue(name, word.slice(name.length + 3));
    }
  return command;
}
