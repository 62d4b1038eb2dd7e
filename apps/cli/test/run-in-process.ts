import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import type { Io } from '../src/context.ts';
import { exitCodeOf, explain } from '../src/exit.ts';
import { program } from '../src/program.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Surroundings extends Partial<Omit<Io, 'stdout' | 'stderr' | 'stdin'>> {
  /** What standard input holds. */
  readonly input?: string;
  /** Columns of the terminal; without, the output is no terminal. */
  readonly columns?: number;
  /** Hears each write as it comes. */
  readonly hear?: (text: string) => void;
}

/** The command itself, in this process, with streams of its own. */
export async function runInProcess(args: readonly string[], surroundings: Surroundings = {}): Promise<Said> {
  const { input = '', columns, hear, env = {}, ...io } = surroundings;
  let [out, err] = ['', ''];
  const sink = (take: (text: string) => void) =>
    ({
      write(text: string | Uint8Array) {
        take(String(text));
        hear?.(String(text));
        return true;
      },
      isTTY: columns !== undefined,
      columns,
    }) as unknown as NodeJS.WriteStream;
  const stdin = new PassThrough().end(input) as unknown as NodeJS.ReadStream;
  const stdout = sink((text) => {
    out += text;
  });
  const stderr = sink((text) => {
    err += text;
  });
  try {
    await program({ stdout, stderr, stdin, env, ...io }).parseAsync(['node', 'ratchet', ...args]);
    return { code: 0, out, err };
  } catch (error) {
    return { code: exitCodeOf(error), out, err: error instanceof CommanderError ? err : err + explain(error) };
  }
}
