import type { Command } from 'commander';
import { contextOf, type Io } from './context.ts';
import { example } from './example.ts';

type Context = ReturnType<typeof contextOf>;

/** Makes commands below one that each do something with one item: the one that their argument names. */
export const commandsForOne =
  (parent: Command, io: Io, argument: string, idOf: (context: Context, given: string) => string | Promise<string>) =>
  (name: string, description: string, sample: string, act: (context: Context, id: string) => Promise<void>): Command =>
    example(
      parent
        .command(`${name} <${argument}>`)
        .description(description)
        .action(async (given: string, _options: object, command: Command) => {
          const context = contextOf(command, io);
          await act(context, await idOf(context, given));
        }),
      sample,
    );
