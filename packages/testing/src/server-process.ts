import type { ChildProcess } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port that nothing listens on now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** What a server answers first on its port to what is sent to it; null where nothing listens. */
export const firstAnswer = (port: number, sent: string | Buffer | null = null): Promise<Buffer | null> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const end = (answer: Buffer | null) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => end(null));
    socket.once('connect', () => {
      if (sent !== null) socket.write(sent);
    });
    socket.once('data', end);
    socket.once('error', () => end(null));
    socket.once('close', () => resolve(null));
  });

/** Waits until a server that was started is ready; throws what it said when it is not. */
export async function untilReady(
  name: string,
  server: ChildProcess,
  ready: () => Promise<boolean>,
  said: () => string,
): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await ready()) return;
    if (server.exitCode !== null || server.signalCode !== null) break;
    await sleep(50);
  }
  throw new Error(`${name} does not start: ${said().slice(-2000)}`);
}

/** Ends a server that was started here and waits until it has gone. */
export async function endProcess(server: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}

/** Gathers what a server writes. */
export function gathered(server: ChildProcess): () => string {
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-20_000);
    });
  return () => said;
}
