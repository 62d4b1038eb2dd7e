import type { Database } from '@ratchet/store/database';
import { releaseExecutions } from '@ratchet/store/queries/executions';
import { changeJob, crashesOf, enqueueJob, jobsOfExecutions } from '@ratchet/store/queries/jobs';
import {
  heartbeat,
  listStaleNodes,
  markNode,
  type NodeRow,
  otherNodes,
  registerNode,
} from '@ratchet/store/queries/nodes';

import type { Log } from './worker-logger.ts';

export type NodeIdentity = Pick<NodeRow, 'id' | 'hostname' | 'pid' | 'role' | 'version'>;

const beatMs = 5000;
const staleSeconds = 20;
/** A task that kills its node is not tried for ever. */
const maxCrashes = 3;

/** Says that this node lives, and puts the work of nodes that died back in the queue. */
export function nodeKeeper(database: Database, node: NodeIdentity, log: Log) {
  const { db } = database;
  let timer: NodeJS.Timeout | undefined;
  let beat: Promise<void> = Promise.resolve();

  async function release(dead: readonly NodeRow[]): Promise<void> {
    for (const { id, hostname, pid } of dead) {
      await database.transaction(async (tx) => {
        const { requeued, failed } = await releaseExecutions(tx, id, maxCrashes);
        for (const job of await jobsOfExecutions(tx, failed)) {
          const again = (await crashesOf(tx, job.id)) <= maxCrashes;
          const changed = await changeJob(
            tx,
            job.id,
            ['processing'],
            again
              ? { status: 'queued' }
              : { status: 'failed', lastError: 'The server stopped in the middle too often.', ended: true },
          );
          if (again && changed) await enqueueJob(tx, job, null);
        }
        await markNode(tx, id, 'dead');
        log('warn', 'A server stopped in the middle of its work; the work is queued again.', {
          hostname,
          pid,
          requeued,
          failed: failed.length,
        });
      });
    }
  }

  return {
    async start(): Promise<void> {
      // Embedded, one process holds the folder: every other node on record is dead.
      await release(
        database.mode === 'embedded' ? await otherNodes(db, node.id) : await listStaleNodes(db, staleSeconds),
      );
      await registerNode(db, node);
      timer = setInterval(() => {
        beat = beat
          .then(async () => {
            await heartbeat(db, node.id);
            await release((await listStaleNodes(db, staleSeconds)).filter((other) => other.id !== node.id));
          })
          .catch((error) => log('warn', 'The heartbeat failed.', { err: error }));
      }, beatMs);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      await beat;
      await markNode(db, node.id, 'stopped');
    },
  };
}
