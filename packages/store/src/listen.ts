import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/**
 * Listens on a channel over a connection of its own, and anew whenever that one breaks, with growing pauses. What is
 * notified in between is not heard: a listener looks at its rows after `heard('')`, which each new connection gives.
 */
export async function listenOn(
  connect: () => pg.Client,
  channel: string,
  heard: (payload: string) => void,
  warn: (message: string, error: unknown) => void,
): Promise<() => Promise<void>> {
  const ended = new AbortController();
  let current: pg.Client | null = null;

  const open = async (): Promise<pg.Client> => {
    const client = connect();
    client.on('notification', (note) => {
      if (note.channel === channel) heard(note.payload ?? '');
    });
    client.on('error', (error) => warn(`The connection that listens on ${channel} broke.`, error));
    client.once('end', () => {
      if (current === client && !ended.signal.aborted) void again();
    });
    await client.connect();
    await client.query(`listen "${channel.replaceAll('"', '""')}"`);
    return client;
  };
  const again = async (): Promise<void> => {
    for (let tries = 0; !ended.signal.aborted; tries++) {
      try {
        await sleep(Math.min(5000, 50 * 2 ** tries), undefined, { signal: ended.signal });
        current = await open();
        heard('');
        return;
      } catch (error) {
        if (!ended.signal.aborted) warn(`Listening on ${channel} failed.`, error);
      }
    }
  };

  current = await open();
  return async () => {
    ended.abort();
    const client = current;
    current = null;
    await client?.end();
  };
}
