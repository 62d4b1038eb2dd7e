import type { Command } from 'commander';
import { pathOf } from './command-tree.ts';

const known = new WeakMap<Command, readonly string[]>();

/** Shows how a command is used, below its help and in the reference. One that has two places is shown in each at its own. */
export function example(command: Command, ...lines: string[]): Command {
  const above = command.parent ? pathOf(command.parent) : '';
  const shown = lines.map((line) =>
    above !== '' && line.split(' ', 1)[0] === command.name() ? `ratchet ${above} ${line}` : `ratchet ${line}`,
  );
  known.set(command, shown);
  return command.addHelpText('after', `\nExample:\n${shown.map((line) => `  $ ${line}`).join('\n')}`);
}

/** How a command is used, each line as it is typed. */
export const examplesOf = (command: Command): readonly string[] => known.get(command) ?? [];
