import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Io } from './context.ts';
import { exitCodes, Failed } from './exit.ts';

export interface Edited {
  readonly text: string;
  /** Takes the draft away. Without, it stays, so that nothing typed is lost. */
  done(): void;
  /** Where the draft is. */
  readonly path: string;
}

/**
 * Lets a person change a text in their editor (VISUAL, EDITOR, else vi). null: it was left as it was.
 *
 * @param name of the file, which tells the editor what it is
 */
export async function editText(text: string, name: string, { env, stdin }: Io): Promise<Edited | null> {
  const editor = env.VISUAL || env.EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');
  if (!(env.VISUAL || env.EDITOR) && !stdin.isTTY)
    throw new Failed('There is no terminal to edit on. Give the text with an option, or set EDITOR.', exitCodes.usage);
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-edit-'));
  const path = join(folder, basename(name));
  const done = () => rmSync(folder, { recursive: true, force: true });
  writeFileSync(path, text, { mode: 0o600 });
  try {
    await run(editor, path);
  } catch (error) {
    if (readFileSync(path, 'utf8') === text) done();
    throw error;
  }
  const edited = readFileSync(path, 'utf8');
  if (edited !== text) return { text: edited, done, path };
  done();
  return null;
}

/** Sends what was edited; where that is refused, says where the draft is. */
export async function sendEdited<T>(edited: Edited, send: (text: string) => Promise<T>): Promise<T> {
  try {
    const sent = await send(edited.text);
    edited.done();
    return sent;
  } catch (error) {
    if (error instanceof Error) error.message += ` What you wrote is kept in ${edited.path}.`;
    throw error;
  }
}

/** The variable may hold a command with options, as in `code --wait`: a shell reads it. */
const run = (editor: string, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child =
      process.platform === 'win32'
        ? spawn(`${editor} "${path}"`, { shell: true, stdio: 'inherit' })
        : spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
    // The editor has the terminal: its Ctrl-C is not ours.
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    const settle = (act: () => void) => {
      process.off('SIGINT', ignore);
      act();
    };
    child.on('error', (error) => settle(() => reject(new Failed(`The editor did not start: ${error.message}`))));
    child.on('close', (code) =>
      settle(() =>
        code === 0 ? resolve() : reject(new Failed(`The editor ended with code ${code}; nothing was changed.`)),
      ),
    );
  });
