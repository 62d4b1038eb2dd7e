import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { contextOf, type Io, serverOf } from '../context.ts';
import { example } from '../example.ts';
import { globalsOf } from '../global-options.ts';
import { savedSignIns } from '../saved-sign-ins.ts';
import { signedInFetch } from '../signed-in-fetch.ts';

const screens = {
  dashboard: 'Everything at a glance: executions, throughput, queue, workers and repositories.',
  executions: 'Executions as they change; Enter shows one.',
  logs: 'What tasks log, as they run.',
  metrics: 'The server’s figures, and how fast they grow.',
  workers: 'The server processes and what they do.',
} as const;

export function monitorCommands(root: Command, io: Io): void {
  const monitor = example(
    root.command('monitor').description('Live screens of what a server does; q leaves, ? shows the keys.'),
    'monitor dashboard',
  );
  for (const [view, description] of Object.entries(screens))
    example(
      monitor
        .command(view)
        .description(description)
        .option('--once', 'one picture as text, as where the output is no terminal')
        .action(async ({ once = false }: { once?: boolean }, command: Command) => {
          const { client } = contextOf(command, io, { embedded: false });
          const address = serverOf(command, io).replace(/\/+$/, '');
          // Whoever is not there is told so before a screen is opened.
          await client.health.get({});
          const { startMonitor } = await import('../console/monitor/start-monitor.ts');

          await startMonitor(
            { view: view as keyof typeof screens, client, address, metrics: metricsOf(command, io, address), once },
            io,
          );
        }),
      `monitor ${view}`,
      ...(view === 'dashboard' ? ['monitor dashboard --once'] : []),
    );
}

/** Asks for the text that Prometheus reads. */
function metricsOf(command: Command, io: Io, address: string) {
  const token = globalsOf(command).token ?? io.env.RATCHET_TOKEN;
  const send = token ? globalThis.fetch : signedInFetch(address, savedSignIns(io.env));
  return async (signal: AbortSignal): Promise<string> => {
    const response = await send(`${address}/metrics`, {
      signal,
      ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
    });
    if (response.ok) return response.text();
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403)
      throw new RatchetError('PERMISSION_DENIED', 'You may not see the figures of this server.');
    throw new RatchetError('UNAVAILABLE', `The server answered ${response.status}.`);
  };
}
