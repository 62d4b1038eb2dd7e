import type { Worker } from '@ratchet/contract/entities/worker';
import type { Database } from '@ratchet/store/database';
import { type Feed, feed } from '@ratchet/store/feed';
import { heardChanges } from '@ratchet/store/heard-changes';
import { allNodes } from '@ratchet/store/queries/changes';
import { nodeChangedChannel } from '@ratchet/store/queries/nodes';
import type { Log } from './worker-logger.ts';
import { workerView } from './worker-view.ts';

/** Workers as they change, each heartbeat being one. There are few: all of them are looked at. */
export function workerFeed(database: Database, log: Log): Feed<Worker> {
  const { db } = database;
  const known = new Map<string, string>();

  async function changed(): Promise<Worker[]> {
    const workers = (await allNodes(db)).map(workerView);
    const differing = workers.filter((worker) => known.get(worker.id) !== JSON.stringify(worker));
    known.clear();
    for (const worker of workers) known.set(worker.id, JSON.stringify(worker));
    return differing;
  }

  return feed<Worker>({
    keyOf: ({ id }) => id,
    begin: (tell) =>
      heardChanges<Worker>(
        database,
        {
          channels: [nodeChangedChannel],
          idsOf: (payload) => (payload === '' ? null : [payload]),
          begin: async () => void (await changed()),
          read: () => changed(),
          look: () => changed(),
          warn: (message, err) => log('warn', message, { err }),
        },
        tell,
      ),
  });
}
