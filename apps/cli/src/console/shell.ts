import type { Command } from 'commander';
import type { Io } from '../context.ts';
import type { Connection } from './connection.ts';
import type { History } from './history.ts';
import type { Variables } from './language/variables.ts';

/** Commands that are run as one. */
export interface Script {
  /** Where faults say they are; null: typed, so that a line's number says nothing. */
  readonly name: string | null;
  readonly arguments?: readonly string[];
  /** What the script sets is forgotten when it ends. */
  readonly apart?: boolean;
}

/** What the console's own commands work with. */
export interface Shell {
  readonly variables: Variables;
  readonly connection: Connection;
  /** The commands of `ratchet`, made anew: what was parsed stays in them. */
  readonly program: (io: Io) => Command;
  readonly io: Io;
  /** Whether somebody sits before it and can be asked. */
  readonly interactive: boolean;
  readonly history: History;
  /** Whether commands after one that failed are left out. */
  stopOnError: boolean;
  /** The exit code that was asked for with `exit`. */
  leaving: number | null;
  runText(text: string, script?: Script): Promise<number>;
}

/** A command of the console's own. */
export interface BuiltIn {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
  readonly example: string;
  /** Whether these arguments are for it; else a command of `ratchet` of the same name has them. */
  readonly takes?: (args: readonly string[]) => boolean;
  /** Answers its exit code; nothing: 0. Throws as commands do. */
  run(
    shell: Shell,
    args: readonly string[],
    /** Aborted when it is given up. */
    signal: AbortSignal,
  ): number | undefined | Promise<number | undefined>;
}
