import type { Command } from 'commander';

/** Shows how a command is used, below its help. */
export const example = (command: Command, ...lines: string[]): Command =>
  command.addHelpText('after', `\nExample:\n${lines.map((line) => `  $ ratchet ${line}`).join('\n')}`);
