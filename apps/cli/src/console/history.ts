import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { holdsSecret } from './language/secret-text.ts';

const mostKept = 2000;
const longestLine = 10_000;

export interface History {
  /** The newest last. */
  lines(): readonly string[];
  add(line: string): void;
  clear(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `ratchet/console-history` in the user's state folder (XDG Base Directory; LOCALAPPDATA on Windows). */
export const historyPath = (env: Env): string =>
  join(
    env.XDG_STATE_HOME || (env.LOCALAPPDATA ?? join(env.HOME ?? homedir(), '.local', 'state')),
    'ratchet',
    'console-history',
  );

/**
 * Lines that were typed, kept in a file that only its owner may read. Several consoles add to the same one. A line that
 * seems to hold a secret, and one that begins with a blank, is remembered until the console ends and written nowhere. Where
 * the file cannot be written, lines are remembered all the same.
 */
export function openHistory(path: string): History {
  let kept = read(path);
  if (kept.length > mostKept) {
    kept = kept.slice(-mostKept);
    quietly(() => rewrite(path, kept));
  }
  return {
    lines: () => kept,
    add(line) {
      const text = line.replace(/\s*\n\s*/g, ' ').trimEnd();
      if (text.trim() === '' || text === kept.at(-1)) return;
      kept.push(text);
      if (text.startsWith(' ') || text.length > longestLine || holdsSecret(text)) return;
      quietly(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        appendFileSync(path, `${text}\n`, { mode: 0o600 });
      });
    },
    clear() {
      kept = [];
      quietly(() => rmSync(path, { force: true }));
    },
  };
}

function read(path: string): string[] {
  try {
    // Readable for its owner alone, whatever it was.
    chmodSync(path, 0o600);
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** Beside and renamed: who reads meanwhile sees the whole of one or of the other. */
function rewrite(path: string, lines: readonly string[]): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  renameSync(draft, path);
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // A history that cannot be kept is no reason to stop working.
  }
}
