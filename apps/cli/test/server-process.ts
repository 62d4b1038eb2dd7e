import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Client, createClient } from '@ratchet/client/create-client';
import { processEnvironment } from './process-environment.ts';

const main = join(import.meta.dirname, '../src/main.ts');

export interface ServerProcess {
  readonly address: string;
  readonly client: Client;
  readonly pid: number;
  /** Ends it with a signal and waits until it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void;
  /** What it wrote to standard output until it was ready. */
  readonly printed: string;
  /** What it wrote to its log. */
  log(): string;
}

/** A server in a process of its own, as a user starts it. */
export async function serve(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  auth: 'none' | 'password' = 'none',
  port = 0,
): Promise<ServerProcess> {
  const server: ChildProcess = spawn(
    process.execPath,
    [main, 'serve', '--port', String(port), '--data-dir', join(folder, 'data'), '--log-level', 'error', '--auth', auth],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...processEnvironment(folder), ...environment },
    },
  );
  let log = '';
  server.stderr?.on('data', (chunk) => {
    log = (log + String(chunk)).slice(-20_000);
  });
  let printed = '';
  for await (const chunk of server.stdout ?? []) {
    printed += String(chunk);
    const address = printed.match(/http:\/\/\S+:\d+/)?.[0];
    if (address)
      return {
        address,
        client: createClient({ baseUrl: address }),
        pid: server.pid ?? 0,
        printed,
        log: () => log,
        signal: (signal) => void server.kill(signal),
        async kill(signal) {
          if (server.exitCode !== null || server.signalCode !== null) return;
          const gone = new Promise((resolve) => server.once('exit', resolve));
          server.kill(signal);
          await gone;
        },
      };
  }
  throw new Error(`The server did not start: ${printed}${log}`);
}
