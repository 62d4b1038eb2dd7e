import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** In a checkout and in a package alike. */
const root = join(import.meta.dirname, '../../web');

/**
 * Where the web application's files are; null: it is not part of this installation. In a checkout it is built where it
 * is not of these sources, beside the server's start: until that is done the page says so.
 */
export function webPage(say: (line: string) => void): { readonly folder: string } | null {
  if (!existsSync(root)) return null;
  const folder = join(root, 'dist');
  if (existsSync(join(root, 'build.ts'))) {
    // The server reads from it before there is anything in it.
    mkdirSync(join(folder, 'assets'), { recursive: true });
    const child = spawn(process.execPath, [join(root, 'build.ts'), '--if-changed'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.on('error', (error) => say(`The web page was not built: ${error.message}`));
    child.on('close', (code) => {
      if (code !== 0) say(`The web page was not built (exit code ${code}):\n${said.trim()}`);
    });
  }
  return { folder };
}
