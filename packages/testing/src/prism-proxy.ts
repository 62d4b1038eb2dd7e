import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { endProcess, freePort, gathered } from './server-process.ts';

const require = createRequire(import.meta.url);

export interface PrismProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Prism before a server: what breaks the OpenAPI document, in a request or in an answer, becomes an error answer. */
export async function prismProxy(document: string, upstream: string): Promise<PrismProxy> {
  const port = await freePort();
  const prism = join(dirname(require.resolve('@stoplight/prism-cli/package.json')), 'dist', 'index.js');
  const child = spawn(
    process.execPath,
    [prism, 'proxy', document, upstream, '--errors', '-h', '127.0.0.1', '-p', String(port)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  await listening(child);
  return { url: `http://127.0.0.1:${port}`, close: () => endProcess(child) };
}

/** However long that takes: over a large document on a busy machine it is minutes. */
function listening(child: ChildProcess): Promise<void> {
  const said = gathered(child);
  return new Promise((resolve, reject) => {
    const hear = () => {
      if (/Prism is listening/.test(said())) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`prism ended with ${code}: ${said()}`)));
  });
}
