import type { Globals } from './global-options.ts';

/** A server inside this process, for commands that find none. */
export interface EmbeddedServer {
  /** Where it answers; started at the first question. */
  address(globals: Globals): Promise<string>;
  /** Drains and ends it, where it was started. */
  close(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** It listens on loopback, on a free port, and asks nobody to sign in unless its configuration says so. */
export function embeddedServer(env: Env, say: (line: string) => void): EmbeddedServer {
  let started: Promise<{ address: string; close(): Promise<void> }> | null = null;
  const start = async ({ config, logLevel }: Globals) => {
    const { startServer } = await import('@ratchet/server/start-server');
    say('No server answers: one is started for this command alone. "ratchet serve" starts one that stays.');
    return startServer({
      host: '127.0.0.1',
      port: 0,
      usual: { 'auth.mode': 'none' },
      logLevel: logLevel ?? 'error',
      ...(config === undefined ? {} : { config }),
      environment: env,
    });
  };
  return {
    async address(globals) {
      started ??= start(globals);
      return (await started).address;
    },
    async close() {
      const running = started;
      started = null;
      await running?.then(
        (server) => server.close(),
        () => undefined,
      );
    },
  };
}
