import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { endProcess, gathered } from '@ratchet/testing/server-process';

const cli = join(import.meta.dirname, '../../cli/src/main.ts');
const cache = join(import.meta.dirname, '../node_modules/.cache');

export interface Serve {
  /** What it keeps its data in; its home too. */
  readonly folder: string;
  readonly auth?: 'none' | 'password';
  readonly environment?: Readonly<Record<string, string>>;
  /** With the example tasks, in a repository of their own. */
  readonly examples?: boolean;
}

export interface Served {
  readonly origin: string;
  readonly pid: number;
  /** What it wrote last. */
  log(): string;
  close(): Promise<void>;
}

/** Where a server keeps its data, the embedded database too. */
export const dataDirOf = (folder: string): string => join(folder, 'data');

/** A server with the web page, in a process of its own on a free port, as a user starts it. */
export async function serve({ folder, auth = 'none', environment = {}, examples = false }: Serve): Promise<Served> {
  const server = spawn(
    process.execPath,
    [
      ...[cli, examples ? 'start' : 'serve', '--port', '0', '--data-dir', dataDirOf(folder)],
      ...['--log-level', 'error', '--auth', auth],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        // What a start compiles is kept for the next one.
        XDG_CACHE_HOME: cache,
        ...(process.env.NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE } : {}),
        RATCHET_SERVER_SURFACES_WEB: 'true',
        ...environment,
      },
    },
  );
  const log = gathered(server);
  const gone = new Promise<null>((resolve) => server.once('exit', () => resolve(null)));
  const said = new Promise<string>((resolve) => {
    let printed = '';
    server.stdout.on('data', (chunk) => {
      printed += String(chunk);
      const origin = /serves at (http:\/\/\S+:\d+)/.exec(printed)?.[1];
      if (origin) resolve(origin);
    });
  });
  const origin = await Promise.race([said, gone]);
  if (origin === null) throw new Error(`The server did not start: ${log()}`);
  return { origin, pid: server.pid ?? 0, log, close: () => endProcess(server, 'SIGKILL') };
}
