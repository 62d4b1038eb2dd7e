import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Io } from './context.ts';
import { exitCodes, Failed } from './exit.ts';

/**
 * A value that is not to be seen: from a file, from standard input, or typed without being shown. Never an argument, where
 * others on the machine could read it. The line end that files and `echo` add is left out.
 */
export async function readSecret(file: string | undefined, io: Io, what = 'Value'): Promise<string> {
  const given = file === undefined || file === '-' ? await fromInput(file, io, what) : fromFile(file);
  const value = given.replace(/\r?\n$/, '');
  if (value === '') throw new Failed('The value is empty.', exitCodes.usage);
  return value;
}

function fromFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Failed(`The file ${path} cannot be read.`, exitCodes.usage);
  }
}

const fromInput = (file: string | undefined, io: Io, what: string): Promise<string> =>
  io.stdin.isTTY && file !== '-' ? typed(io, what) : text(io.stdin);

/** Typed on a terminal, without an echo, up to the end of the line. */
function typed({ stdin, stderr }: Io, what: string): Promise<string> {
  stderr.write(`${what} (not shown): `);
  return new Promise((resolve, reject) => {
    let value = '';
    const end = (settle: () => void) => {
      stdin.setRawMode(false);
      stdin.off('data', take);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const take = (bytes: Buffer) => {
      for (const key of bytes.toString('utf8')) {
        if (key === '\r' || key === '\n') return end(() => resolve(value));
        if (key === '\u0003' || key === '\u0004') return end(() => reject(new Failed('Given up.')));
        value = key === '\u007f' || key === '\b' ? value.slice(0, -1) : value + key;
      }
    };
    stdin.setRawMode(true);
    stdin.on('data', take);
    stdin.resume();
  });
}
