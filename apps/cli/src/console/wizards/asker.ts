import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Io } from '../../context.ts';
import { Failed } from '../../exit.ts';
import { readSecret } from '../../read-secret.ts';

interface Question {
  readonly text: string;
  /** Stands in the line already where there is something to change. */
  readonly offers?: readonly string[];
  readonly paths?: boolean;
}

const givenUp = () => new Failed('Given up: nothing was sent.');

/** Asks on a terminal. Ctrl-C and Ctrl-D give the whole up. */
export function asker(io: Io) {
  return {
    line({ text, offers = [], paths = false }: Question): Promise<string> {
      return new Promise((resolve, reject) => {
        const readline = createInterface({
          input: io.stdin,
          output: io.stdout,
          terminal: true,
          historySize: 0,
          completer: (typed: string): [string[], string] => {
            const found = offers.filter((one) => one.toLowerCase().startsWith(typed.toLowerCase()));
            return [[...found, ...(paths ? pathsFrom(typed) : [])], typed];
          },
        });
        let answered = false;
        readline.on('SIGINT', () => readline.close());
        readline.on('close', () => {
          if (answered) return;
          io.stdout.write('\n');
          reject(givenUp());
        });
        readline.question(text, (answer) => {
          answered = true;
          readline.close();
          resolve(answer);
        });
      });
    },
    /** Without an echo; nothing typed is an empty text. */
    async secret(text: string): Promise<string> {
      try {
        return await readSecret(undefined, io, text);
      } catch (error) {
        if (error instanceof Failed && error.message === 'The value is empty.') return '';
        throw givenUp();
      }
    },
  };
}

function pathsFrom(typed: string): string[] {
  const folder = typed.endsWith('/') ? typed : dirname(typed || '.');
  try {
    return readdirSync(resolve(folder), { withFileTypes: true })
      .map((entry) => {
        const path = typed.includes('/') ? join(folder, entry.name) : entry.name;
        return entry.isDirectory() ? `${path}/` : path;
      })
      .filter((path) => path.startsWith(typed) && !(path.startsWith('.') && typed === ''));
  } catch {
    return [];
  }
}
