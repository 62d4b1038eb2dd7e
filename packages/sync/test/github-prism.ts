import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForgeServer } from '@ratchet/testing/forge-server';

const require = createRequire(import.meta.url);

/** GitHub's own OpenAPI document, down to the paths that are used, and its examples of answers. */
const spec = fileURLToPath(new URL('./fixtures/github-openapi.json', import.meta.url));

export interface ValidatingProxy {
  readonly url: string;
  readonly examples: ForgeServer['examples'];
  close(): Promise<void>;
}

/** Prism before a server: what breaks GitHub's document, in a request or in an answer, becomes an error answer. */
export async function gitHubProxy(upstream: string): Promise<ValidatingProxy> {
  const { 'x-examples': examples } = JSON.parse(readFileSync(spec, 'utf8')) as {
    'x-examples': ForgeServer['examples'];
  };
  const port = await freePort();
  const prism = join(dirname(require.resolve('@stoplight/prism-cli/package.json')), 'dist', 'index.js');
  const child = spawn(
    process.execPath,
    [prism, 'proxy', spec, upstream, '--errors', '-h', '127.0.0.1', '-p', String(port)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    examples,
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

function listening(child: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (/Prism is listening/.test(said)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`prism ended with ${code}: ${said}`)));
  });
}
